import PKI

/// Gathers everything that `metrics` shows, as it is at one moment.
struct MetricsReport {
  let shared: GatewayShared
  let totals: CounterTotals
  let now: UnixTime
  /// The servers of the generation that serves, each TLS once.
  let servers: [ServerTLS]

  init(_ shared: GatewayShared, at now: UnixTime = UnixTime(WallClock.now.seconds)) {
    self.shared = shared
    self.now = now
    totals = shared.counters.totals()
    servers = shared.status.runtime?.tls ?? []
  }

  func families() -> [MetricFamily] {
    processFamilies() + connectionFamilies() + handshakeFamilies() + verificationFamilies() + revocationListFamilies()
      + ocspFamilies() + certificateFamilies() + upstreamFamilies()
  }

  // MARK: - The process

  private func processFamilies() -> [MetricFamily] {
    var build = MetricFamily("build_info", .gauge, "The version that runs; always 1.")
    build.add(1, ["version": GatewayVersion.number])
    let reloads = shared.status.reloads
    var results = MetricFamily("reloads_total", .counter, "Reloads of the configuration by result.")
    results.add(reloads.succeeded, ["result": "success"])
    results.add(reloads.failed, ["result": "failure"])
    return [
      build,
      .single(
        "start_timestamp_seconds", .gauge, "When the process started, in seconds since 1970.",
        Int(shared.status.startedAt.seconds)),
      .single(
        "configuration_generation", .gauge, "The generation of the configuration that serves.",
        Int(shared.status.runtime?.generation ?? 0)),
      .single(
        "last_reload_successful", .gauge, "Whether the last attempt to load the configuration succeeded.",
        reloads.lastSucceeded ? 1 : 0),
      .single(
        "last_reload_timestamp_seconds", .gauge, "When loading the configuration was last tried.",
        Int(reloads.lastAttempt.seconds)),
      .single(
        "last_reload_success_timestamp_seconds", .gauge, "When the configuration that serves was loaded.",
        Int(reloads.lastSuccess.seconds)),
      results, fileReloads(), pendingFiles(),
    ]
  }

  private func fileReloads() -> MetricFamily {
    var family = MetricFamily(
      "file_reloads_total", .counter,
      "Servers that took up changed certificates, keys, CAs or CRLs, and those that kept what they had because it was bad."
    )
    let counts = Dictionary(uniqueKeysWithValues: shared.events.counts(of: .fileReload).map { ($0.labels, $0.count) })
    for result in ["success", "failure"] { family.add(counts[[result]] ?? 0, ["result": result]) }
    return family
  }

  private func pendingFiles() -> MetricFamily {
    var family = MetricFamily(
      "trust_file_pending", .gauge,
      "Whether what a file of certificates, keys, CAs or CRLs holds is not in effect: the error log says why. Alert on 1."
    )
    for file in shared.status.runtime?.trustFiles ?? [] { family.add(file.isPending ? 1 : 0, ["file": file.path]) }
    return family
  }

  // MARK: - Connections and requests

  private func connectionFamilies() -> [MetricFamily] {
    var responses = MetricFamily(
      "http_requests_total", .counter,
      "Requests that ended, by protocol and class of status; `none`: the connection ended before there was one.")
    for version in HTTPProtocolLabel.allCases {
      for status in StatusClass.allCases {
        responses.add(totals[.response(version, status)], ["protocol": version.label, "status": status.label])
      }
    }
    return [
      .single("connections_accepted_total", .counter, "Connections accepted.", totals[.accepted]),
      .single(
        "accept_failures_total", .counter,
        "Attempts to accept a connection that failed, mostly for want of descriptors; accepting pauses after each.",
        totals[.acceptFailures]),
      .single(
        "connections_active", .gauge, "Open connections, those in their handshake and the idle ones included.",
        totals[.active]),
      .single("connections_idle", .gauge, "Open connections that wait for a request.", totals[.idle]),
      .single(
        "connections_reading", .gauge, "Connections that have sent a part of a request's head.", totals[.reading]),
      .single("http_requests_open", .gauge, "Requests under way.", totals.openRequests),
      responses,
    ]
  }

  // MARK: - Upstreams

  private func upstreamFamilies() -> [MetricFamily] {
    var tries = MetricFamily(
      "upstream_requests_total", .counter,
      "Tries to have a request answered, by upstream; `variable`: hosts that only requests name.")
    var failures = MetricFamily("upstream_failures_total", .counter, "Tries that failed, by upstream and reason.")
    for upstream in shared.upstreamCounters.all {
      tries.add(upstream.value(.tried), ["upstream": upstream.name])
      for reason in UpstreamCounters.Outcome.allCases where reason != .tried {
        failures.add(upstream.value(reason), ["upstream": upstream.name, "reason": reason.label])
      }
    }
    return [tries, failures]
  }
}
