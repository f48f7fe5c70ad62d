import PKI

extension Lint {
  /// A name outside of what a CA above permits makes a certificate that verifies nowhere.
  static let nameConstraints = Lint(name: "name-constraints", clause: "RFC 5280 §4.2.1.10") { context, report in
    let names = context.draft.names.map(\.generalName) + directoryName(context.draft.subject)
    for authority in context.chain {
      guard let constraints = try? authority.nameConstraints() else { continue }
      for name in names where !ConstraintRules(constraints).accept(name) {
        report(.error, "\(name) is outside of what \(authority.subject.rfc2253) permits")
      }
    }
  }

  private static func directoryName(_ subject: DistinguishedName) -> [GeneralName] {
    subject.isEmpty ? [] : [.directory(subject)]
  }
}

/// Whether a CA's subtrees let a name through. For issuing only: the verifier's own rules are in Trust.
private struct ConstraintRules {
  let constraints: NameConstraints

  init(_ constraints: NameConstraints) { self.constraints = constraints }

  func accept(_ name: GeneralName) -> Bool {
    if constraints.excluded.contains(where: { Self.subtree($0, has: name) == true }) { return false }
    let ofKind = constraints.permitted.compactMap { Self.subtree($0, has: name) }
    return ofKind.isEmpty || ofKind.contains(true)
  }

  /// Nil: the subtree is about another kind of names.
  private static func subtree(_ subtree: GeneralName, has name: GeneralName) -> Bool? {
    switch (subtree, name) {
    case (.dns(let base), .dns(let name)): host(name, isBelow: base)
    case (.email(let base), .email(let address)): email(address, isBelow: base)
    case (.uri(let base), .uri(let uri)): uriHost(uri).map { exactly($0, base) } ?? false
    case (.ip(let network), .ip(let address)) where network.count == address.count * 2:
      NetworkText.network(network, contains: address)
    // Constraints on IPv4 say nothing of IPv6, and yet permit none of it.
    case (.ip, .ip): false
    case (.directory(let base), .directory(let name)): directory(name, isBelow: base)
    default: nil
    }
  }

  private static func host(_ name: String, isBelow base: String) -> Bool {
    let (name, base) = (ExactText(name).loweredASCII, ExactText(base).loweredASCII)
    if base.octets.isEmpty || name == base { return true }
    let isBelow = base.hasPrefix(".") || name.octets.dropLast(base.octets.count).last == UInt8(ascii: ".")
    return isBelow && name.hasSuffix(base)
  }

  private static func exactly(_ host: String, _ base: String) -> Bool {
    let (host, base) = (ExactText(host).loweredASCII, ExactText(base).loweredASCII)
    return base.hasPrefix(".") ? host.hasSuffix(base) : host == base
  }

  private static func email(_ address: String, isBelow base: String) -> Bool {
    guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return false }
    if base.contains("@") { return ExactText(address).loweredASCII == ExactText(base).loweredASCII }
    return exactly(String(address[address.utf8.index(after: at)...]), base)
  }

  private static func uriHost(_ uri: String) -> String? {
    guard let start = uri.range(of: "://") else { return nil }
    let authority = uri[start.upperBound...].prefix { !"/?#".contains($0) }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
    return String(host.prefix { $0 != ":" })
  }

  private static func directory(_ name: DistinguishedName, isBelow base: DistinguishedName) -> Bool {
    let prefix = DistinguishedName(rdns: Array(name.rdns.prefix(base.rdns.count)))
    return name.rdns.count >= base.rdns.count && prefix.matches(base)
  }
}
