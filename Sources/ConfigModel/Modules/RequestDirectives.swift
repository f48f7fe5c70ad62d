import ConfigSyntax

extension DirectiveTable {
  /// Bodies, keep-alive, errors.
  static let requestRows: [DirectiveRow] = [
    .value(
      "client_max_body_size", in: .request, \.location.core.$clientMaxBodySize, .offset, default: "1m",
      "The largest request body; beyond, 413. 0: no limit."),
    .value(
      "client_body_buffer_size", in: .request, \.location.core.$clientBodyBufferSize, .size, default: "16k",
      "How much of a request's body is kept in memory."),
    .value(
      "client_body_timeout", in: .request, \.location.core.$clientBodyTimeout, .time, default: "60s",
      "How long a client may pause while it sends a body; then 408."),
    .value(
      "client_body_temp_path", in: .request, \.location.core.$clientBodyTempPath, .temporaryPath,
      default: "client_body_temp", "The folder of request bodies that do not fit the buffer."),
    .value(
      "client_body_in_file_only", in: .request, \.location.core.$clientBodyInFileOnly, .choice, default: "off",
      "Whether request bodies are always written to a file."),
    .noEffect(
      "client_body_in_single_buffer", in: .request, Grammar<Bool>.flag,
      because: "a body in memory is always in one piece"),
    .value(
      "send_timeout", in: .request, \.location.core.$sendTimeout, .time, default: "60s",
      "How long a client may take nothing of a response before the connection is closed."),
    .custom(
      "keepalive_timeout", in: .request, "timeout [header_timeout]", .between(1, 2), default: "75s",
      "How long an idle connection stays open; the second value goes into the Keep-Alive header.",
      inheriting: [
        Inheritance(\.location.core.$keepaliveTimeout), Inheritance(\.location.core.$keepaliveHeaderTimeout),
      ]
    ) { invocation throws(Diagnostic) in try invocation.setKeepalive() },
    .noEffect(
      "keepalive_min_timeout", in: .request, Grammar<Duration>.time,
      because: "idle connections have a fixed grace at a reload"),
    .value(
      "keepalive_requests", in: .request, \.location.core.$keepaliveRequests, .number, default: "1000",
      "How many requests a connection may make."),
    .value(
      "keepalive_time", in: .request, \.location.core.$keepaliveTime, .time, default: "1h",
      "How long a connection may be used."),
    .value(
      "lingering_close", in: .request, \.location.core.$lingeringClose, .choice, default: "on",
      "Whether the rest of a request is read before a connection is closed."),
    .value(
      "lingering_time", in: .request, \.location.core.$lingeringTime, .time, default: "30s",
      "How long at most the rest of a request is read."),
    .value(
      "lingering_timeout", in: .request, \.location.core.$lingeringTimeout, .time, default: "5s",
      "How long to wait for more of it."),
    .noEffect(
      "reset_timedout_connection", in: .request, Grammar<Bool>.flag,
      because: "connections that timed out are closed, not reset"),
    .list(
      "error_page", in: .requestAndIf, \.location.core.$errorPages, .errorPage, default: nil,
      "The page for a status; =code changes the status."),
    .value(
      "recursive_error_pages", in: .request, \.location.core.$recursiveErrorPages, .flag, default: "off",
      "Whether an error page may have an error page."),
    .value(
      "server_tokens", in: .request, \.location.core.$serverTokens, .serverTokens, default: "on",
      "Whether the version stands in the Server header and on error pages."),
    .value(
      "log_not_found", in: .request, \.location.core.$logNotFound, .flag, default: "on",
      "Whether missing files are logged."),
    .noEffect(
      "log_subrequest", in: .request, Grammar<Bool>.flag,
      because: "there are no subrequests"),
  ]

