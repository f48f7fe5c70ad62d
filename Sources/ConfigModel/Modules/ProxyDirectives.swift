import ConfigSyntax

extension DirectiveTable {
  /// What is sent to an upstream.
  static let proxyRows: [DirectiveRow] = [
    .custom(
      "proxy_pass", in: [.location, .locationIf, .limitExcept], "URL", .exactly(1),
      "The server or upstream that answers; a URI part replaces the location's prefix."
    ) { invocation throws(Diagnostic) in
      try invocation.setContent(.proxyPass(try ProxyPassDirective(invocation).proxyPass()))
    },
    .list(
      "proxy_set_header", in: .request, \.location.proxy.$setHeaders, .proxyHeader,
      default: "Host $proxy_host", "A header of the upstream's request; an empty value removes it."),
    .value(
      "proxy_pass_request_headers", in: .request, \.location.proxy.$passRequestHeaders, .flag, default: "on",
      "Whether the client's headers are sent on."),
    .value(
      "proxy_pass_request_body", in: .request, \.location.proxy.$passRequestBody, .flag, default: "on",
      "Whether the client's body is sent on; its length is not announced where it is not."),
    .value(
      "proxy_set_body", in: .request, \.location.proxy.$setBody, Grammar<Template>.template.optional,
      default: nil, "A body to send instead of the client's."),
    .value(
      "proxy_method", in: .request, \.location.proxy.$method, Grammar<Template>.template("method").optional,
      default: nil, "A method to send instead of the client's."),
    .value(
      "proxy_http_version", in: .request, \.location.proxy.$httpVersion, .choice, default: "1.1",
      "The version of HTTP spoken to upstreams."),
    .value(
      "proxy_bind", in: .request, \.location.proxy.$bind, .bindAddress, default: nil,
      "The local address that upstream connections come from."),
    .value(
      "proxy_socket_keepalive", in: .request, \.location.proxy.$socketKeepalive, .flag, default: "off",
      "Sets SO_KEEPALIVE on upstream connections."),
    .value(
      "proxy_connect_timeout", in: .request, \.location.proxy.$connectTimeout, .time, default: "60s",
      "How long connecting may take."),
    .value(
      "proxy_send_timeout", in: .request, \.location.proxy.$sendTimeout, .time, default: "60s",
      "How long the upstream may take nothing of a request."),
    .value(
      "proxy_read_timeout", in: .request, \.location.proxy.$readTimeout, .time, default: "60s",
      "How long the upstream may send nothing of a response."),
    .value(
      "proxy_request_buffering", in: .request, \.location.proxy.$requestBuffering, .flag, default: "on",
      "Whether a request's body is read whole before it is sent on."),
    .value(
      "proxy_strip_identity_headers", in: .request, \.location.proxy.$stripIdentityHeaders, .flag,
      default: "on",
      "Whether identity headers that clients send are dropped: X-SSL-*, SSL-*, X-Client-Cert*, X-Client-DN and its like, "
        + "X-Forwarded-Client-Cert, X-Forwarded-Tls-*, X-Amzn-Mtls-*, X-ARR-ClientCert, Client-Cert*, and every header that "
        + "any level of the server sets from a $ssl_client_* variable."),
    .value(
      "proxy_upgrade_protocols", in: .request, \.location.proxy.$upgradeProtocols, .upgradeProtocols,
      default: "websocket",
      "The protocols that a client's Upgrade may ask an upstream for, where proxy_set_header hands it on; a 101 that names "
        + "another is 502."),
    .noEffect("fastcgi_temp_path", in: .request, Grammar<String?>.temporaryPath, because: "FastCGI is not spoken"),
    .noEffect("uwsgi_temp_path", in: .request, Grammar<String?>.temporaryPath, because: "uwsgi is not spoken"),
    .noEffect("scgi_temp_path", in: .request, Grammar<String?>.temporaryPath, because: "SCGI is not spoken"),
    .noEffect("proxy_headers_hash_max_size", in: .request, Grammar<Int>.number, because: hashReason),
    .noEffect("proxy_headers_hash_bucket_size", in: .request, Grammar<Int>.number, because: hashReason),
    .noEffect("proxy_send_lowat", in: .request, Grammar<ByteCount>.size, because: "it exists on FreeBSD only"),
  ]

