import Cryptography
import Glibc
import PKI
import Testing

@testable import Authority

@Suite("Delegated signers of OCSP answers")
struct OCSPSignerTests {
  private static let start = TemporaryAuthority.start
  private static let day: Int64 = 86_400

  private func later(days: Int64) -> UnixTime { UnixTime(Self.start.seconds + days * Self.day) }

  @discardableResult
  private func makeSigner(
    _ authority: TemporaryAuthority, at now: UnixTime = start, _ change: (inout OCSPSignerRequest) -> Void = { _ in }
  ) throws -> Issued? {
    var request = OCSPSignerRequest()
    change(&request)
    return try authority.reopened(at: now).makeOCSPSigner(request, signer: authority.signer())
  }

  /// What an answer to a question about `certificate` says, and the certificate that came with it.
  private func ask(_ responder: OCSPResponder, _ certificate: Certificate, of issuer: Certificate, at now: UnixTime)
    throws -> (basic: BasicOCSPResponse, signer: Certificate?)
  {
    let reply = responder.respond(to: OCSPRequest([OCSPCertID(certificate, issuer: issuer)]).der, at: now)
    let basic = try #require(try OCSPResponse(der: reply.der).basic, "\(reply.status) \(reply.problem ?? "")")
    return (basic, try basic.certificates.first.map { try Certificate(der: $0) })
  }

