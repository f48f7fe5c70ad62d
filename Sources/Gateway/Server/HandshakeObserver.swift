import ConfigModel
import NIOCore
import TLSEngine
import Transport
import Trust

/// Waits for a connection's handshake, then makes room for HTTP; tells the log why a handshake failed.
final class HandshakeObserver: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let connection: ClientConnection
  private let delegate: HandshakeDelegate
  private let errorLog: ErrorLogRuntime
  private let events: EventCounters
  /// Asked for during the handshake; for whoever comes after it.
  private var drain: DrainRequested?
  private var trustChanged: TrustChanged?

  init(
    _ connection: ClientConnection, delegate: HandshakeDelegate, errorLog: ErrorLogRuntime, events: EventCounters
  ) {
    self.connection = connection
    self.delegate = delegate
    self.errorLog = errorLog
    self.events = events
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case TLSHandshakeEvent.completed(let facts):
      delegate.handshakeCompleted(facts)
      giveWay(context, firstBytes: nil)
    case let plain as PlaintextOnTLSPort:
      events.count(.handshakeFailed, "plaintext", "none")
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
    count(error)
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    let context = " while SSL handshaking, client: \(client), server: \(connection.listener.setting.text)"
    guard let verdict = refusedVerdict else {
      return errorLog.write(
        error.level, connection: connection.number,
        ClientRefusal(HandshakeRule(error)).line(error.message + context))
    }
    let reason = verdict.firstFinding?.opensslText ?? verdict.refusalText
    errorLog.write(
      .error, connection: connection.number, ClientRefusal(verdict).line("\(error.message): \(reason)\(context)"))
  }

  private func count(_ error: TLSError) {
    let (reason, alert) = error.labels
    events.count(.handshakeFailed, reason, alert)
    // A certificate that must be there and is not ends the handshake before anybody is asked about it.
    if reason == "peer_did_not_return_a_certificate" { connection.counters.count(.sentNoCertificate) }
  }

  /// Why the handshake was ended, where that was for the client's certificate.
  private var refusedVerdict: Verdict? {
    guard connection.server.clientPolicy.failure == .handshake, let verdict = connection.verdict,
      !connection.isTakenSomewhere
    else { return nil }
    return verdict
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

extension TLSError {
  /// As nginx words it.
  fileprivate var message: String {
    switch self {
    case .endedDuringHandshake: "\(self)"
    case .handshakeTimedOut: "client timed out (110: Connection timed out)"
    default: "SSL_do_handshake() failed (\(self))"
    }
  }

  fileprivate var level: LogLevel {
    if case .engineFailed = self { .crit } else { .info }
  }
}
