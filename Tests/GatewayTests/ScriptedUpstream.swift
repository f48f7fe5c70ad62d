import Foundation
import NIOCore
import Synchronization
import Transport

/// An upstream of few words: answers each request with what its script says, and remembers what it was asked.
final class ScriptedUpstream: Sendable {
  /// What to do with one request.
  enum Reply: Sendable {
    case send(String)
    case sendAndClose(String)
    case close
    /// Pieces with pauses between them; the connection stays open.
    case slowly([String])
    case silence
  }

  typealias Script = @Sendable (_ request: String) -> Reply

  final class Log: Sendable {
    private let state = Mutex<(requests: [String], connections: Int)>(([], 0))
    var requests: [String] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }
    func connected() { state.withLock { $0.connections += 1 } }
    func asked(_ request: String) { state.withLock { $0.requests.append(request) } }
  }

  let log = Log()
  let port: Int
  private let bound: Listener

  /// - Parameter isUp: otherwise connections are refused when this returns.
  init(on loops: EventLoops, isUp: Bool = true, _ script: @escaping Script) async throws {
    let log = log
    bound = try await Listener.bind(to: SocketAddress(ipAddress: "127.0.0.1", port: 0), on: loops) { channel in
      channel.eventLoop.makeCompletedFuture {
        log.connected()
        try channel.pipeline.syncOperations.addHandler(ScriptedHandler(log, script))
      }
    }.get()
    port = bound.localAddress?.port ?? 0
    if !isUp { try await bound.close().get() }
  }
}

private final class ScriptedHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let log: ScriptedUpstream.Log
  private let script: ScriptedUpstream.Script
  private var received = ""

  init(_ log: ScriptedUpstream.Log, _ script: @escaping ScriptedUpstream.Script) {
    self.log = log
    self.script = script
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    received += String(buffer: unwrapInboundIn(data))
    while let request = nextRequest() {
      log.asked(request)
      answer(script(request), context)
    }
  }

  private func nextRequest() -> String? {
    guard let headEnd = received.range(of: "\r\n\r\n") else { return nil }
    let head = received[..<headEnd.lowerBound]
    var end = headEnd.upperBound
    if head.contains("Transfer-Encoding: chunked") {
      guard let last = received.range(of: "0\r\n\r\n", range: end..<received.endIndex) else { return nil }
      end = last.upperBound
    } else if let field = head.range(of: "Content-Length: ") {
      let count = Int(head[field.upperBound...].prefix { $0.isNumber }) ?? 0
      guard received.utf8.distance(from: end, to: received.endIndex) >= count else { return nil }
      end = received.utf8.index(end, offsetBy: count)
    }
    defer { received.removeSubrange(..<end) }
    return String(received[..<end])
  }

  private func answer(_ reply: ScriptedUpstream.Reply, _ context: ChannelHandlerContext) {
    switch reply {
    case .send(let text): write(text, context)
    case .sendAndClose(let text):
      write(text, context)
      context.close(promise: nil)
    case .close: context.close(promise: nil)
    case .slowly(let pieces): send(pieces[...], context)
    case .silence: return
    }
  }

  private func send(_ pieces: ArraySlice<String>, _ context: ChannelHandlerContext) {
    guard let piece = pieces.first else { return }
    write(piece, context)
    context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(10)) {
      self.send(pieces.dropFirst(), context)
    }
  }

  private func write(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
  }
}
