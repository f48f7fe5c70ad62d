import NIOCore

extension HTTPConnectionHandler {
  /// How long responses that are under way may go on after their client's certificate was refused.
  static let revocationGrace = TimeAmount.seconds(10)

  /// A server's trust was replaced: a client whose chain no longer holds is let go.
  func trustChanged() {
    guard stage == .open, let verdict = connection.lostTrust else { return }
    logLostTrust(verdict.refusalText)
    driver?.clientRefused()
    context?.eventLoop.assumeIsolated().scheduleTask(in: Self.revocationGrace) { [weak self] in self?.closeNow() }
    if !defersFlush { flushNow() }
  }

  private func logLostTrust(_ reason: String) {
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    connection.server.root.errorLog.write(
      .info, connection: connection.number,
      "client SSL certificate verify error: (\(reason)), closing the open connection, client: \(client), "
        + "server: \(connection.listener.setting.text)")
  }
}
