import NIOCore
import Synchronization
import TLSEngine
import Transport

/// What an application handler saw.
final class Sightings: Sendable {
  struct Seen {
    var facts: [TLSSessionFacts] = []
    var text = ""
    var bytes = 0
    var ends: [Bool] = []
    var errors: [TLSError] = []
    var plaintext: [String] = []
    var closed = 0
    var drains = 0
  }

  private let seen = Mutex(Seen())
  var all: Seen { seen.withLock { $0 } }
  func note(_ change: (inout Seen) -> Void) { seen.withLock { change(&$0) } }

  /// Waits until `condition` holds; false after five seconds.
  func wait(_ condition: (Seen) -> Bool) async -> Bool {
    for _ in 0..<500 {
      if condition(all) { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}

/// Notes what comes, and echoes it if told to.
final class Application: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let sightings: Sightings
  private let echoes: Bool
  private let greeting: String?
  private let closes: Bool

  init(_ sightings: Sightings, echoes: Bool = true, greeting: String? = nil, closes: Bool = false) {
    self.closes = closes
    self.sightings = sightings
    self.echoes = echoes
    self.greeting = greeting
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    sightings.note {
      $0.bytes += buffer.readableBytes
      if $0.text.utf8.count < 4096 { $0.text += String(buffer: buffer) }
    }
    if echoes { context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case TLSHandshakeEvent.completed(let facts) as TLSHandshakeEvent:
      sightings.note { $0.facts.append(facts) }
      if let greeting { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: greeting)), promise: nil) }
      if closes { context.close(promise: nil) }
    case let closed as TLSPeerClosed: sightings.note { $0.ends.append(closed.isClean) }
    case let plaintext as PlaintextOnTLSPort: answerPlaintext(context, plaintext)
    case is DrainRequested:
      sightings.note { $0.drains += 1 }
      context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: Error) {
    if let error = error as? TLSError { sightings.note { $0.errors.append(error) } }
  }

  func channelInactive(context: ChannelHandlerContext) {
    sightings.note { $0.closed += 1 }
  }

  private func answerPlaintext(_ context: ChannelHandlerContext, _ event: PlaintextOnTLSPort) {
    sightings.note { $0.plaintext.append(String(buffer: event.bytes)) }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "plain"))).whenComplete { [channel = context.channel] _ in
      channel.close(promise: nil)
    }
  }
}

/// Decides the same for every connection.
class Delegate: TLSServerDelegate, TLSClientDelegate {
  let context: TLSServerContext?
  let decision: PeerDecision

  init(_ context: TLSServerContext?, _ decision: PeerDecision = .accept) {
    self.context = context
    self.decision = decision
  }

  func contextForServerName(_ name: [UInt8]?) -> TLSServerContext? { context }
  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision { decision }
  func mayResume(_ session: ResumableSession) -> Bool { true }
}

/// Decides a moment after it was asked.
final class LateDelegate: Delegate {
  private let eventLoop: EventLoop

  init(_ context: TLSServerContext?, _ decision: PeerDecision, _ eventLoop: EventLoop) {
    self.eventLoop = eventLoop
    super.init(context, decision)
  }

  override func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision {
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(30)) { [decision] in connection.peerVerified(decision) }
    return .pending
  }
}

/// A TLS server on loopback with what it saw.
struct Server {
  let loops: EventLoops
  let listener: Listener
  let sightings = Sightings()
  let registry = ConnectionRegistry()
  let identity: Identity
  var port: Int { listener.localAddress?.port ?? 0 }

  static func start(
    threads: Int = 1, decision: PeerDecision = .accept, options: TLSHandlerOptions = TLSHandlerOptions(),
    listening: ListenerOptions = ListenerOptions(), address: String = "127.0.0.1", greeting: String? = nil,
    echoes: Bool = true, closes: Bool = false, late: PeerDecision? = nil,
    _ change: (inout TLSServerConfiguration) -> Void = { _ in }
  ) async throws -> Server {
    let identity = try await Identity.make("localhost")
    var configuration = TLSServerConfiguration(credentials: [identity.credential])
    configuration.clientCertificate = .requested
    change(&configuration)
    let context = try TLSServerContext(configuration)
    let loops = EventLoops(count: threads)
    let listener = try await Listener.bind(
      to: SocketAddress(ipAddress: address, port: 0), options: listening, on: loops,
      initializer: { $0.eventLoop.makeSucceededVoidFuture() }
    ).get()
    let server = Server(loops: loops, listener: listener, identity: identity)
    listener.serve { [sightings = server.sightings, registry = server.registry] channel in
      channel.eventLoop.makeCompletedFuture {
        registry.add(channel)
        let delegate = late.map { LateDelegate(context, $0, channel.eventLoop) } ?? Delegate(context, decision)
        let connection = TLSConnection.server(context: context, delegate: delegate)
        try channel.pipeline.syncOperations.addHandlers(
          TLSHandler(connection: connection, options: options),
          Application(sightings, echoes: echoes, greeting: greeting, closes: closes))
      }
    }
    return server
  }

  /// A client connection of our own, after its handshake.
  func connect(
    seen: Sightings, credentials: [TLSCredential] = [], decision: PeerDecision = .accept,
    sessions: TLSClientContext? = nil,
    autoRead: Bool = true
  ) async throws -> Channel {
    let context = try sessions ?? TLSClientContext(TLSClientConfiguration(credentials: credentials))
    let loop = loops.group.next()
    let port = port
    return try await loop.flatSubmit {
      do {
        let offer = TLSClientOffer(
          context: context, serverName: "localhost", sessionKey: "k", delegate: Delegate(nil, decision))
        return Connector.connect(
          to: try SocketAddress(ipAddress: "127.0.0.1", port: port), timeout: .seconds(5), on: loop, tls: offer
        ) { channel in
          try channel.syncOptions?.setOption(.autoRead, value: autoRead)
          try channel.pipeline.syncOperations.addHandler(Application(seen, echoes: false))
        }
        .map { $0.0 }
      } catch {
        return loop.makeFailedFuture(error)
      }
    }.get()
  }

  func stop() async {
    try? await listener.close().get()
    registry.closeAll()
    identity.remove()
    await withCheckedContinuation { done in loops.shutDown { _ in done.resume() } }
  }
}
