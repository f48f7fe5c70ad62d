import PKI
import Trust

extension MetricsReport {
  // MARK: - CRLs

  func revocationListFamilies() -> [MetricFamily] {
    var entries = MetricFamily("crl_entries", .gauge, "Revoked certificates in a CRL.")
    var thisUpdate = MetricFamily("crl_this_update_timestamp_seconds", .gauge, "When a CRL was made.")
    var nextUpdate = MetricFamily(
      "crl_next_update_timestamp_seconds", .gauge,
      "When a CRL expires: from then on every certificate of its CA is refused. Alert well before.")
    var age = MetricFamily("crl_age_seconds", .gauge, "How long ago a CRL was made.")
    for (list, source) in revocationLists {
      let labels: KeyValuePairs = [
        "issuer": list.issuer.rfc2253, "source": source, "type": list.isDelta ? "delta" : "complete",
      ]
      entries.add(list.entries, labels)
      thisUpdate.add(Int(list.thisUpdate.seconds), labels)
      if let end = list.nextUpdate { nextUpdate.add(Int(end.seconds), labels) }
      age.add(Int(now.seconds - list.thisUpdate.seconds), labels)
    }
    var loads = MetricFamily(
      "crl_loads_total", .counter, "Attempts to load a CRL; after a failure the last good one goes on being used.")
    for (labels, count) in shared.events.counts(of: .crlLoad) {
      loads.add(count, ["source": labels[0], "result": labels[1]])
    }
    var pushes = MetricFamily("crl_pushes_total", .counter, "CRLs that were brought to ssl_crl_push, by result.")
    for (labels, count) in shared.events.counts(of: .crlPush) { pushes.add(count, ["result": labels[0]]) }
    var fetches = MetricFamily("crl_fetches_total", .counter, "Lists asked for by URL while serving, by result.")
    for (labels, count) in shared.events.counts(of: .crlFetch) {
      fetches.add(count, ["source": labels[0], "result": labels[1]])
    }
    return [entries, thisUpdate, nextUpdate, age, loads, fetches, pushes]
  }

  /// Of lists with one issuer and source the newest comes first, and is shown.
  private var revocationLists: [(list: CRLSummary, source: String)] {
    servers.compactMap(\.state.revocationLists).flatMap(\.summaries)
      .sorted { $0.list.thisUpdate > $1.list.thisUpdate }
  }

  // MARK: - OCSP

  func ocspFamilies() -> [MetricFamily] {
    var queries = MetricFamily(
      "ocsp_queries_total", .counter, "Questions about clients' certificates, by what came of them.")
    for (labels, count) in shared.events.counts(of: .ocspQuery) {
      queries.add(count, ["outcome": labels[0], "reason": labels[1]])
    }
    var staples = MetricFamily("staple_queries_total", .counter, "Questions about our own certificates, by outcome.")
    for (labels, count) in shared.events.counts(of: .stapleQuery) {
      staples.add(count, ["outcome": labels[0], "reason": labels[1]])
    }
    return [
      queries,
      .single(
        "ocsp_cache_hits_total", .counter, "Statuses of clients' certificates that were remembered.",
        shared.events.total(of: .ocspHit)),
      .single(
        "ocsp_failures_forgiven_total", .counter,
        "Clients let in without a status because of ssl_ocsp_failure accept.", shared.events.total(of: .ocspForgiven)),
      staples,
    ] + stapleStates()
  }

  private func stapleStates() -> [MetricFamily] {
    var fetched = MetricFamily("staple_fetched_timestamp_seconds", .gauge, "When a stapled response was fetched.")
    var nextUpdate = MetricFamily("staple_next_update_timestamp_seconds", .gauge, "When a stapled response expires.")
    var failures = MetricFamily(
      "staple_failures", .gauge, "Attempts to fetch a response to staple that failed since the last good one.")
    for target in servers.flatMap(\.state.stapling.targets) {
      let known = shared.tls.staples.summary(of: target.key)
      if let time = known.fetchedAt { fetched.add(Int(time.seconds), ["certificate": target.path]) }
      if let time = known.validUntil { nextUpdate.add(Int(time.seconds), ["certificate": target.path]) }
      failures.add(known.failures, ["certificate": target.path])
    }
    return [fetched, nextUpdate, failures]
  }

  // MARK: - Certificates

  func certificateFamilies() -> [MetricFamily] {
    var served = MetricFamily(
      "certificate_not_after_timestamp_seconds", .gauge, "When a certificate that is served expires, by server.")
    var trusted = MetricFamily(
      "authority_not_after_timestamp_seconds", .gauge, "When the certificate of a CA that vouches for clients expires.")
    for server in servers {
      for certificate in server.expiring.certificates {
        let labels: KeyValuePairs = [
          "server_name": server.name, "certificate": certificate.path ?? "", "subject": certificate.subject,
          "serial": certificate.serial,
        ]
        served.add(Int(certificate.notAfter.seconds), labels)
      }
      for certificate in server.expiring.authorities {
        let labels: KeyValuePairs = ["subject": certificate.subject, "serial": certificate.serial]
        trusted.add(Int(certificate.notAfter.seconds), labels)
      }
    }
    return [served, trusted]
  }
}
