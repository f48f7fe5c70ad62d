import Cryptography
import PKI
import Trust

/// A CA, and certificates of clients judged by it.
struct TestAuthority {
  private let key: PrivateKey
  private let root: Certificate
  private static let start = UnixTime(1_700_000_000)
  private static let end = UnixTime(4_000_000_000)

  init() throws {
    key = try PrivateKey.generate(.p256)
    let name = try DistinguishedName(parsing: "/O=Test/CN=Root")
    let basic = BasicConstraints(isCA: true)
    root = try CertificateTemplate(
      serialNumber: SerialNumber(1), issuer: name, subject: name, notBefore: Self.start, notAfter: Self.end,
      subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo,
      extensions: [CertificateExtension(basic, critical: true)]
    ).signed(by: key)
  }

  /// The CA's certificate, as files have it.
  var rootPEM: String { String(decoding: root.pem, as: UTF8.self) }

  /// A certificate of this CA and its key, as files have them.
  func issue(subject: String) throws -> (certificate: Certificate, keyPEM: String) {
    let leafKey = try PrivateKey.generate(.p256)
    return (try leaf(subject, leafKey, by: key), String(decoding: leafKey.pkcs8PEM(), as: UTF8.self))
  }

  /// What this CA's verifier says of a client's certificate.
  func verdict(
    subject: String, names: [GeneralName] = [], notAfter: UnixTime = Self.end, isOurs: Bool = true
  ) throws -> Verdict {
    let leafKey = try PrivateKey.generate(.p256)
    let leaf = try leaf(subject, leafKey, by: isOurs ? key : leafKey, names: names, notAfter: notAfter)
    let snapshot = TrustSnapshot(generation: 1, anchors: isOurs ? [root] : [])
    let verifier = Verifier(snapshot: snapshot, policy: VerificationPolicy(purpose: .client))
    return verifier.verdict(on: PresentedChain([leaf.der]), at: UnixTime(1_800_000_000))
  }

  private func leaf(
    _ subject: String, _ leafKey: PrivateKey, by signer: PrivateKey, names: [GeneralName] = [],
    notAfter: UnixTime = Self.end
  ) throws -> Certificate {
    try CertificateTemplate(
      serialNumber: SerialNumber(0x1001), issuer: root.subject, subject: try DistinguishedName(parsing: subject),
      notBefore: Self.start, notAfter: notAfter, subjectPublicKeyInfo: leafKey.publicKey.subjectPublicKeyInfo,
      extensions: names.isEmpty ? [] : [CertificateExtension(SubjectAlternativeName(names))]
    ).signed(by: signer)
  }
}
