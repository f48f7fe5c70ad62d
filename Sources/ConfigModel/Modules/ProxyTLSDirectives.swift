extension DirectiveTable {
  /// How upstreams are spoken to over TLS.
  static let proxyTLSRows: [DirectiveRow] = [
    .value(
      "proxy_ssl_certificate", in: .request, \.location.proxy.tls.$certificate,
      Grammar<PathReference>.dynamicFile.optional, default: nil, "The certificate shown to upstreams, PEM."),
    .value(
      "proxy_ssl_certificate_key", in: .request, \.location.proxy.tls.$certificateKey,
      Grammar<PathReference>.dynamicFile.optional, default: nil, "Its key, PEM."),
    .value(
      "proxy_ssl_password_file", in: .request, \.location.proxy.tls.$passwordFile,
      Grammar<PathReference>.file.optional, default: nil, "Passphrases of the key, one a line."),
    .value(
      "proxy_ssl_trusted_certificate", in: .request, \.location.proxy.tls.$trustedCertificate,
      Grammar<PathReference>.file.optional, default: nil, "CAs that upstreams are verified against, PEM."),
    .value(
      "proxy_ssl_crl", in: .request, \.location.proxy.tls.$crl, Grammar<PathReference>.file.optional,
      default: nil, "Revocation lists for upstreams, PEM."),
    .value(
      "proxy_ssl_verify", in: .request, \.location.proxy.tls.$verify, .flag, default: "off",
      "Whether upstreams' certificates are verified."),
    .value(
      "proxy_ssl_verify_depth", in: .request, \.location.proxy.tls.$verifyDepth, .number, default: "1",
      "How many certificates of CAs may stand above the upstream's; those that are self-issued are not counted (RFC 5280 "
        + "§6.1.4)."),
    .value(
      "proxy_ssl_verify_profile", in: .request, \.location.proxy.tls.$verifyProfile, .choice, default: "compatible",
      "As ssl_verify_profile, for the upstream's chain; strict holds it against the CA/Browser Forum's profile of TLS "
        + "servers too."),
    .value(
      "proxy_ssl_server_name", in: .request, \.location.proxy.tls.$serverName, .flag, default: "off",
      "Whether the server's name is sent (SNI)."),
    .value(
      "proxy_ssl_name", in: .request, \.location.proxy.tls.$name, Grammar<Template>.template("name").optional,
      default: "$proxy_host", "The name that is sent and verified."),
    .flags(
      "proxy_ssl_protocols", in: .request, \.location.proxy.tls.$protocols, .set(TLSProtocolName.self),
      default: "TLSv1.2 TLSv1.3", "The versions of TLS that are spoken."),
    .value(
      "proxy_ssl_ciphers", in: .request, \.location.proxy.tls.$ciphers, .string("ciphers"), default: "DEFAULT",
      "The cipher suites of TLS 1.2 and below, in OpenSSL's language."),
    .value(
      "proxy_ssl_session_reuse", in: .request, \.location.proxy.tls.$sessionReuse, .flag, default: "on",
      "Whether sessions are resumed."),
    .list(
      "proxy_ssl_conf_command", in: .request, \.location.proxy.tls.$confCommands, .confCommand, default: nil,
      "A command of OpenSSL's configuration; those without a counterpart are refused."),
    .value(
      "proxy_ssl_certificate_cache", in: .request, \.location.proxy.tls.$certificateCache, .certificateCache,
      default: "off", "As ssl_certificate_cache, for `proxy_ssl_certificate` with variables."),
    .value(
      "proxy_ssl_key_log", in: .request, \.location.proxy.tls.$keyLog, .keyLog, default: nil,
      "As ssl_key_log, for connections to upstreams."),
  ]
}
