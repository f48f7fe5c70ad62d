import Cryptography

@testable import PKI

/// Small structures that tests start from.
enum Samples {
  static let name = DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, "Sample")]])

  static func template(key: PrivateKey, subject: DistinguishedName = name) -> CertificateTemplate {
    CertificateTemplate(
      serialNumber: SerialNumber(1), issuer: name, subject: subject, notBefore: UnixTime(1_700_000_000),
      notAfter: UnixTime(2_000_000_000), subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo)
  }

  /// A self-signed CA.
  static func authority(_ type: KeyType = .p256) throws -> (key: PrivateKey, certificate: Certificate) {
    let key = try PrivateKey.generate(type)
    var template = template(key: key)
    template.extensions = [
      CertificateExtension(BasicConstraints(isCA: true, pathLength: 0), critical: true),
      CertificateExtension([.keyCertSign, .cRLSign] as KeyUsage, critical: true),
      CertificateExtension(try SubjectKeyIdentifier(of: key.publicKey)),
    ]
    return (key, try template.signed(by: key))
  }
}
