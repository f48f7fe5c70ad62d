import PKI
import Trust

extension CRLSummary {
  /// How long before its end a list is warned of.
  private static let notice = Duration.seconds(3 * 86400)

  /// - Parameter isFetched: what is fetched in time is warned of when that did not happen, a tenth of its life ahead.
  func warning(at now: UnixTime, grace: Duration, isFetched: Bool) -> String? {
    guard let nextUpdate else { return nil }
    let tenth = Duration.seconds(max(0, nextUpdate.seconds - thisUpdate.seconds) / 10)
    guard nextUpdate < now + (isFetched ? min(Self.notice, tenth) : Self.notice) else { return nil }
    if now <= nextUpdate {
      return "expires at \(nextUpdate.rfc3339); " + (isFetched ? "no new one came" : "put a new one in its place")
    }
    let end = nextUpdate + grace
    if now <= end { return "expired at \(nextUpdate.rfc3339); its grace (ssl_crl_grace) ends at \(end.rfc3339)" }
    return "expired at \(nextUpdate.rfc3339): certificates of this CA are refused"
  }
}
