import Cryptography
import PKI

/// A certificate complete but for serial number and signature, and what becomes of it.
struct CertificateDraft: Sendable {
  let subject: DistinguishedName
  let notBefore: UnixTime
  let notAfter: UnixTime
  let publicKey: PublicKey
  let names: [RequestedName]
  let extensions: [CertificateExtension]
  let isAuthority: Bool
  /// Nil for CAs.
  let profile: Profile?

  // For the ledger.
  let name: String
  let folder: String
  let profileName: String
  var keyPath: String?
  var csrPath: String?
  let certificatePath: String
  /// A new key in PEM, to be written to `keyPath`.
  var newKey: SecretBytes?
  let action: AuditRecord.Action
  let why: String

  func template(serial: SerialNumber, issuer: DistinguishedName) -> CertificateTemplate {
    CertificateTemplate(
      serialNumber: serial, issuer: issuer, subject: subject, notBefore: notBefore, notAfter: notAfter,
      subjectPublicKeyInfo: publicKey.subjectPublicKeyInfo, extensions: extensions)
  }

  func intent(serial: SerialNumber, authority: AuthorityRecord, stagedPath: String?) -> CertificateIntent {
    CertificateIntent(
      authority: authority, serial: serial, profile: profileName, name: name, folder: folder, subject: subject.rfc2253,
      alternativeNames: names.map(\.generalName.description), notBefore: notBefore, notAfter: notAfter,
      publicKeyHash: publicKey.hashText, keyPath: keyPath, csrPath: csrPath, certificatePath: certificatePath,
      stagedPath: stagedPath)
  }
}

extension SerialNumber {
  /// Beyond the 20 octets of RFC 5280 §4.1.2.2, the sign's included.
  var isTooLong: Bool { bytes.count > 20 }

  /// 128 random bits after a leading byte that keeps the number positive, its length constant and below the 20 octets
  /// of RFC 5280 §4.1.2.2.
  static func random() -> SerialNumber {
    SerialNumber(bytes: [0x10 | secureRandomBytes(1)[0] & 0x6F] + secureRandomBytes(16))
  }
}
