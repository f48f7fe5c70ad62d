import PKI
import Synchronization

/// Warns of certificates that are about to end, of those served and of the CAs trusted: once for each threshold that is
/// passed, and once a day after the end.
final class ExpiryWarnings: Sendable {
  private struct Told {
    var threshold: ExpiryThreshold
    var at: UnixTime
  }

  private let told = Mutex<[[UInt8]: Told]>([:])

  /// Writes what is due to the generation's error log.
  func check(_ runtime: GatewayRuntime, at now: UnixTime = UnixTime(WallClock.now.seconds)) {
    for (line, hasExpired) in due(runtime.tls.map { ($0.name, $0.expiring) }, at: now) {
      runtime.errorLog.write(hasExpired ? .error : .warn, line)
    }
  }

  /// The lines that are due; asking makes them told.
  func due(_ servers: [(name: String, expiring: ExpiringCertificates)], at now: UnixTime) -> [(String, Bool)] {
    var lines: [(String, Bool)] = []
    var seen: Set<[UInt8]> = []
    for (name, expiring) in servers {
      for entry in expiring.certificates + expiring.authorities where seen.insert(entry.fingerprint).inserted {
        guard let threshold = passed(entry, at: now) else { continue }
        lines.append((Self.line(entry, server: name, at: now), threshold == .expired))
      }
    }
    told.withLock { $0 = $0.filter { seen.contains($0.key) } }
    return lines
  }

  private func passed(_ entry: ExpiringCertificates.Entry, at now: UnixTime) -> ExpiryThreshold? {
    guard let threshold = ExpiryThreshold(notBefore: entry.notBefore, notAfter: entry.notAfter, at: now) else {
      return nil
    }
    return told.withLock { told in
      if let last = told[entry.fingerprint], last.threshold >= threshold {
        guard threshold == .expired, now.seconds - last.at.seconds >= 86400 else { return nil }
      }
      told[entry.fingerprint] = Told(threshold: threshold, at: now)
      return threshold
    }
  }

  private static func line(_ entry: ExpiringCertificates.Entry, server: String, at now: UnixTime) -> String {
    let end = entry.notAfter.rfc3339
    let when =
      now > entry.notAfter
      ? "expired at \(end)" : "expires at \(end), in \(duration(entry.notAfter.seconds - now.seconds))"
    guard let path = entry.path else {
      return "the CA \"\(entry.subject)\", serial \(entry.serial), \(when); "
        + "clients with certificates of this CA are refused from then on"
    }
    return "\(path): the certificate \"\(entry.subject)\", serial \(entry.serial), of server \"\(server)\" \(when); "
      + "put a new one in its place"
  }

  private static func duration(_ seconds: Int64) -> String {
    switch seconds {
    case (2 * 86400)...: "\(seconds / 86400) days"
    case (2 * 3600)...: "\(seconds / 3600) hours"
    case 120...: "\(seconds / 60) minutes"
    default: "\(seconds) seconds"
    }
  }
}
