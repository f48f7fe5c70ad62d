import Cryptography
import PKI

/// The extensions that any certificate has (RFC 5280 §4.2).
extension ProfileRule {
  static let extensionRules: [ProfileRule] = keyIdentifierRules + keyUsageRules + nameRules + pointRules

  private static let keyIdentifierRules: [ProfileRule] = [
    ProfileRule(
      "authorityKeyIdentifier", "RFC 5280 §4.2.1.1", "All but a root name the key that signed them.",
      certificate: { subject in
        subject.isRoot || subject.facts.authorityKeyIdentifier?.keyIdentifier != nil ? nil : "no keyIdentifier"
      }),
    ProfileRule(
      "authorityKeyIdentifier.critical", "RFC 5280 §4.2.1.1", "authorityKeyIdentifier is not critical.",
      everywhere: .unknownCriticalExtension),
    ProfileRule(
      "authorityKeyIdentifier.pair", "RFC 5280 A.2",
      "authorityCertIssuer and authorityCertSerialNumber come together or not at all.",
      certificate: { subject in
        guard let hint = subject.facts.authorityKeyIdentifier else { return nil }
        return hint.issuers.isEmpty == (hint.serialNumber == nil) ? nil : "one without the other"
      }),
    ProfileRule(
      "authorityKeyIdentifier.issuer", "RFC 5280 §4.2.1.2",
      "authorityKeyIdentifier is the subjectKeyIdentifier of the CA above, or names its certificate.",
      certificate: { subject in
        subject.issuer?.matchesKeyHint(of: subject.examined) == false ? "another key or certificate" : nil
      }),
    ProfileRule(
      "subjectKeyIdentifier", "RFC 5280 §4.2.1.2", "A CA has a subjectKeyIdentifier.",
      certificate: { $0.isCA && $0.facts.subjectKeyIdentifier == nil ? "missing" : nil }),
    ProfileRule(
      "subjectKeyIdentifier.critical", "RFC 5280 §4.2.1.2", "subjectKeyIdentifier is not critical.",
      everywhere: .unknownCriticalExtension),
  ]

  private static let keyUsageRules: [ProfileRule] = [
    ProfileRule(
      "keyUsage", "RFC 5280 §4.2.1.3", "A CA has a keyUsage.",
      certificate: { $0.isCA && $0.facts.keyUsage == nil ? "missing" : nil }),
    ProfileRule("keyUsage.empty", "RFC 5280 §4.2.1.3", "keyUsage has a bit set.", everywhere: .malformedExtension),
    ProfileRule(
      "keyUsage.keyCertSign", "RFC 5280 §4.2.1.3 and §4.2.1.9", "keyCertSign is set for CAs alone.",
      certificate: { subject in
        let isCA = subject.facts.basicConstraints?.isCA == true
        return subject.facts.keyUsage?.contains(.keyCertSign) == true && !isCA ? "cA is FALSE" : nil
      }),
    ProfileRule(
      "keyUsage.issuer", "RFC 5280 §4.2.1.3", "The keyUsage of who signed a certificate has keyCertSign.",
      everywhere: .keyUsageCertSign),
    ProfileRule(
      "keyUsage.key", "RFC 3279 §2.3, RFC 8813 §3, RFC 9295 §3", "keyUsage names nothing that the key cannot do.",
      certificate: usageBeyondKey),
    ProfileRule(
      "keyUsage.purpose", "RFC 5280 §4.2.1.12",
      "keyUsage and extendedKeyUsage, where they are there, allow what the certificate is used for.",
      everywhere: .purpose),
    ProfileRule(
      "extendedKeyUsage.empty", "RFC 5280 §4.2.1.12", "extendedKeyUsage names a purpose.",
      everywhere: .malformedExtension),
  ]

  private static let nameRules: [ProfileRule] = [
    ProfileRule(
      "subjectAltName.empty", "RFC 5280 §4.2.1.6", "subjectAltName has a name.", everywhere: .malformedExtension),
    ProfileRule(
      "subjectAltName.syntax", "RFC 5280 §4.2.1.6", "A name can be what its type says.", everywhere: .malformedName),
    ProfileRule(
      "subjectAltName.form", "RFC 5280 §4.2.1.6",
      "A dNSName is in the preferred syntax (letters, digits, inner hyphens, no final dot), no two dots meet in the local "
        + "part of an rfc822Name, and an authority in a URI has a host.",
      certificate: { NameSyntax.unconforming($0.names) }),
    ProfileRule(
      "issuerAltName.syntax", "RFC 5280 §4.2.1.7", "The names of an issuerAltName can be what their types say.",
      certificate: { subject in
        let names = ((try? subject.certificate.issuerAlternativeName()) ?? nil) ?? []
        return names.lazy.compactMap(NameSyntax.fault).first ?? NameSyntax.unconforming(names)
      }),
    ProfileRule(
      "subjectDirectoryAttributes.critical", "RFC 5280 §4.2.1.8", "subjectDirectoryAttributes is not critical.",
      everywhere: .unknownCriticalExtension),
  ]

