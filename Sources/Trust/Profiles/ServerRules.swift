import Cryptography
import PKI

/// What the CA/Browser Forum's Baseline Requirements for TLS servers ask of the certificates of a server's path, as far as
/// it is a matter of form. Lifetimes, policies and what a public CA owes its auditors are left to public CAs.
extension ProfileRule {
  static let serverRules: [ProfileRule] = leafRules + subjectRules + keyRules

  private static let leafRules: [ProfileRule] = [
    ProfileRule(
      "server.basicConstraints", "BR §7.1.2.7.8", "A server's certificate is no CA's.",
      server: { $0.isLeaf && $0.facts.basicConstraints?.isCA == true ? "cA is TRUE" : nil }),
    ProfileRule(
      "server.keyUsage", "BR §7.1.2.7.11", "The keyUsage of a server signs neither certificates nor CRLs.",
      server: { subject in
        guard subject.isLeaf, let usage = subject.facts.keyUsage else { return nil }
        return usage.isDisjoint(with: [.keyCertSign, .cRLSign]) ? nil : usage.names.joined(separator: " ")
      }),
    ProfileRule(
      "server.extendedKeyUsage", "BR §7.1.2.7.10", "A server has an extendedKeyUsage.",
      server: { $0.isLeaf && $0.facts.extendedKeyUsage == nil ? "missing" : nil }),
    ProfileRule(
      "server.extendedKeyUsage.critical", "BR §7.1.2.7.6", "The extendedKeyUsage of a server is not critical.",
      server: { $0.isLeaf && $0.isCritical(.extendedKeyUsage) == true ? "critical" : nil }),
    ProfileRule(
      "server.extendedKeyUsage.others", "BR §7.1.2.7.10",
      "The extendedKeyUsage of a server has neither anyExtendedKeyUsage nor codeSigning, emailProtection, timeStamping "
        + "or OCSPSigning.",
      server: { subject in
        guard subject.isLeaf else { return nil }
        let foreign: Set<OID> = [.anyExtendedKeyUsage, .codeSigning, .emailProtection, .timeStamping, .ocspSigning]
        return (subject.facts.extendedKeyUsage ?? []).first(where: foreign.contains).map { "\($0)" }
      }),
    ProfileRule(
      "server.root.extendedKeyUsage", "BR §7.1.2.1", "A root has no extendedKeyUsage.",
      server: { $0.isRoot && !$0.isLeaf && $0.facts.extendedKeyUsage != nil ? "there is one" : nil }),
    ProfileRule(
      "server.authorityKeyIdentifier", "BR §7.1.2.11.1",
      "An authorityKeyIdentifier is a keyIdentifier, without authorityCertIssuer and authorityCertSerialNumber.",
      server: { subject in
        guard let hint = subject.facts.authorityKeyIdentifier else { return nil }
        if hint.keyIdentifier == nil { return "no keyIdentifier" }
        return hint.issuers.isEmpty && hint.serialNumber == nil ? nil : "a certificate is named"
      }),
  ]

  private static let subjectRules: [ProfileRule] = [
    ProfileRule(
      "server.subjectAltName", "BR §7.1.2.7.12", "A server has a subjectAltName, of dNSName and iPAddress alone.",
      server: { subject in
        guard subject.isLeaf else { return nil }
        guard let names = subject.facts.subjectAlternativeName else { return "missing" }
        return names.lazy.compactMap { name -> String? in
          switch name {
          case .dns, .ip: nil
          case .email, .uri, .directory, .registeredID, .other, .x400, .ediParty: "\(name)"
          }
        }.first
      }),
    ProfileRule(
      "server.subjectAltName.critical", "BR §7.1.2.7.12",
      "The subjectAltName of a server is critical where the subject is empty, and only there.",
      server: { subject in
        guard subject.isLeaf, subject.isCritical(.subjectAlternativeName) == true else { return nil }
        return subject.certificate.subject.isEmpty ? nil : "critical"
      }),
    ProfileRule(
      "server.commonName", "BR §7.1.4.3",
      "A server has one common name at most, and it is a name of its subjectAltName in the same spelling.",
      server: commonName),
    ProfileRule(
      "server.wildcard", "BR §3.2.2.6", "No wildcard stands directly below a public suffix.", server: wildcard),
  ]

  private static let keyRules: [ProfileRule] = [
    ProfileRule(
      "server.keys.size", "BR §6.1.5", "A server's RSA key has 2048 bits and more, and so have the CAs above it.",
      everywhere: .weakLeafKey),
    ProfileRule(
      "server.keys", "BR §6.1.5", "Keys are on P-256, P-384 or P-521, or RSA's of a multiple of 8 bits.",
      server: { subject in
        guard let type = subject.examined.key?.key.type else { return "unknown" }
        switch type {
        case .rsa(let bits): return bits % 8 == 0 ? nil : "\(type)"
        case .p256, .p384, .p521: return nil
        case .ed25519, .dsa, .other: return "\(type)"
        }
      }),
    ProfileRule(
      "server.signatures.weak", "BR §7.1.3.2", "No signature below the anchor is over MD5 or SHA-1.",
      everywhere: .weakDigest),
    ProfileRule(
      "server.signatures", "BR §7.1.3.2",
      "Signatures are RSA's or ECDSA's over SHA-256, SHA-384 or SHA-512, those of roots included.",
      server: { subject in
        guard let algorithm = subject.certificate.signatureAlgorithm.signatureAlgorithm else { return "unknown" }
        switch algorithm {
        case .rsaPKCS1(let digest), .rsaPSS(let digest, _), .ecdsa(let digest):
          return [.sha256, .sha384, .sha512].contains(digest) ? nil : digest.name
        case .ed25519, .dsa: return "\(algorithm)"
        }
      }),
  ]

  @Sendable private static func commonName(_ subject: ProfiledCertificate) -> String? {
    guard subject.isLeaf else { return nil }
    let common = subject.certificate.subject.rdns.joined().filter { $0.type == .commonName }
    guard common.count <= 1 else { return "\(common.count) common names" }
    guard let attribute = common.first else { return nil }
    let isNamed = subject.names.contains { name in
      switch name {
      case .dns(let text): Array(text.utf8) == attribute.text.map { Array($0.utf8) }
      case .ip(let octets): IPAddressText.text(octets) == attribute.text
      case .email, .uri, .directory, .registeredID, .other, .x400, .ediParty: false
      }
    }
    return isNamed ? nil : "\(attribute.text ?? "no text")"
  }

  @Sendable private static func wildcard(_ subject: ProfiledCertificate) -> String? {
    guard subject.isLeaf else { return nil }
    for case .dns(let text) in subject.names where text.utf8.starts(with: "*.".utf8) {
      guard let suffixes = subject.suffixes else {
        return "\(text) can't be judged: there is no list of public suffixes (Debian's package publicsuffix)"
      }
      if suffixes.isPublicSuffix(String(text.dropFirst(2))) { return text }
    }
    return nil
  }
}
