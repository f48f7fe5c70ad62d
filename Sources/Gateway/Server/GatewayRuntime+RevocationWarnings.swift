import ConfigModel
import PKI

extension GatewayRuntime {
  /// Each line once, however many servers have the rule.
  var issuerWarnings: [String] { Set(servers.flatMap(\.issuerWarnings)).sorted() }

  /// Writes to the error log which rules go by an issuer's name that several CAs could have.
  func warnOfIssuerRules() {
    for line in issuerWarnings { errorLog.write(.warn, line) }
  }

  /// Writes to the error log which CRLs are about to expire or have: one line each, however many servers use it.
  func warnOfRevocationLists() {
    let now = UnixTime(WallClock.now.seconds)
    for line in Set(tls.flatMap { $0.revocationWarnings(at: now) }).sorted() { errorLog.write(.warn, line) }
  }
}
