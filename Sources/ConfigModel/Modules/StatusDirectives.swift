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
    .custom(
      "ssl_crl_push", in: .location, "", .exactly(0), default: nil,
      """
      Takes CRLs by `PUT` or `POST`, PEM or DER, for the server's `ssl_crl` files. A list is taken if a CA of \
      `ssl_client_certificate` or `ssl_trusted_certificate` signed it, it is newer than the one held and has not expired; \
      its file is replaced and every server that uses it judges by it before the answer is sent. A list of an issuer that \
      is not held yet needs a directory in `ssl_crl`. `client_max_body_size` limits the list. Its signature says whether \
      a list is genuine, whoever brings it; restrict who may bring one all the same, by `ssl_client_allow` or a unix socket.
      """
    ) { invocation throws(Diagnostic) in
      try invocation.setContent(.crlPush(invocation.position))
    },
  ]
}
