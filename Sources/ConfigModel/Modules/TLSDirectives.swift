import ConfigSyntax

extension DirectiveTable {
  /// How a server terminates TLS.
  static let tlsRows: [DirectiveRow] = [
    .list(
      "ssl_certificate", in: .connection, \.tls.$certificate, Grammar<PathReference>.dynamicFile.map { [$0] },
      default: nil,
      "The server's certificate chain, PEM, its own first; one for each key type. `data:` stands before the chain itself. "
        + "Where there are variables it is loaded at each handshake."),
    .list(
      "ssl_certificate_key", in: .connection, \.tls.$certificateKey, Grammar<PathReference>.dynamicFile.map { [$0] },
      default: nil, "The key of the certificate at the same place in the list, PEM."),
    .value(
      "ssl_password_file", in: .connection, \.tls.$passwordFile, Grammar<PathReference>.file.optional,
      default: nil, "Passphrases of keys, one a line, tried in turn."),
    .flags(
      "ssl_protocols", in: .connection, \.tls.$protocols, .set(TLSProtocolName.self),
      default: "TLSv1.2 TLSv1.3", "The versions of TLS that are spoken."),
    .value(
      "ssl_ciphers", in: .connection, \.tls.$ciphers, .string("ciphers"), default: "HIGH:!aNULL:!MD5",
      "The cipher suites of TLS 1.2 and below, in OpenSSL's language."),
    .value(
      "ssl_prefer_server_ciphers", in: .connection, \.tls.$preferServerCiphers, .flag, default: "off",
      "Whether the server's order of ciphers goes before the client's."),
    .value(
      "ssl_ecdh_curve", in: .connection, \.tls.$ecdhCurve, .string("curve[:curve…] | auto"), default: "auto",
      "Groups for the key exchange, the preferred first."),
    .noEffect(
      "ssl_dhparam", in: .connection, Grammar<PathReference>.file,
      because: "the TLS library has no DHE over finite fields"),
    .value(
      "ssl_session_timeout", in: .connection, \.tls.$sessionTimeout, .seconds, default: "5m",
      "How long a session may be resumed."),
    .custom(
      "ssl_session_cache", in: .connection, "off | none | [builtin[:size]] [shared:name:size]",
      .between(1, 2), isRepeatable: true, default: "none", "Where sessions are kept for resumption.",
      inheriting: [Inheritance(\.tls.$sessionCache)]
    ) { invocation throws(Diagnostic) in try invocation.setSessionCache() },
    .value(
      "ssl_session_tickets", in: .connection, \.tls.$sessionTickets, .flag, default: "on",
      "Whether sessions are resumed by tickets."),
    .list(
      "ssl_session_ticket_key", in: .connection, \.tls.$sessionTicketKeys,
      Grammar<PathReference>.file.map { [$0] }, default: nil,
      "A key that tickets are sealed with (48 or 80 bytes); the first seals, all open."),
    .value(
      "ssl_buffer_size", in: .connection, \.tls.$bufferSize, .size(in: 1...(1 << 24)), default: "16k",
      "The largest record written."),
    .value(
      "ssl_key_log", in: .connection, \.tls.$keyLog, .keyLog, default: nil,
      "A file that the secrets of all connections are appended to, in the format of SSLKEYLOGFILE: whoever reads it reads "
        + "the traffic. For diagnosis."),
    .value(
      "ssl_early_data", in: .connection, \.tls.$earlyData, .flag, default: "off",
      "Whether 0-RTT is accepted; never where client certificates are asked for."),
    .value(
      "ssl_reject_handshake", in: .connection, \.tls.$rejectHandshake, .flag, default: "off",
      "Whether handshakes for this server are refused."),
    .value(
      "ssl_certificate_compression", in: .connection, \.tls.$certificateCompression, .flag, default: "off",
      "Checked only: certificates are not compressed (RFC 8879)."),
    .list(
      "ssl_conf_command", in: .connection, \.tls.$confCommands, .confCommand, default: nil,
      "A command of OpenSSL's configuration; those without a counterpart are refused."),
    .value(
      "ssl_certificate_cache", in: .connection, \.tls.$certificateCache, .certificateCache, default: "off",
      "How many certificates with variables in their names are kept: those not asked for in the time of inactive (10s) go, "
        + "and after that of valid (60s) the file is looked at again. Without it files are read at every handshake."),
  ]

