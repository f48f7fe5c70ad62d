import PKI

/// When the URL of a CRL is asked again.
struct RefreshSchedule: Sendable {
  /// `ssl_crl_refresh`.
  let longest: Duration
  /// 0 to 1: keeps gateways that started together apart.
  let jitter: Double

  private var limit: Int64 { max(1, longest.components.seconds) }
  /// However short what a server says.
  private var shortest: Int64 { min(60, limit) }

  /// While nine tenths of the list's time are left unused at most: a server that is down has the rest to come back.
  ///
  /// - Parameter maxAge: of the response's Cache-Control, in seconds.
  func afterSuccess(nextUpdate: UnixTime?, maxAge: Int64?, at now: UnixTime) -> UnixTime {
    var wait = limit
    if let maxAge { wait = min(wait, max(maxAge, shortest)) }
    if let nextUpdate { wait = min(wait, max((nextUpdate.seconds - now.seconds) / 10 * 9, shortest)) }
    return UnixTime(now.seconds + spread(wait))
  }

  /// 5 seconds, doubled each time, 5 minutes at most.
  func afterFailures(_ earlier: Int, at now: UnixTime) -> UnixTime {
    UnixTime(now.seconds + spread(min(limit, 300, 5 << Int64(min(max(earlier, 0), 6)))))
  }

  /// Up to a tenth earlier.
  private func spread(_ wait: Int64) -> Int64 { max(1, wait - Int64(Double(wait) * jitter / 10)) }

  /// `max-age` of a Cache-Control field (RFC 9111 §5.2.2.1).
  static func maxAge(_ field: String?) -> Int64? {
    for directive in (field ?? "").lowercased().split(separator: ",") {
      let parts = directive.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\"" } }
      if parts.count == 2, parts[0] == "max-age", let seconds = Int64(parts[1]), seconds >= 0 { return seconds }
    }
    return nil
  }
}
