import Cryptography
import Foundation
import PKI
import TLSEngine

/// A certificate and its key.
struct TestIdentity {
  var certificate: Certificate
  var key: PrivateKey
  var credential: TLSCredential { TLSCredential(chain: [certificate.der], key: key) }

  static func root(_ name: String = "Root") throws -> TestIdentity {
    let key = try PrivateKey.generate(.p256)
    var template = Self.template(name, key, issuer: name, serial: 1)
    template.extensions.append(CertificateExtension(BasicConstraints(isCA: true), critical: true))
    return TestIdentity(certificate: try template.signed(by: key), key: key)
  }

  func issue(_ name: String, names: [GeneralName], serial: UInt8 = 2) throws -> TestIdentity {
    let key = try PrivateKey.generate(.p256)
    var template = Self.template(name, key, issuer: "Root", serial: serial)
    template.extensions.append(CertificateExtension(ExtendedKeyUsage([.serverAuth, .clientAuth]), critical: false))
    if !names.isEmpty {
      template.extensions.append(CertificateExtension(SubjectAlternativeName(names), critical: false))
    }
    return TestIdentity(certificate: try template.signed(by: self.key), key: key)
  }

  private static func template(
    _ name: String, _ key: PrivateKey, issuer: String, serial: UInt8
  ) -> CertificateTemplate {
    func distinguished(_ text: String) -> DistinguishedName {
      DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, text)]])
    }
    let now = Int64(Date().timeIntervalSince1970)
    return CertificateTemplate(
      serialNumber: SerialNumber(magnitude: [serial]), issuer: distinguished(issuer), subject: distinguished(name),
      notBefore: UnixTime(now - 86400), notAfter: UnixTime(now + 86400),
      subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo)
  }
}
