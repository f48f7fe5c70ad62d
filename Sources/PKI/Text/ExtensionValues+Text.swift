import Cryptography

extension BasicConstraints {
  var text: String { (isCA ? "CA:TRUE" : "CA:FALSE") + (pathLength.map { ", pathlen:\($0)" } ?? "") }
}

extension AuthorityKeyIdentifier {
  var lines: [String] {
    [
      keyIdentifier.map(Hexadecimal.colons),
      authorityCertIssuer.map { $0.map(\.description).joined(separator: ", ") },
      authorityCertSerialNumber.map { "serial:\($0.hexString)" },
    ].compactMap { $0 }
  }
}

extension PolicyInformation {
  var lines: [String] {
    ["Policy: \(identifier.displayName)"] + qualifiers.map { "  \($0.oid.displayName): \($0.text)" }
  }
}

extension PolicyInformation.Qualifier {
  /// The pointer of a practice statement; every text of a user notice.
  fileprivate var text: String {
    var reader = DERReader(value)
    return Self.texts(&reader, depth: 0).joined(separator: " ")
  }

  /// A user notice is three deep; what is nested further is hostile.
  private static func texts(_ reader: inout DERReader, depth: Int) -> [String] {
    guard depth < 8 else { return [] }
    var found: [String] = []
    while let element = try? reader.next() {
      if element.tag == .sequence {
        var inside = reader.inside(element)
        found += texts(&inside, depth: depth + 1)
      } else if let text = DirectoryString.decode(element.tag, reader.content(element)) {
        found.append(text)
      }
    }
    return found
  }
}

extension PolicyConstraints {
  var text: String {
    let explicit = requireExplicitPolicy.map { "Require Explicit Policy:\($0)" }
    let mapping = inhibitPolicyMapping.map { "Inhibit Policy Mapping:\($0)" }
    return [explicit, mapping].compactMap { $0 }.joined(separator: ", ")
  }
}

extension DistributionPoint {
  var lines: [String] {
    (name?.lines ?? [])
      + [
        reasons.map { "Reasons: \($0.names.joined(separator: ", "))" },
        crlIssuer.map { "CRL Issuer: \($0.map(\.description).joined(separator: ", "))" },
      ].compactMap { $0 }
  }
}

extension DistributionPoint.Name {
  fileprivate var lines: [String] {
    switch self {
    case .fullName(let names): names.map { "Full Name: \($0)" }
    case .nameRelativeToCRLIssuer(let rdn): ["Relative Name: \(DistinguishedName(rdns: [rdn]).rfc2253)"]
    }
  }
}

extension ReasonFlags {
  /// As the RFC spells them, bit 1 first.
  var names: [String] {
    let all = [
      "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold",
      "privilegeWithdrawn", "aACompromise",
    ]
    return all.enumerated().filter { rawValue & 2 << $0.offset != 0 }.map(\.element)
  }
}

extension IssuingDistributionPoint {
  var lines: [String] {
    (name?.lines ?? [])
      + [
        onlyContainsUserCerts ? "Only User Certificates" : nil, onlyContainsCACerts ? "Only CA Certificates" : nil,
        indirectCRL ? "Indirect CRL" : nil, onlyContainsAttributeCerts ? "Only Attribute Certificates" : nil,
        onlySomeReasons.map { "Only Some Reasons: \($0.names.joined(separator: ", "))" },
      ].compactMap { $0 }
  }
}

extension SerialNumber {
  /// Decimal when 64 bits hold it, else hexadecimal with `0x`.
  var decimalText: String { unsignedValue.map(String.init) ?? "0x\(hexString)" }
}
