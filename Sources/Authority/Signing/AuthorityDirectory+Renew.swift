import Cryptography
import PKI

/// A certificate to be issued once more.
public struct RenewalRequest: Sendable {
  let record: CertificateRecord
  let profiles: ProfileSet
  let lifetime: Int64?
  let rekey: Bool
  let revokeOld: Bool
  let why: String

  /// - Parameters:
  ///   - lifetime: in seconds; nil: as long as the old one's.
  ///   - rekey: a new key of the same type replaces the old file.
  public init(
    record: CertificateRecord, profiles: ProfileSet, lifetime: Int64? = nil, rekey: Bool = false,
    revokeOld: Bool = false, why: String = ""
  ) {
    self.record = record
    self.profiles = profiles
    self.lifetime = lifetime
    self.rekey = rekey
    self.revokeOld = revokeOld
    self.why = why
  }
}

extension AuthorityDirectory {
  /// Issues a certificate with the old one's names, subject and profile.
  ///
  /// - Parameter revoker: the old certificate's CA, where `revokeOld` asks for it and another one signs.
  public func renew(_ renewal: RenewalRequest, signer: UnlockedAuthority, revoker: UnlockedAuthority? = nil)
    throws(AuthorityError) -> Issued
  {
    let old = try renewable(renewal.record)
    let request = try issueRequest(renewal, old: old)
    let issued = try exclusively { () throws(AuthorityError) in try issueLocked(request, signer: signer) }
    if renewal.revokeOld {
      var revocation = RevocationRequest(records: [renewal.record], reason: .superseded)
      revocation.why = "renewed as \(issued.record.serial)"
      try revoke(revocation, signers: [revoker ?? signer])
    }
    return issued
  }

  /// Valid leaves that will have expired `seconds` from now and that were not renewed yet.
  public func expiring(within seconds: Int64) throws(AuthorityError) -> [CertificateRecord] {
    var filter = CertificateFilter()
    filter.statuses = [.valid]
    filter.expiringBefore = UnixTime(actor.now.seconds + seconds)
    return try certificates(filter).filter { $0.folder != "ca" }
  }

  private func renewable(_ record: CertificateRecord) throws(AuthorityError) -> Certificate {
    let isWithdrawn = record.revocation != nil
    guard !isWithdrawn else { throw .notRenewable(serial: record.serial, problem: "it is revoked; issue a new one") }
    guard record.profile != OCSPSignerRequest.profileName || record.folder != "ca" else {
      throw .notRenewable(
        serial: record.serial, problem: "it signs OCSP answers; `countersign ca ocsp-signer` makes the next one")
    }
    guard record.folder != "ca" else {
      throw .notRenewable(
        serial: record.serial, problem: "it is a CA's; make a new one with `countersign ca intermediate`")
    }
    guard let der = record.der, let certificate = try? Certificate(der: der) else {
      throw .notRenewable(serial: record.serial, problem: "the ledger does not have the certificate itself")
    }
    return certificate
  }

  private func issueRequest(_ renewal: RenewalRequest, old: Certificate) throws(AuthorityError) -> IssueRequest {
    let record = renewal.record
    guard let publicKey = old.publicKey else {
      throw .notRenewable(serial: record.serial, problem: "its key is of an unknown kind")
    }
    guard !renewal.rekey || record.keyPath != nil else {
      throw .notRenewable(serial: record.serial, problem: "its key is not kept here, so it cannot be replaced")
    }
    var profile = try renewal.profiles.profile(record.profile)
    let lifetime = old.notAfter.seconds - old.notBefore.seconds
    profile.validity.usual = min(max(lifetime, profile.validity.minimum), profile.validity.maximum)
    let key: IssueRequest.Key =
      renewal.rekey ? .generate(publicKey.type) : .certified(publicKey, keyPath: record.keyPath)
    var request = IssueRequest(profile: profile, name: record.name.isEmpty ? record.serial : record.name, key: key)
    request.subject = old.subject
    request.names = try old.requestedNames()
    request.lifetime = renewal.lifetime
    request.out = record.place(in: layout).map { LeafFiles(out: $0, name: record.name) }
    request.folder = record.folder
    request.isRenewal = true
    request.why = renewal.why.isEmpty ? "renews \(record.serial)" : renewal.why
    return request
  }
}
