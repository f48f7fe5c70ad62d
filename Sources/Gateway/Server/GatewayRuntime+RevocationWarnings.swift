import ConfigModel
import PKI

extension GatewayRuntime {
  /// Writes to the error log which CRLs are about to expire or have: one line each, however many servers use it.
  func warnOfRevocationLists() {
    let now = UnixTime(WallClock.now.seconds)
    for line in Set(tls.flatMap { $0.revocationWarnings(at: now) }).sorted() { errorLog.write(.warn, line) }
  }
}
