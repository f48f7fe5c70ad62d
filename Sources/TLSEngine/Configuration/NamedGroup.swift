/// The groups that the engine can agree on (RFC 8446 §4.2.7).
enum NamedGroup: UInt16, CaseIterable {
  case secp256r1 = 23
  case secp384r1 = 24
  case secp521r1 = 25
  case x25519 = 29
  case x25519MLKEM768 = 0x11ec

  /// As OpenSSL prints it.
  var openSSLName: String {
    switch self {
    case .secp256r1: "prime256v1"
    case .secp384r1: "secp384r1"
    case .secp521r1: "secp521r1"
    case .x25519: "X25519"
    case .x25519MLKEM768: "X25519MLKEM768"
    }
  }

  private var otherNames: [String] {
    switch self {
    case .secp256r1: ["P-256", "secp256r1"]
    case .secp384r1: ["P-384"]
    case .secp521r1: ["P-521"]
    case .x25519, .x25519MLKEM768: []
    }
  }

  private func hasName(_ name: String) -> Bool {
    let wanted = name.lowercased()
    return openSSLName.lowercased() == wanted || otherNames.contains { $0.lowercased() == wanted }
  }

  private static let automatic: [NamedGroup] = [.x25519MLKEM768, .x25519, .secp256r1, .secp384r1, .secp521r1]

  /// The groups of a list such as `X25519:prime256v1`; a name after `?` is skipped where it is unknown, as OpenSSL 3.5.
  ///
  /// `nil` and `auto` stand for the engine's own choice: the library's, with P-521 for the certificates that need it.
  static func parse(_ list: String?) throws(TLSConfigurationError) -> [UInt16] {
    guard let list, list != "auto", !list.isEmpty else { return automatic.map(\.rawValue) }
    var groups: [UInt16] = []
    for part in list.split(whereSeparator: { $0 == ":" || $0 == "/" }) {
      let isOptional = part.hasPrefix("?")
      let name = String(part.drop { $0 == "?" || $0 == "*" })
      if let group = allCases.first(where: { $0.hasName(name) }) {
        if !groups.contains(group.rawValue) { groups.append(group.rawValue) }
      } else if !isOptional && !isKnownElsewhere(name) {
        throw .unknownGroup(name: name)
      }
    }
    guard !groups.isEmpty else { throw .unknownGroup(name: list) }
    return groups
  }

  /// Groups of OpenSSL that the engine lacks: skipped, as a client without them would.
  private static func isKnownElsewhere(_ name: String) -> Bool {
    [
      "x448", "secp256k1", "brainpoolp256r1", "brainpoolp384r1", "brainpoolp512r1", "sect571r1", "ffdhe2048",
      "ffdhe3072", "ffdhe4096", "secp256r1mlkem768", "secp384r1mlkem1024", "mlkem768", "mlkem512", "mlkem1024",
    ].contains(name.lowercased())
  }
}
