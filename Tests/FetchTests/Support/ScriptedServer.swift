import Foundation
import NIOCore
import PKI
import Synchronization
import TLSEngine
import Transport

/// An HTTP server on loopback that says by target what it was told to, byte for byte.
final class ScriptedServer: Sendable {
  enum Ending: Sendable {
    /// With the bytes sent, in order.
    case close
    /// Without TLS's close_notify.
    case cut
    /// Never.
    case stall
  }

  struct Answer: Sendable {
    var text: String
    var ending = Ending.close
  }

  let loops = EventLoops(count: 1)
  let listener: Listener
  private let heads = Mutex<[String]>([])
  let registry = ConnectionRegistry()

  var requests: [String] { heads.withLock { $0 } }
  var port: Int { listener.localAddress?.port ?? 0 }

  init(_ answers: [String: Answer], tls: TLSServerContext? = nil, socket: String? = nil) async throws {
    let address =
      try socket.map { try SocketAddress(unixDomainSocketPath: $0) } ?? SocketAddress(ipAddress: "127.0.0.1", port: 0)
    listener = try await Listener.bind(
      to: address, on: loops, initializer: { $0.eventLoop.makeSucceededVoidFuture() }
    ).get()
    listener.serve { [self] channel in
      channel.eventLoop.makeCompletedFuture {
        registry.add(channel)
        let pipeline = channel.pipeline.syncOperations
        if let tls {
          let connection = TLSConnection.server(context: tls, delegate: Acceptance(tls))
          try pipeline.addHandler(TLSHandler(connection: connection))
        }
        try pipeline.addHandler(Script(self, answers))
      }
    }
  }

  func stop() async {
    try? await listener.close().get()
    registry.closeAll()
    await withCheckedContinuation { done in loops.shutDown { _ in done.resume() } }
  }

  fileprivate func note(_ head: String) { heads.withLock { $0.append(head) } }
}

private final class Acceptance: TLSServerDelegate {
  private let context: TLSServerContext

  init(_ context: TLSServerContext) { self.context = context }

  func contextForServerName(_ name: [UInt8]?) -> TLSServerContext? { context }
  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision { .accept }
  func mayResume(_ session: ResumableSession) -> Bool { true }
}

private final class Script: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let server: ScriptedServer
  private let answers: [String: ScriptedServer.Answer]
  private var text = ""
  private var hasAnswered = false

  init(_ server: ScriptedServer, _ answers: [String: ScriptedServer.Answer]) {
    self.server = server
    self.answers = answers
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    text += String(buffer: unwrapInboundIn(data))
    guard !hasAnswered, let end = text.range(of: "\r\n\r\n") else { return }
    let length = text.range(of: "Content-Length: ").flatMap { Int(text[$0.upperBound...].prefix { $0.isNumber }) } ?? 0
    guard text[end.upperBound...].utf8.count >= length else { return }
    hasAnswered = true
    server.note(text)
    let target = text.split(separator: " ")[1]
    guard let answer = answers[String(target)] else { return context.close(promise: nil) }
    let sent = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer.text)))
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    switch answer.ending {
    case .close: sent.whenComplete { _ in context.value.close(promise: nil) }
    case .cut:
      sent.whenComplete { _ in
        let pipeline = context.value.pipeline.syncOperations
        guard let handler = try? pipeline.handler(type: TLSHandler.self) else { return }
        let channel = context.value.channel
        pipeline.removeHandler(handler).whenComplete { _ in channel.close(promise: nil) }
      }
    case .stall: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