  @Test("the signer has a key of its own and a short-lived certificate for this purpose alone, in ledger and files")
  func certificate() throws {
    let authority = try TemporaryAuthority()
    let issued = try #require(try makeSigner(authority))
    let certificate = issued.certificate
    #expect(certificate.notAfter == later(days: 30))
    #expect(try certificate.extendedKeyUsage()?.purposes == [.ocspSigning])
    #expect(try certificate.keyUsage() == .digitalSignature)
    #expect(try certificate.basicConstraints()?.isCA == false)
    #expect(certificate.extension(.ocspNoCheck)?.value == [5, 0])
    #expect(certificate.subject.rfc2253 == "CN=Root OCSP,O=Test")
    #expect(certificate.publicKey?.type == .p256)
    #expect(try authority.read("ca/ca-ocsp.crt") == certificate.pem)
    #expect(try authority.mode("ca/ca-ocsp.key") == 0o400)
    let record = try authority.directory.newest("ca/ca-ocsp")
    #expect(record.profile == "ocsp_signer" && record.serial == certificate.serialNumber.hexString)
    #expect(try authority.directory.ocspSigner(of: "ca")?.serial == record.serial)
    #expect(try authority.directory.audit(limit: 1).first?.action == "ocsp-signer")
    #expect(throws: AuthorityError.self) {
      try authority.directory.renew(
        RenewalRequest(record: record, profiles: .builtIn), signer: authority.signer())
    }
  }

  @Test("answers are the signer's, with its certificate, and need no CA key")
  func answers() throws {
    let passphrase: SecretBytes = "secret"
    let authority = try TemporaryAuthority { $0.protection = .passphrase(passphrase) }
    let unlocked = try authority.directory.unlock(nil) { passphrase }
    var asked = IssueRequest(profile: try ProfileSet.builtIn.profile("client"), name: "alice")
    asked.why = "test"
    let leaf = try authority.directory.issue(asked, signer: unlocked).certificate
    let root = unlocked.certificate
    let responder = try OCSPResponder(directory: authority.directory, passphrase: { nil })
    let question = OCSPRequest([OCSPCertID(leaf, issuer: root)]).der
    let reply = responder.respond(to: question, at: Self.start)
    #expect(reply.status == .tryLater && reply.problem?.contains("countersign ca ocsp-signer --ca ca") == true)
    #expect(responder.maintain(at: Self.start).count == 1)
    let issued = try #require(try authority.directory.makeOCSPSigner(signer: unlocked))
    let (basic, signer) = try ask(responder, leaf, of: root, at: Self.start)
    #expect(signer == issued.certificate)
    #expect(basic.responderID == .key(of: issued.certificate))
    #expect(try basic.isSigned(by: #require(issued.certificate.publicKey)))
    #expect(responder.maintain(at: Self.start).isEmpty)
  }

  @Test("a signer that was renewed signs at once; one that expired or was revoked does not sign")
  func succession() throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let responder = try OCSPResponder(directory: authority.directory, passphrase: { nil })
    #expect(try ask(responder, leaf, of: root, at: Self.start).signer == nil)
    let first = try #require(try makeSigner(authority)).certificate
    #expect(try ask(responder, leaf, of: root, at: Self.start).signer == first)
    let second = try #require(try makeSigner(authority, at: later(days: 1))).certificate
    #expect(second.subjectPublicKeyInfo != first.subjectPublicKeyInfo)
    #expect(try ask(responder, leaf, of: root, at: later(days: 1)).signer == second)
    let reply = responder.respond(
      to: OCSPRequest([OCSPCertID(leaf, issuer: root)]).der, at: UnixTime(second.notAfter.seconds - 30))
    #expect(reply.nextUpdate == second.notAfter)
    // The CA's own key takes over.
    #expect(try ask(responder, leaf, of: root, at: later(days: 40)).signer == nil)
    let directory = try authority.reopened(at: later(days: 1))
    let records = [try #require(try directory.ocspSigner(of: "ca"))]
    try directory.revoke(RevocationRequest(records: records, reason: .keyCompromise), signers: [])
    #expect(try ask(responder, leaf, of: root, at: later(days: 1)).signer == nil)
    #expect(try directory.ocspSigner(of: "ca") == nil)
  }

  @Test("a renewal killed between ledger and files leaves the old key, which goes on signing with its own certificate")
  func halfRenewed() throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let first = try #require(try makeSigner(authority)).certificate
    let old = try authority.read("ca/ca-ocsp.key")
    try makeSigner(authority)
    try AtomicFile.write(old, to: authority.root + "/pki/ca/ca-ocsp.key", mode: 0o400)
    let responder = try OCSPResponder(directory: authority.directory, passphrase: { nil })
    let (basic, signer) = try ask(responder, leaf, of: root, at: Self.start)
    #expect(try signer == first && basic.isSigned(by: #require(first.publicKey)))
  }

  @Test("maintenance renews a signer in the last third of its life, for the same time, and once")
  func maintenance() throws {
    let authority = try TemporaryAuthority()
    try makeSigner(authority) { $0.lifetime = 9 * Self.day }
    let responder = try OCSPResponder(directory: authority.directory, passphrase: { nil })
    #expect(responder.maintain(at: later(days: 6)).isEmpty)
    #expect(try authority.directory.ocspSigner(of: "ca")?.notAfter == later(days: 9))
    let now = UnixTime(later(days: 6).seconds + 1)
    #expect(responder.maintain(at: now).isEmpty)
    #expect(try authority.directory.ocspSigner(of: "ca")?.notAfter == UnixTime(now.seconds + 9 * Self.day))
    #expect(responder.maintain(at: now).isEmpty)
    #expect(try authority.directory.certificates().count == 2)
    unlink(authority.root + "/pki/ca/ca.key")
    let problems = responder.maintain(at: later(days: 14))
    #expect(problems.count == 1 && problems[0].contains("run `countersign ca ocsp-signer --ca ca`"))
  }

  @Test("a signer lasts no longer than its CA, and the last one is not renewed over and over")
  func endOfAuthority() throws {
    let authority = try TemporaryAuthority { $0.lifetime = 10 * Self.day }
    let signer = try #require(try makeSigner(authority)).certificate
    #expect(signer.notAfter == later(days: 10))
    let responder = try OCSPResponder(directory: authority.directory, passphrase: { nil })
    #expect(responder.maintain(at: later(days: 9)).isEmpty)
    #expect(try authority.directory.certificates().count == 1)
  }

  @Test("a key file that is not the ledger's is left alone, and so is a signer that is good for long enough")
  func refusals() throws {
    let authority = try TemporaryAuthority()
    let path = authority.root + "/pki/ca/ca-ocsp.key"
    try AtomicFile.create([1], at: path, mode: 0o400)
    #expect(throws: AuthorityError.self) { try makeSigner(authority) }
    #expect(try makeSigner(authority) { $0.force = true } != nil)
    #expect(try makeSigner(authority) { $0.renewWithin = 10 * Self.day } == nil)
    #expect(try makeSigner(authority, at: later(days: 21)) { $0.renewWithin = 10 * Self.day } != nil)
    #expect(throws: AuthorityError.self) { try makeSigner(authority) { $0.lifetime = 5 } }
    let request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=X"), protection: .unencrypted)
    #expect(throws: AuthorityError.self) {
      try authority.directory.makeIntermediate(
        named: "ca-ocsp", request, signer: authority.signer(), isDefault: false)
    }
  }
}