  static let requestTuningRows: [DirectiveRow] = [
    .custom(
      "internal", in: .location, "", .exactly(0), "Answers internal redirects only; others get 404.",
      inheriting: [Inheritance(\.location.core.$isInternal)]
    ) { invocation throws(Diagnostic) in
      invocation.scope.settings.location.core.$isInternal.set(true, at: invocation.position)
    },
    .value(
      "absolute_redirect", in: .request, \.location.core.$absoluteRedirect, .flag, default: "on",
      "Whether redirects made here name scheme and host."),
    .value(
      "server_name_in_redirect", in: .request, \.location.core.$serverNameInRedirect, .flag, default: "off",
      "Whether they name the first server_name rather than the request's host."),
    .value(
      "port_in_redirect", in: .request, \.location.core.$portInRedirect, .flag, default: "on",
      "Whether they name the port."),
    .value(
      "chunked_transfer_encoding", in: .request, \.location.core.$chunkedTransferEncoding, .flag, default: "on",
      "Whether responses of unknown length are chunked in HTTP/1.1."),
    .value(
      "limit_rate", in: .requestAndIf, \.location.core.$limitRate, Grammar<Template>.template("rate").optional,
      default: "0", "Bytes a second that a response may take; 0: no limit."),
    .value(
      "limit_rate_after", in: .requestAndIf, \.location.core.$limitRateAfter,
      Grammar<Template>.template("size").optional, default: "0", "How much of a response is sent without that limit."),
    .noEffect(
      "satisfy", in: .request, .words("all | any", .exactly(1)),
      because: "there is one kind of access check"),
    .noEffect(
      "tcp_nodelay", in: .request, Grammar<Bool>.flag,
      because: "TCP_NODELAY is always set"),
    .value(
      "resolver", in: .request, \.location.core.$resolver, Grammar<ResolverSetting>.resolver.optional,
      default: nil, "Name servers for names that are resolved while running."),
    .value(
      "resolver_timeout", in: .request, \.location.core.$resolverTimeout, .time, default: "30s",
      "How long resolving a name may take."),
    .noEffect("sendfile", in: .requestAndIf, Grammar<Bool>.flag, because: fileReason),
    .noEffect("sendfile_max_chunk", in: .request, Grammar<ByteCount>.size, because: fileReason),
    .noEffect("aio", in: .request, .words("on | off | threads[=pool]", .exactly(1)), because: fileReason),
    .noEffect("aio_write", in: .request, Grammar<Bool>.flag, because: fileReason),
    .noEffect("directio", in: .request, .words("size | off", .exactly(1)), because: fileReason),
    .noEffect("directio_alignment", in: .request, Grammar<ByteCount>.offset, because: fileReason),
    .noEffect("read_ahead", in: .request, Grammar<ByteCount>.size, because: fileReason),
    .noEffect("output_buffers", in: .request, Grammar<BufferShape>.buffers, because: fileReason),
    .noEffect("tcp_nopush", in: .request, Grammar<Bool>.flag, because: "header and body leave in one write"),
    .noEffect("send_lowat", in: .request, Grammar<ByteCount>.size, because: "it exists on FreeBSD only"),
    .noEffect(
      "postpone_output", in: .request, Grammar<ByteCount>.size,
      because: "what is ready in one turn of the event loop leaves together"),
    .noEffect("msie_padding", in: .request, Grammar<Bool>.flag, because: "the browsers it was for are gone"),
    .noEffect("msie_refresh", in: .request, Grammar<Bool>.flag, because: "the browsers it was for are gone"),
    .noEffect(
      "keepalive_disable", in: .request, .words("none | browser …", .between(1, 2)),
      because: "the browsers it was for are gone"),
    .noEffect(
      "subrequest_output_buffer_size", in: .request, Grammar<ByteCount>.size,
      because: "responses of subrequests are not kept"),
  ]

  static let fileReason = "files are read through the page cache and sent as the connection takes them"
}

extension Invocation {
  fileprivate func setKeepalive() throws(Diagnostic) {
    guard let timeout = Duration(configuration: bytes(0), unit: .milliseconds) else { throw invalidValue() }
    scope.settings.location.core.$keepaliveTimeout.set(timeout, at: position)
    var header: Duration?
    if count == 2 {
      header = Duration(configuration: bytes(1), unit: .seconds)
      guard header != nil else { throw invalidValue() }
    }
    scope.settings.location.core.$keepaliveHeaderTimeout.set(header, at: position)
  }
}

extension Grammar where Value == ServerTokens {
  static var serverTokens: Grammar {
    Grammar("on | off | build") { invocation throws(Diagnostic) in
      switch invocation.text(0) {
      case "on": return .on
      case "off": return .off
      case "build": return .build
      default: throw invocation.error("invalid value \"\(invocation.text(0))\"")
      }
    }
  }
}

extension Grammar where Value == String? {
  /// A folder for temporary files, relative to the prefix; levels are accepted and unused.
  static var temporaryPath: Grammar {
    Grammar("path [level1 [level2 [level3]]]", .between(1, 4)) { invocation throws(Diagnostic) in
      for index in 1..<max(1, invocation.count) {
        guard let level = Int(configuration: invocation.bytes(index)), (1...3).contains(level) else {
          throw invocation.error("invalid value \"\(invocation.text(index))\"")
        }
      }
      return invocation.reading.paths.underPrefix(invocation.text(0))
    }
  }
}
