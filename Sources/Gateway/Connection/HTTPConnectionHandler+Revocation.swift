import NIOCore
import Trust

extension HTTPConnectionHandler {
  /// How long responses that are under way may go on after their client's certificate was refused.
  static let revocationGrace = TimeAmount.seconds(10)

  /// A server's trust was replaced, or the client's came to its end: a client whose chain no longer holds is let go.
  func trustChanged() {
    guard stage == .open, !isClientRefused else { return }
    guard let verdict = connection.lostTrust else { return connection.followTrust() }
    isClientRefused = true
    counters.count(.disconnects)
    logLostTrust(verdict)
    driver?.clientRefused()
    context?.eventLoop.assumeIsolated().scheduleTask(in: Self.revocationGrace) { [weak self] in self?.closeNow() }
    if !defersFlush { flushNow() }
  }

  private func logLostTrust(_ verdict: Verdict) {
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    let message = "client SSL certificate verify error: (\(verdict.refusalText)), closing the open connection"
    connection.server.root.errorLog.write(
      .error, connection: connection.number,
      ClientRefusal(verdict).line(message) + ", client: \(client), server: \(connection.listener.setting.text)")
  }
}