  /// Whom a server lets in, and what it staples.
  static let tlsVerificationRows: [DirectiveRow] = [
    .value(
      "ssl_verify_client", in: .connection, \.tls.$verifyClient, .choice, default: "off",
      "Whether clients are asked for a certificate, and must have a good one."),
    .value(
      "ssl_verify_client_failure", in: .connection, \.tls.$verifyClientFailure, .choice, default: "respond",
      "What a failed verification does: answer 400 (error_page 495, 496), go on with FAILED:reason, or end the "
        + "handshake with an alert."),
    .value(
      "ssl_verify_client_detail", in: .connection, \.tls.$verifyClientDetail, .flag, default: "off",
      "Whether the page that refuses a client's certificate shows the id of the refusal, under which error_log says why "
        + "(`countersign why ID`)."),
    .value(
      "ssl_verify_depth", in: .connection, \.tls.$verifyDepth, .number, default: "1",
      "How many certificates of CAs may stand above the client's; those that are self-issued are not counted (RFC 5280 "
        + "§6.1.4)."),
    .value(
      "ssl_verify_profile", in: .connection, \.tls.$verifyProfile, .choice, default: "compatible",
      "What is asked of the certificates and CRLs of a client's chain beyond RFC 5280 §6: what sound PKIs put up with, or "
        + "all that RFC 5280 demands of a conforming CA (docs/verifier-profiles.md)."),
    .value(
      "ssl_verify_chain_limit", in: .connection, \.tls.$verifyChainLimit, .chainLimit, default: "10",
      "How many certificates a client may send, its own counted (1 to 100). Of a client that sends more none is verified: "
        + "`FAILED:certificate chain too long`. Not fewer than ssl_verify_depth and one, where clients send all of theirs."
    ),
    .value(
      "ssl_trusted_certificate", in: .connection, \.tls.$trustedCertificate,
      Grammar<PathReference>.file.optional, default: nil,
      "More CAs for clients and for OCSP responses; their names are not sent."),
    .list(
      "ssl_crl", in: .connection, \.tls.$crl, .revocationLists, default: nil,
      "Revocation lists of all CAs of the chain, PEM or DER: a file with one or more, a directory of such files, or an "
        + "http or https URL; `authority` for those of the CA of `authority_directory`. May be named several times; a "
        + "changed file is taken at once, a URL is asked again before its CRL ends."),
    .value(
      "ssl_crl_check", in: .connection, \.tls.$crlCheck, .choice, default: "chain",
      "Which certificates of a client's chain must be vouched for by a CRL: all, or the client's alone, as where the "
        + "root is offline and has none."),
    .value(
      "ssl_crl_grace", in: .connection, \.tls.$crlGrace, Grammar<Duration>.seconds, default: "0",
      "How long a CRL still counts after its nextUpdate. Its use is warned of in the error log, as is the end of a CRL "
        + "three days ahead."),
    .value(
      "ssl_revocation_disconnect", in: .connection, \.tls.$revocationDisconnect, .flag, default: "on",
      "Whether connections that are open are closed when a new CRL or CA file refuses their client: idle ones at once, "
        + "others after the responses under way, which get ten seconds."),
    .value(
      "ssl_stapling", in: .connection, \.tls.$stapling, .flag, default: "off",
      "Whether an OCSP response for the server's certificate is stapled."),
    .value(
      "ssl_stapling_file", in: .connection, \.tls.$staplingFile, Grammar<PathReference>.file.optional,
      default: nil, "The response to staple, DER; nothing is fetched then."),
    .value(
      "ssl_stapling_responder", in: .connection, \.tls.$staplingResponder, Grammar<String?>.responderOrAuthority,
      default: nil,
      "The responder to ask instead of the certificate's; `authority`: the CA of `authority_directory`, without HTTP."),
    .value(
      "ssl_stapling_verify", in: .connection, \.tls.$staplingVerify, .flag, default: "off",
      "Whether responses are verified before they are stapled."),
    .value(
      "ssl_ocsp", in: .connection, \.tls.$ocsp, .choice, default: "off",
      "Whether clients' certificates are checked by OCSP: the chain's, or the leaf only."),
    .value(
      "ssl_ocsp_responder", in: .connection, \.tls.$ocspResponder, Grammar<String?>.responder, default: nil,
      "The responder to ask instead of the certificate's."),
    .list(
      "ssl_ocsp_hosts", in: .connection, \.tls.$ocspHosts, .hosts, default: nil,
      "Hosts (*.example.com: all below a domain) whose responders may be asked where a client's certificate names them. "
        + "Where this is absent, or for `*`: any host, but none at an address of this machine or of an inner network "
        + "(loopback, link-local, private); those are asked where they are named."),
    .value(
      "ssl_ocsp_failure", in: .connection, \.tls.$ocspFailure, .choice, default: "refuse",
      "What becomes of a client about whom no responder gives an answer that counts. What is revoked or unknown is "
        + "refused in either case."),
    .custom(
      "ssl_ocsp_cache", in: .connection, "off | shared:name:size", .exactly(1),
      "Where clients' statuses are remembered until they expire: nowhere, or in a cache of that size. Without the "
        + "directive, in one of fixed size that servers share.", inheriting: [Inheritance(\.tls.$ocspCache)]
    ) { invocation throws(Diagnostic) in try invocation.setOCSPCache() },
  ]
}

