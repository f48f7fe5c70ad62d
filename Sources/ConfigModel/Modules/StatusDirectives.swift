import ConfigSyntax

extension DirectiveTable {
  /// What the gateway tells of itself.
  static let statusRows: [DirectiveRow] = [
    .custom(
      "metrics", in: .location, "[prometheus | json]", .between(0, 1), default: nil,
      "Answers with the gateway's counters and states: connections, handshakes, verdicts, CRLs, OCSP, certificates, "
        + "upstreams, reloads. In Prometheus's text format, or as JSON. Who asks is restricted as anywhere else: "
        + "`ssl_client_allow`, or a listener on a loopback address or unix socket."
    ) { invocation throws(Diagnostic) in
      let text = invocation.count > 0 ? invocation.text(0) : MetricsFormat.prometheus.rawValue
      guard let format = MetricsFormat(rawValue: text) else {
        throw invocation.error("invalid value \"\(text)\", it must be \"prometheus\" or \"json\"")
      }
      try invocation.setContent(.metrics(format))
    },
    .custom(
      "stub_status", in: [.server, .location], "", .between(0, 1), default: nil,
      "Answers with nginx's page of seven numbers; an argument is allowed and means nothing."
    ) { invocation throws(Diagnostic) in try invocation.setContent(.stubStatus) },
  ]
}
