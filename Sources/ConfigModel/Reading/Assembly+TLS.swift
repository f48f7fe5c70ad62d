import ConfigSyntax

extension Assembly {
  /// The settings as the TLS engine takes them: OpenSSL's commands translated, 0-RTT only where it is harmless.
  func terminated(_ settings: TLSSettings) -> TLSSettings {
    var tls = settings
    apply(settings.confCommands, to: &tls)
    if tls.earlyData, tls.verifyClient != .off {
      reading.report(
        Diagnostic(
          "\"ssl_early_data\" ignored, clients are asked for certificates", at: tls.$earlyData.position,
          severity: .warn))
      tls.$earlyData.set(false, at: tls.$earlyData.position ?? SourcePosition(file: "", line: 0))
    } else if tls.earlyData {
      note("\"ssl_early_data\" has no effect here: 0-RTT is never accepted", at: tls.$earlyData.position)
    }
    if tls.certificateCompression {
      note(
        "\"ssl_certificate_compression\" has no effect here: certificates are not compressed",
        at: tls.$certificateCompression.position)
    }
    if let position = tls.$crl.position { tls.$crl.set(placed(tls.crl, in: tls.crlCache), at: position) }
    return tls
  }
  private func note(_ text: String, at position: SourcePosition?) {
    report([Diagnostic(text, at: position, severity: .notice)])
  }

  private func apply(_ written: [TLSConfCommand], to tls: inout TLSSettings) {
    guard let position = written.last?.position else { return }
    let result = ConfCommands(written, directive: "ssl_conf_command", protocols: tls.protocols)
    report(result.diagnostics)
    tls.$protocols.set(result.protocols, at: position)
    if let ciphers = result.ciphers { tls.$ciphers.set(ciphers, at: position) }
    if let groups = result.groups { tls.$ecdhCurve.set(groups, at: position) }
    if let prefers = result.prefersServerCiphers { tls.$preferServerCiphers.set(prefers, at: position) }
    if let tickets = result.sessionTickets { tls.$sessionTickets.set(tickets, at: position) }
    if let compresses = result.compressesCertificates { tls.$certificateCompression.set(compresses, at: position) }
    tls.commands = result.commands
  }

  /// `proxy_ssl_conf_command`.
  func apply(_ written: [TLSConfCommand], to tls: inout ProxyTLSSettings) {
    guard let position = written.last?.position else { return }
    let result = ConfCommands(written, directive: "proxy_ssl_conf_command", protocols: tls.protocols)
    report(result.diagnostics)
    tls.$protocols.set(result.protocols, at: position)
    if let ciphers = result.ciphers { tls.$ciphers.set(ciphers, at: position) }
    tls.commands = result.commands
    tls.commands.groups = result.groups
  }

  /// Blocks that inherit a command would tell the same again.
  private func report(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics where !reading.diagnostics.contains(diagnostic) { reading.report(diagnostic) }
  }
}