extension Grammar where Value == Int {
  fileprivate static var chainLimit: Grammar {
    Grammar("number") { invocation throws(Diagnostic) in
      guard let limit = Int(configuration: invocation.text(0).utf8), (1...100).contains(limit) else {
        throw invocation.error("invalid number of certificates \"\(invocation.text(0))\", it must be 1 to 100")
      }
      return limit
    }
  }
}

extension Grammar where Value == String? {
  fileprivate static var responderOrAuthority: Grammar {
    Grammar("url | authority") { invocation throws(Diagnostic) in
      invocation.text(0) == "authority" ? "authority" : try responder.parse(invocation)
    }
  }

  fileprivate static var responder: Grammar {
    Grammar("url") { invocation throws(Diagnostic) in
      let text = invocation.text(0).lowercased()
      guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
        throw invocation.error("invalid URL prefix in OCSP responder \"\(invocation.text(0))\"")
      }
      return invocation.text(0)
    }
  }
}

extension Grammar where Value == [TLSConfCommand] {
  static var confCommand: Grammar {
    Grammar("name value", .exactly(2)) { invocation throws(Diagnostic) in
      [TLSConfCommand(name: invocation.text(0), value: invocation.text(1), position: invocation.position)]
    }
  }
}

extension Invocation {
  fileprivate func setSessionCache() throws(Diagnostic) {
    var result: SessionCacheSetting?
    for text in texts {
      let setting = try sessionCache(text)
      if case .shared = result { continue }
      result = setting
    }
    if let result { scope.settings.tls.$sessionCache.set(result, at: position) }
  }

  private func sessionCache(_ text: String) throws(Diagnostic) -> SessionCacheSetting {
    switch text {
    case "off": return .off
    case "none": return .none
    case "builtin": return .builtin
    default: break
    }
    if let size = text.after("builtin:"), Int(configuration: size.utf8) != nil { return .builtin }
    guard let rest = text.after("shared:"), let colon = rest.firstIndex(of: ":"), colon > rest.startIndex,
      let size = ByteCount(configuration: rest[rest.index(after: colon)...].utf8)
    else { throw error("invalid session cache \"\(text)\"") }
    guard size >= .kibibytes(32) else { throw error("session cache \"\(text)\" is too small") }
    let zone = String(rest[..<colon])
    try reading.defineZone(zone, size: size, at: position)
    return .shared(name: zone, size: size)
  }
}

extension Invocation {
  fileprivate func setOCSPCache() throws(Diagnostic) {
    let text = text(0)
    var setting = OCSPCacheSetting.off
    if text != "off" {
      guard let rest = text.after("shared:"), let colon = rest.firstIndex(of: ":"), colon > rest.startIndex,
        let size = ByteCount(configuration: rest[rest.index(after: colon)...].utf8)
      else { throw error("invalid OCSP cache \"\(text)\"") }
      guard size >= .kibibytes(32) else { throw error("OCSP cache \"\(text)\" is too small") }
      let zone = String(rest[..<colon])
      try reading.defineZone(zone, size: size, at: position)
      setting = .shared(name: zone, size: size)
    }
    scope.settings.tls.$ocspCache.set(setting, at: position)
  }
}

extension Reading {
  /// A shared zone may be named again, but not with another size.
  func defineZone(_ name: String, size: ByteCount?, at position: SourcePosition) throws(Diagnostic) {
    guard let size else { return }
    if let known = zones[name], known != size {
      let text = "the size \(size.bytes) of shared memory zone \"\(name)\" conflicts with already declared size "
      throw Diagnostic(text + "\(known.bytes)", at: position)
    }
    zones[name] = size
  }
}
