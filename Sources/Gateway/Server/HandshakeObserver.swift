import ConfigModel
import NIOCore
import TLSEngine
import Transport

/// Waits for a connection's handshake, then makes room for HTTP; tells the log why a handshake failed.
final class HandshakeObserver: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let connection: ClientConnection
  private let delegate: HandshakeDelegate
  private let errorLog: ErrorLogRuntime
  /// Asked for during the handshake; for whoever comes after it.
  private var drain: DrainRequested?
  private var trustChanged: TrustChanged?

  init(_ connection: ClientConnection, delegate: HandshakeDelegate, errorLog: ErrorLogRuntime) {
    self.connection = connection
    self.delegate = delegate
    self.errorLog = errorLog
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case TLSHandshakeEvent.completed(let facts):
      delegate.handshakeCompleted(facts)
      giveWay(context, firstBytes: nil)
    case let plain as PlaintextOnTLSPort:
      giveWay(context, firstBytes: plain.bytes)
    case let request as DrainRequested:
      // A client in its handshake is about to ask: it gets its one answer.
      drain = request
      if request.isUrgent { context.close(promise: nil) }
    case let change as TrustChanged: trustChanged = change
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? TLSError else { return context.fireErrorCaught(error) }
    let level: LogLevel =
      switch error {
      case .engineFailed: .crit
      default: .info
      }
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    errorLog.write(
      level, connection: connection.number,
      "SSL_do_handshake() failed (\(error))\(refusalText) while SSL handshaking, client: \(client), "
        + "server: \(connection.listener.setting.text)")
  }

  private var refusalText: String {
    guard let refusal = connection.verdict?.firstFinding else { return "" }
    let subject = refusal.subject.map { ", subject: \"\($0.rfc2253)\"" } ?? ""
    let serial = refusal.serial.map { ", serial: \($0.hexString)" } ?? ""
    return ": \(refusal.opensslText)\(subject)\(serial)"
  }

  private func giveWay(_ context: ChannelHandlerContext, firstBytes: ByteBuffer?) {
    let handler = HTTPConnectionHandler(connection)
    do {
      try context.pipeline.syncOperations.addHandler(handler, position: .after(self))
    } catch {
      return context.close(promise: nil)
    }
    if let trustChanged { context.fireUserInboundEventTriggered(trustChanged) }
    if let drain { context.fireUserInboundEventTriggered(drain) }
    if let firstBytes { context.fireChannelRead(NIOAny(firstBytes)) }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }
}
