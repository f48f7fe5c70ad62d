import TLSEngine
import Trust

extension MetricsReport {
  func handshakeFamilies() -> [MetricFamily] {
    var handshakes = MetricFamily(
      "tls_handshakes_total", .counter, "Handshakes that succeeded, by version and whether a session was resumed.")
    for version in TLSVersion.allCases {
      for isResumed in [false, true] {
        handshakes.add(
          totals[.handshake(version, isResumed: isResumed)],
          ["version": version.description, "resumed": "\(isResumed)"])
      }
    }
    var failures = MetricFamily(
      "tls_handshake_failures_total", .counter,
      "Handshakes that failed, by reason and the alert that was sent, or received if the reason says so.")
    for (labels, count) in shared.events.counts(of: .handshakeFailed) {
      failures.add(count, ["reason": labels[0], "alert": labels[1]])
    }
    var resumptions = MetricFamily(
      "tls_resumptions_refused_total", .counter,
      "Good tickets and sessions that led to a full handshake because their client must be judged anew, by reason.")
    for reason in ResumptionRefusal.allCases {
      resumptions.add(totals[.resumptionRefused(reason)], ["reason": reason.label])
    }
    return [handshakes, failures, resumptions]
  }

  func verificationFamilies() -> [MetricFamily] {
    var results = MetricFamily(
      "client_verifications_total", .counter,
      "Handshakes that asked for a client certificate, by what became of it; `none`: no certificate was sent.")
    var refusals = MetricFamily(
      "client_refusals_total", .counter, "Client certificates refused, by the rule that was broken first.")
    var refused = 0
    for rule in Rule.allCases {
      refused += totals[.refused(rule)]
      refusals.add(totals[.refused(rule)], ["rule": rule.rawValue])
    }
    results.add(totals[.verified], ["result": "verified"])
    results.add(totals[.sentNoCertificate], ["result": "none"])
    results.add(refused, ["result": "refused"])
    var requests = MetricFamily(
      "http_requests_refused_total", .counter,
      "Requests refused for who asks: certificate (495), no certificate (496), misdirected (421), rules on identity (403)."
    )
    for reason in RequestRefusal.allCases { requests.add(totals[.requestRefused(reason)], ["reason": reason.label]) }
    var verdicts = MetricFamily(
      "verdict_cache_lookups_total", .counter, "Presented chains by whether their verdict was remembered.")
    verdicts.add(totals[.verdictHits], ["result": "hit"])
    verdicts.add(totals[.verdictMisses], ["result": "miss"])
    var hard = MetricFamily(
      "hard_verdicts_total", .counter,
      "Chains too costly for an event loop: judged on another thread, or refused because too many were under way.")
    hard.add(totals[.hardVerdicts], ["result": "judged"])
    hard.add(totals[.hardVerdictsRefused], ["result": "refused"])
    return [
      results, refusals, requests, verdicts, hard,
      .single(
        "revocation_disconnects_total", .counter,
        "Open connections closed because their client's certificate was revoked, expired or lost its CA.",
        totals[.disconnects]),
    ]
  }
}
