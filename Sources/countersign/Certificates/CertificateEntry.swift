import Authority
import PKI

/// A certificate of the ledger as JSON.
struct CertificateEntry: Encodable {
  let serial, status, origin, authority, profile, name, subject, notAfter: String
  let notBefore, sha256, certificateFile, keyFile: String?
  let alternativeNames: [String]
  let revokedAt, reason, invalidityDate: String?
  /// Of the CA that signed it, where that was asked for: `valid`, `expired`, `revoked`.
  let authorityStatus: String?

  init(_ record: CertificateRecord, at now: UnixTime, authority status: AuthorityStatus? = nil) {
    authorityStatus = status?.name
    serial = record.serial
    self.status = record.status(at: now).rawValue
    origin = record.origin.rawValue
    authority = record.authority
    profile = record.profile
    name = record.name
    subject = record.subject
    notAfter = record.notAfter.rfc3339
    notBefore = record.notBefore?.rfc3339
    sha256 = record.fingerprint
    certificateFile = record.certificatePath
    keyFile = record.keyPath
    alternativeNames = record.alternativeNames
    revokedAt = record.revocation?.date.rfc3339
    reason = record.revocation?.reason.name
    invalidityDate = record.revocation?.invalidityDate?.rfc3339
  }
}
