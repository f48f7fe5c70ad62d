import ConfigSyntax

/// Commands of OpenSSL's `SSL_CONF_cmd` on their way to settings: what they set, and what is to be said of them.
struct ConfCommands {
  var protocols: Set<TLSProtocolName>
  var ciphers: String?
  var groups: String?
  var prefersServerCiphers: Bool?
  var sessionTickets: Bool?
  var compressesCertificates: Bool?
  var commands = TLSCommands()
  private(set) var diagnostics: [Diagnostic] = []

  /// - Parameters:
  ///   - written: `name value`, in order: later ones go before earlier ones.
  ///   - directive: that named them, for messages.
  init(_ written: [TLSConfCommand], directive: String, protocols: Set<TLSProtocolName>) {
    self.protocols = protocols
    for command in written {
      do throws(Diagnostic) {
        try apply(command, directive)
      } catch {
        diagnostics.append(error)
      }
      commands.position = command.position
    }
  }

  private mutating func apply(_ command: TLSConfCommand, _ directive: String) throws(Diagnostic) {
    switch command.name.lowercased() {
    case "minprotocol": try limit(command) { $0 < $1 }
    case "maxprotocol": try limit(command) { $0 > $1 }
    case "protocol": try choose(command)
    case "cipherstring": ciphers = command.value
    case "ciphersuites": commands.ciphersuites = command.value
    case "curves", "groups", "ecdhparameters": groups = command.value == "Automatic" ? "auto" : command.value
    case "signaturealgorithms": commands.signatureAlgorithms = command.value
    case "clientsignaturealgorithms": commands.clientSignatureAlgorithms = command.value
    case "numtickets": try countTickets(command)
    case "options": try applyOptions(command, directive)
    case "recordpadding", "dhparameters": note("\"\(command.name)\" of \"\(directive)\" has no effect here", command)
    default:
      throw Diagnostic(
        "\"\(directive)\" does not support \"\(command.name)\" here; there are MinProtocol, MaxProtocol, Protocol, "
          + "CipherString, Ciphersuites, Groups, SignatureAlgorithms, ClientSignatureAlgorithms, NumTickets and Options",
        at: command.position)
    }
  }

  private mutating func note(_ text: String, _ command: TLSConfCommand) {
    diagnostics.append(Diagnostic(text, at: command.position, severity: .notice))
  }

  private func failure(_ command: TLSConfCommand) -> Diagnostic {
    Diagnostic("SSL_CONF_cmd(\"\(command.name)\", \"\(command.value)\") failed", at: command.position)
  }

  private mutating func limit(_ command: TLSConfCommand, outside: (Int, Int) -> Bool) throws(Diagnostic) {
    if command.value == "None" { return }
    let order = TLSProtocolName.allCases
    guard let bound = order.firstIndex(where: { $0.rawValue == command.value }) else { throw failure(command) }
    protocols.formIntersection(order.enumerated().filter { !outside($0.offset, bound) }.map(\.element))
  }

  /// `ALL,-TLSv1.1`: switches on and off.
  private mutating func choose(_ command: TLSConfCommand) throws(Diagnostic) {
    for part in command.value.split(separator: ",") {
      let isOn = !part.hasPrefix("-")
      let name = part.drop { $0 == "-" || $0 == "+" }
      let named: Set<TLSProtocolName>
      if name.uppercased() == "ALL" {
        named = Set(TLSProtocolName.allCases)
      } else if let version = TLSProtocolName(rawValue: String(name)) {
        named = [version]
      } else {
        throw failure(command)
      }
      if isOn { protocols.formUnion(named) } else { protocols.subtract(named) }
    }
  }

  private mutating func countTickets(_ command: TLSConfCommand) throws(Diagnostic) {
    guard let count = Int(command.value), (0...255).contains(count) else { throw failure(command) }
    commands.ticketCount = count
  }

  private mutating func applyOptions(_ command: TLSConfCommand, _ directive: String) throws(Diagnostic) {
    for option in command.value.split(separator: ",") {
      let isOn = !option.hasPrefix("-")
      let name = option.drop { $0 == "-" || $0 == "+" }.lowercased()
      switch name {
      case "serverpreference": prefersServerCiphers = isOn
      case "sessionticket": sessionTickets = isOn
      case "certificatecompression", "txcertificatecompression": compressesCertificates = isOn
      case _ where Self.idle.contains(name):
        note("option \"\(option)\" of \"\(directive)\" has no effect here", command)
      default:
        throw Diagnostic("\"\(directive)\" does not support option \"\(option)\" here", at: command.position)
      }
    }
  }

  /// Options of OpenSSL for what the library always does, or never.
  private static let idle: Set<String> = [
    "ktls", "prioritizechacha", "norenegotiation", "unsafelegacyrenegotiation", "unsafelegacyserverconnect",
    "encryptthenmac", "extendedmastersecret", "compression", "emptyfragments", "bugs", "dhsingle", "ecdhsingle",
    "allownodhekex", "prefernodhekex", "middleboxcompat", "antireplay", "canames", "rxcertificatecompression",
    "ktlstxzerocopysendfile", "ignoreunexpectedeof",
  ]
}