  /// What comes back from an upstream.
  static let proxyTransferRows: [DirectiveRow] = [
    .value(
      "proxy_buffering", in: .request, \.location.proxy.$buffering, .flag, default: "on",
      "Whether responses are read as fast as the upstream sends them, up to the buffers."),
    .value(
      "proxy_buffer_size", in: .request, \.location.proxy.$bufferSize, .size, default: "4k",
      "The buffer for a response's header."),
    .value(
      "proxy_buffers", in: .request, \.location.proxy.$buffers, .buffers, default: "8 4k",
      "Buffers for a response's body."),
    .value(
      "proxy_busy_buffers_size", in: .request, \.location.proxy.$busyBuffersSize, .size, default: "8k",
      "Checked against the buffers; what the client has not taken is bounded by the connection."),
    .value(
      "proxy_max_temp_file_size", in: .request, \.location.proxy.$maxTempFileSize, .size, default: "1024m",
      "Checked only: no response waits in a file, reading from the upstream pauses instead."),
    .value(
      "proxy_temp_file_write_size", in: .request, \.location.proxy.$tempFileWriteSize, .size, default: "8k",
      "Checked only: no response waits in a file."),
    .noEffect(
      "proxy_temp_path", in: .request, .words("path [level …]", .between(1, 4)),
      because: "no response waits in a file"),
    .value(
      "proxy_limit_rate", in: .request, \.location.proxy.$limitRate,
      Grammar<Template>.template("rate").optional, default: "0",
      "Bytes a second that are read from the upstream; 0: no limit."),
    .value(
      "proxy_pass_trailers", in: .request, \.location.proxy.$passTrailers, .flag, default: "off",
      "Whether trailers of responses are sent on."),
    .value(
      "proxy_force_ranges", in: .request, \.location.proxy.$forceRanges, .flag, default: "off",
      "Whether byte ranges are served of any response."),
    .list(
      "proxy_hide_header", in: .request, \.location.proxy.$hideHeaders, Grammar<String>.string("field").map { [$0] },
      default: nil, "A header of responses that is not sent on."),
    .list(
      "proxy_pass_header", in: .request, \.location.proxy.$passHeaders, Grammar<String>.string("field").map { [$0] },
      default: nil, "A header that is sent on though it is dropped by default."),
    .list(
      "proxy_ignore_headers", in: .request, \.location.proxy.$ignoreHeaders, .ignoredHeaders, default: nil,
      "Headers of responses that have no effect here."),
    .custom(
      "proxy_redirect", in: .request, "default | off | redirect replacement", .between(1, 2),
      isRepeatable: true, default: "default", "How Location and Refresh are rewritten.",
      inheriting: [Inheritance(\.location.proxy.$redirect)]
    ) { invocation throws(Diagnostic) in try invocation.addRedirect() },
    .list(
      "proxy_cookie_domain", in: .request, \.location.proxy.$cookieDomain, .cookieRewrite, default: "off",
      "How the domain of cookies is rewritten."),
    .list(
      "proxy_cookie_path", in: .request, \.location.proxy.$cookiePath, .cookieRewrite, default: "off",
      "How the path of cookies is rewritten."),
    .list(
      "proxy_cookie_flags", in: .request, \.location.proxy.$cookieFlags, .cookieFlags, default: "off",
      "Flags set or taken away from cookies."),
  ]

  static let proxyFailureRows: [DirectiveRow] = [
    .flags(
      "proxy_next_upstream", in: .request, \.location.proxy.$nextUpstream, .set(NextUpstream.self),
      default: "error timeout", "When another server is asked."),
    .value(
      "proxy_next_upstream_tries", in: .request, \.location.proxy.$nextUpstreamTries, .number, default: "0",
      "How many servers are asked at most; 0: all."),
    .value(
      "proxy_next_upstream_timeout", in: .request, \.location.proxy.$nextUpstreamTimeout, .time, default: "0",
      "How long that may go on; 0: no limit."),
    .value(
      "proxy_intercept_errors", in: .request, \.location.proxy.$interceptErrors, .flag, default: "off",
      "Whether error_page applies to the upstream's responses."),
    .value(
      "proxy_ignore_client_abort", in: .request, \.location.proxy.$ignoreClientAbort, .flag, default: "off",
      "Whether a request goes on after its client has gone."),
  ]
}
