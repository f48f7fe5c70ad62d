import Cryptography
import GRDB
import PKI

/// A delegated signer of OCSP answers asked for (RFC 6960 §4.2.2.2): a key of its own and a short-lived certificate, so
/// that answering needs no CA key.
public struct OCSPSignerRequest: Sendable {
  public static let usualLifetime = 30 * ValidityBounds.day
  /// What the ledger calls its profile.
  static let profileName = "ocsp_signer"

  /// In seconds; the certificate ends with the CA's at the latest.
  public var lifetime = Self.usualLifetime
  /// Make none while the present one lasts longer than so many seconds.
  public var renewWithin: Int64?
  /// Replace a key file that the ledger does not know.
  public var force = false
  /// For the audit log.
  public var why = ""

  public init() {}
}

extension AuthorityDirectory {
  /// Makes the CA a signer of its OCSP answers, in place of an earlier one.
  ///
  /// - Returns: nil when the present one is good for longer than ``OCSPSignerRequest/renewWithin``.
  @discardableResult
  public func makeOCSPSigner(_ request: OCSPSignerRequest = OCSPSignerRequest(), signer: UnlockedAuthority)
    throws(AuthorityError) -> Issued?
  {
    let accepted = 3600...(10 * 366 * ValidityBounds.day)
    guard accepted.contains(request.lifetime) else {
      throw .invalidValue(
        what: "lifetime", value: "\(request.lifetime) seconds", accepted: "an hour to ten years; 30 days are usual")
    }
    let key = try KeyFile.generate(.p256)
    return try exclusively { () throws(AuthorityError) in
      let present = try ocspSigner(of: signer.record.name)
      if let within = request.renewWithin, let present, actor.now.seconds + within < present.notAfter.seconds {
        return nil
      }
      let files = layout.ocspSigner(signer.record.name)
      guard !(try authorities().contains { layout.authority($0.name).key == files.key }) else {
        throw .fileExists(path: files.key)
      }
      guard request.force || present != nil || !FilePaths.exists(files.key) else {
        throw .fileExists(path: files.key)
      }
      let draft = try ocspSignerDraft(request, key: key, signer: signer, files: files)
      return try sign(draft, signer: signer) { [.file(files.certificate, $0.pem)] }
    }
  }

  /// The newest signer of the OCSP answers of the CA called `name`, expired or not; nil when there was none, or when it
  /// was revoked.
  public func ocspSigner(of name: String) throws(AuthorityError) -> CertificateRecord? {
    let newest = try ledger.certificates(
      where: "state = 'issued' AND authority.name = ? AND profile = ? AND folder = 'ca'",
      [name, OCSPSignerRequest.profileName], layout: layout
    ).last
    return newest?.revocation == nil ? newest : nil
  }

  private func ocspSignerDraft(
    _ request: OCSPSignerRequest, key: PrivateKey, signer: UnlockedAuthority, files: LeafFiles
  ) throws(AuthorityError) -> CertificateDraft {
    let now = actor.now
    let end = min(now.seconds + request.lifetime, signer.certificate.notAfter.seconds)
    let extensions =
      [
        CertificateExtension(BasicConstraints(isCA: false), critical: true),
        CertificateExtension(KeyUsage.digitalSignature, critical: true),
        CertificateExtension(ExtendedKeyUsage([.ocspSigning])),
      ] + (try KeyIdentifiers.extensions(key.publicKey, issuer: signer.certificate))
      // RFC 6960 §4.2.2.2.1: its short life takes the place of asking for its status.
      + [CertificateExtension(oid: .ocspNoCheck, value: [0x05, 0x00])]
    var draft = CertificateDraft(
      subject: signer.certificate.subject.ofOCSPSigner, notBefore: now, notAfter: UnixTime(end),
      publicKey: key.publicKey, names: [], extensions: extensions, isAuthority: false, profile: nil,
      name: FilePaths.stem(of: files.certificate), folder: "ca", profileName: OCSPSignerRequest.profileName,
      certificatePath: files.certificate, action: .ocspSigner, why: request.why)
    draft.keyPath = files.key
    draft.newKey = key.secretPEM
    return draft
  }
}

extension DistinguishedName {
  /// The CA's name with `OCSP` behind its common name: within the CA's own name constraints on directory names.
  fileprivate var ofOCSPSigner: DistinguishedName {
    let kept = rdns.filter { rdn in !rdn.contains { $0.type == .commonName } }
    let common = (commonName.map { "\($0.prefix(59)) " } ?? "") + "OCSP"
    return DistinguishedName(rdns: kept + [[AttributeTypeAndValue(.commonName, common)]])
  }
}
