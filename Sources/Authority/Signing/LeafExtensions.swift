import Cryptography
import PKI

/// The extensions of a leaf, in OpenSSL's order.
struct LeafExtensions {
  let profile: Profile
  let publicKey: PublicKey
  let issuer: Certificate
  /// The issuer's.
  let urls: ServiceURLs

  func list(names: [RequestedName], subjectIsEmpty: Bool) throws(AuthorityError) -> [CertificateExtension] {
    var list = [
      CertificateExtension(BasicConstraints(isCA: false), critical: true),
      CertificateExtension(keyUsage, critical: true),
    ]
    let purposes = profile.extendedKeyUsage.compactMap(ExtendedKeyUsageName.identifier)
    if !purposes.isEmpty { list.append(CertificateExtension(ExtendedKeyUsage(purposes))) }
    list += try KeyIdentifiers.extensions(publicKey, issuer: issuer)
    if !names.isEmpty {
      // RFC 5280 §4.2.1.6: critical when it is the only identity.
      let value = SubjectAlternativeName(names.map(\.generalName))
      list.append(CertificateExtension(value, critical: subjectIsEmpty))
    }
    return list + urls.replaced(by: profile.urls).extensions
  }

  /// Only RSA keys encipher keys (RFC 8813 §3, RFC 8410 §5).
  private var keyUsage: KeyUsage {
    if case .rsa = publicKey.type { return profile.keyUsage }
    let usage = profile.keyUsage.subtracting([.keyEncipherment, .dataEncipherment])
    return usage.isEmpty ? .digitalSignature : usage
  }
}

/// The two key identifiers of RFC 5280 §4.2.1.1 and §4.2.1.2.
enum KeyIdentifiers {
  /// - Parameter issuer: nil for a root, which needs no authority key identifier.
  static func extensions(_ key: PublicKey, issuer: Certificate?) throws(AuthorityError) -> [CertificateExtension] {
    let subject = CertificateExtension(try identifier(of: key))
    guard let issuer else { return [subject] }
    let bytes = try issuerIdentifier(issuer)
    return [subject] + (bytes.map { [CertificateExtension(AuthorityKeyIdentifier(keyIdentifier: $0))] } ?? [])
  }

  /// What certificates and CRLs call their issuer's key: its own subject key identifier, where it has one.
  static func issuerIdentifier(_ issuer: Certificate) throws(AuthorityError) -> [UInt8]? {
    if let own = try? issuer.subjectKeyIdentifier() { return own.bytes }
    return try issuer.publicKey.map(identifier)?.bytes
  }

  private static func identifier(of key: PublicKey) throws(AuthorityError) -> SubjectKeyIdentifier {
    do { return try SubjectKeyIdentifier(of: key) } catch {
      throw .cryptography(operation: "naming the key", problem: "\(FaultText.of(error))")
    }
  }
}
