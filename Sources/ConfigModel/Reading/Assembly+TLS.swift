import ConfigSyntax

extension Assembly {
  /// The settings as the TLS engine takes them: OpenSSL's commands translated, 0-RTT only where it is harmless.
  func terminated(_ settings: TLSSettings) -> TLSSettings {
    var tls = settings
    for command in settings.confCommands {
      if let diagnostic = command.apply(to: &tls) { reading.report(diagnostic) }
    }
    if tls.earlyData, tls.verifyClient != .off {
      reading.report(
        Diagnostic(
          "\"ssl_early_data\" ignored, clients are asked for certificates", at: tls.$earlyData.position,
          severity: .warn))
      tls.$earlyData.set(false, at: tls.$earlyData.position ?? SourcePosition(file: "", line: 0))
    }
    if let position = tls.$crl.position { tls.$crl.set(placed(tls.crl, in: tls.crlCache), at: position) }
    return tls
  }
}

extension TLSConfCommand {
  /// Does to the settings what the directive of that meaning would do; what is wrong with the command otherwise.
  fileprivate func apply(to tls: inout TLSSettings) -> Diagnostic? {
    switch name.lowercased() {
    case "minprotocol": return limit(&tls) { $0 < $1 }
    case "maxprotocol": return limit(&tls) { $0 > $1 }
    case "cipherstring": tls.$ciphers.set(value, at: position)
    case "curves", "groups": tls.$ecdhCurve.set(value, at: position)
    case "options": return applyOptions(to: &tls)
    default:
      return Diagnostic("\"ssl_conf_command\" does not support \"\(name)\" here", at: position)
    }
    return nil
  }

  private func limit(_ tls: inout TLSSettings, outside: (Int, Int) -> Bool) -> Diagnostic? {
    let order = TLSProtocolName.allCases
    guard let bound = order.firstIndex(where: { $0.rawValue == value }) else {
      return Diagnostic("SSL_CONF_cmd(\"\(name)\", \"\(value)\") failed", at: position)
    }
    let kept = order.enumerated().filter { !outside($0.offset, bound) }.map(\.element)
    tls.$protocols.set(tls.protocols.intersection(kept), at: position)
    return nil
  }

  private func applyOptions(to tls: inout TLSSettings) -> Diagnostic? {
    for option in value.split(separator: ",") {
      let isOn = !option.hasPrefix("-")
      switch option.drop(while: { $0 == "-" || $0 == "+" }).lowercased() {
      case "serverpreference": tls.$preferServerCiphers.set(isOn, at: position)
      case "sessionticket": tls.$sessionTickets.set(isOn, at: position)
      case "ktls", "prioritizechacha", "norenegotiation", "unsafelegacyrenegotiation": continue
      default: return Diagnostic("\"ssl_conf_command\" does not support option \"\(option)\" here", at: position)
      }
    }
    return nil
  }
}