  private static let pointRules: [ProfileRule] = [
    ProfileRule(
      "cRLDistributionPoints.name", "RFC 5280 §4.2.1.13", "A distribution point has a name or a cRLIssuer.",
      certificate: { subject in
        points(subject).contains { $0.name == nil && $0.crlIssuer == nil } ? "a point with neither" : nil
      }),
    ProfileRule(
      "cRLDistributionPoints.reasons", "RFC 5280 §4.2.1.13", "One distribution point covers all reasons.",
      certificate: { subject in
        let points = points(subject)
        return points.isEmpty || points.contains { $0.reasons == nil } ? nil : "each covers some reasons"
      }),
    ProfileRule(
      "cRLDistributionPoints.cRLIssuer", "RFC 5280 §4.2.1.13",
      "A cRLIssuer is the directory name of somebody else than the certificate's issuer.",
      certificate: { subject in
        points(subject).lazy.compactMap(\.crlIssuer).compactMap { names in
          let directories = names.compactMap { if case .directory(let name) = $0 { name } else { nil } }
          if directories.isEmpty { return "no directory name" }
          return directories.contains { $0.key == subject.examined.issuer } ? "the certificate's issuer" : nil
        }.first
      }),
    ProfileRule(
      "freshestCRL.critical", "RFC 5280 §4.2.1.15", "freshestCRL is not critical.",
      everywhere: .unknownCriticalExtension),
    ProfileRule(
      "authorityInfoAccess.critical", "RFC 5280 §4.2.2.1", "authorityInfoAccess is not critical.",
      everywhere: .unknownCriticalExtension),
    ProfileRule(
      "subjectInfoAccess.critical", "RFC 5280 §4.2.2.2", "subjectInfoAccess is not critical.",
      everywhere: .unknownCriticalExtension),
  ]

  private static func points(_ subject: ProfiledCertificate) -> [DistributionPoint] {
    ((try? subject.certificate.crlDistributionPoints()) ?? nil)?.points ?? []
  }

  @Sendable private static func usageBeyondKey(_ subject: ProfiledCertificate) -> String? {
    guard let usage = subject.facts.keyUsage, let key = subject.examined.key?.key.type else { return nil }
    let forbidden: KeyUsage
    switch key {
    case .rsa: forbidden = [.keyAgreement, .encipherOnly, .decipherOnly]
    case .p256, .p384, .p521: forbidden = [.keyEncipherment, .dataEncipherment]
    case .ed25519, .dsa:
      forbidden = [.keyEncipherment, .dataEncipherment, .keyAgreement, .encipherOnly, .decipherOnly]
    case .other: forbidden = []
    }
    let beyond = usage.intersection(forbidden)
    return beyond.isEmpty ? nil : "\(beyond.names.joined(separator: " ")) for \(key)"
  }
}

extension NameSyntax {
  /// What makes a name less than RFC 5280 §4.2.1.6 asks, although everybody understands it.
  static func unconforming(_ names: [GeneralName]) -> String? {
    names.lazy.compactMap { name -> String? in
      switch name {
      case .dns(let text): isPreferredName(text) ? nil : "dNSName \(text)"
      case .email(let text): hasEmptyAtom(text) ? "rfc822Name \(text)" : nil
      case .uri(let text): lacksHost(text) ? "URI \(text)" : nil
      case .ip, .directory, .registeredID, .other, .x400, .ediParty: nil
      }
    }.first
  }

  /// RFC 1034 §3.5 with the change of RFC 1123 §2.1, behind a wildcard if there is one.
  static func isPreferredName(_ text: String, allowsWildcard: Bool = true) -> Bool {
    guard isDNSName(text, allowsWildcard: allowsWildcard), text.utf8.count <= 253, !text.utf8.contains(0x5f) else {
      return false
    }
    return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
      !label.isEmpty && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
    }
  }

  /// Two dots in a row, or one at an end, in a local part that is not quoted (RFC 5321 §4.1.2).
  private static func hasEmptyAtom(_ text: String) -> Bool {
    guard let local = Mailbox(text)?.local, local.octets.first != UInt8(ascii: "\"") else { return false }
    return local.octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).contains(where: \.isEmpty)
  }

  /// An authority that is neither a DNS name nor an address.
  private static func lacksHost(_ text: String) -> Bool {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
      text.utf8[text.utf8.index(after: colon)...].starts(with: "//".utf8)
    else { return false }
    guard let host = URIAuthority.host(text) else { return true }
    return host.utf8.first != UInt8(ascii: "[") && !isDNSName(host)
  }
}
