import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("OCSP responses judged")
struct OCSPJudgeTests {
  private let root: Holder
  private let client: Holder

  init() throws {
    root = try Holder.root()
    client = try root.client(serial: 9)
  }

  private struct Answer {
    var status = OCSPSingleResponse.Status.good
    var thisUpdate: Int64 = -60
    var nextUpdate: Int64? = 3600
    var nonce: [UInt8]?
    var responderID: OCSPResponderID?
    var digest = Digest.sha1
    var certificates: [Certificate] = []
  }

  private func assess(
    signer: Holder? = nil, about: Holder? = nil, asked nonce: [UInt8]? = nil, policy: OCSPPolicy = OCSPPolicy(),
    _ change: (inout Answer) -> Void = { _ in }
  ) throws -> OCSPAssessment {
    var answer = Answer()
    change(&answer)
    let signer = signer ?? root
    let single = OCSPSingleResponse(
      OCSPCertID((about ?? client).certificate, issuer: root.certificate, digest: answer.digest), answer.status,
      thisUpdate: UnixTime(now.seconds + answer.thisUpdate),
      nextUpdate: answer.nextUpdate.map { UnixTime(now.seconds + $0) })
    let basic = try BasicOCSPResponse.build(
      [single], responderID: answer.responderID ?? .name(signer.certificate.subject), producedAt: now,
      key: signer.key, certificates: answer.certificates, nonce: answer.nonce)
    let judge = OCSPJudge(certificate: client.certificate, issuer: root.certificate, policy: policy)
    return judge.assess(OCSPResponse(basic).der, nonce: nonce, at: now)
  }

  private func delegate(
    of authority: Holder? = nil, _ change: (inout CertificateTemplate) -> Void = { _ in }
  ) throws -> Holder {
    try (authority ?? root).client("responder", serial: 40) { template in
      template.set(ExtendedKeyUsage([.ocspSigning]))
      change(&template)
    }
  }

  @Test("the issuer itself is believed, named by name or key, with either hash")
  func issuer() throws {
    #expect(try assess().outcome == .good)
    #expect(try assess().validUntil == UnixTime(now.seconds + 3600))
    #expect(try assess { $0.responderID = .key(of: root.certificate) }.outcome == .good)
    #expect(try assess { $0.digest = .sha256 }.outcome == .good)
  }

  @Test("revoked and unknown refuse with nginx's words")
  func statuses() throws {
    let revoked = try assess { $0.status = .revoked(at: UnixTime(1_700_000_000), reason: .keyCompromise) }
    let refusal = try #require(revoked.refusal(of: client.certificate, depth: 0))
    #expect(refusal.opensslText == "certificate revoked")
    #expect(refusal.detail == "2023-11-14T22:13:20Z keyCompromise, by OCSP")
    let unknown = try assess { $0.status = .unknown }
    #expect(unknown.refusal(of: client.certificate, depth: 0)?.opensslText == "certificate status unknown")
    let failed = OCSPAssessment.failed(.timedOut, at: now)
    #expect(failed.refusal(of: client.certificate, depth: 0)?.opensslText == "certificate status request failed")
    #expect(try assess().refusal(of: client.certificate, depth: 0) == nil)
  }

  @Test("a delegated responder is believed")
  func delegated() throws {
    let responder = try delegate()
    #expect(try assess(signer: responder) { $0.certificates = [responder.certificate] }.outcome == .good)
    #expect(try assess(signer: responder).outcome == .failed(.signerMissing))
  }

  @Test("a delegated responder needs the purpose, the issuer, its time and its key usage")
  func unauthorized() throws {
    let other = try Holder.root("Root")
    let bad = [
      try root.client("plain", serial: 41), try delegate(of: other), try delegate { $0.notAfter = UnixTime(1) },
      try delegate { $0.set(KeyUsage([.keyEncipherment]), critical: true) },
      try root.authority("sub", serial: 42).client("deep", serial: 43) { $0.set(ExtendedKeyUsage([.ocspSigning])) },
    ]
    for responder in bad {
      let assessment = try assess(signer: responder) { $0.certificates = [responder.certificate] }
      #expect(assessment.outcome == .failed(.signerNotAuthorized))
      var lenient = OCSPPolicy()
      lenient.requiresAuthorizedResponder = false
      #expect(try assess(signer: responder, policy: lenient) { $0.certificates = [responder.certificate] }.isGood)
    }
  }

  @Test("another key under the issuer's name is no signature")
  func forged() throws {
    let impostor = try Holder.root("Root")
    #expect(try assess(signer: impostor).outcome == .failed(.signature))
    let sent = try assess(signer: impostor) { $0.certificates = [impostor.certificate] }
    #expect(sent.outcome == .failed(.signerNotAuthorized))
  }

  @Test("times count with five minutes of skew")
  func times() throws {
    #expect(try assess { $0.thisUpdate = 299 }.isGood)
    #expect(try assess { $0.thisUpdate = 301 }.outcome == .failed(.notYetValid(thisUpdate: now + .seconds(301))))
    #expect(
      try assess {
        $0.nextUpdate = -299; $0.thisUpdate = -600
      }.isGood)
    let expired = try assess {
      $0.nextUpdate = -301; $0.thisUpdate = -600
    }
    #expect(expired.outcome == .failed(.expired(nextUpdate: now - .seconds(301))))
    #expect(
      try assess {
        $0.nextUpdate = -100; $0.thisUpdate = 0
      }.outcome == .failed(.impossibleTimes))
  }

  @Test("without nextUpdate a response is believed briefly, and must be young")
  func withoutNextUpdate() throws {
    #expect(try assess { $0.nextUpdate = nil }.validUntil == now + .seconds(60))
    let old = try assess {
      $0.nextUpdate = nil; $0.thisUpdate = -86400
    }
    #expect(!old.isGood)
  }

  @Test("a nonce may be missing, but not be another")
  func nonces() throws {
    #expect(try assess(asked: [1, 2]).isGood)
    #expect(try assess(asked: [1, 2]) { $0.nonce = [1, 2] }.isGood)
    #expect(try assess(asked: [1, 2]) { $0.nonce = [2, 1] }.outcome == .failed(.nonceMismatch))
  }

  @Test("what is about another certificate says nothing")
  func otherCertificate() throws {
    #expect(try assess(about: root.client(serial: 10)).outcome == .failed(.otherCertificate))
  }

  @Test("a responder's own failure is told")
  func failures() throws {
    let judge = OCSPJudge(certificate: client.certificate, issuer: root.certificate)
    let later = judge.assess(OCSPResponse(failure: .tryLater).der, at: now)
    #expect(later.outcome == .failed(.responder(.tryLater)))
    #expect(judge.assess([1, 2, 3], at: now).outcome == .failed(.malformed))
  }

  @Test("a verdict that a status refuses is no longer verified")
  func verdicts() throws {
    let verdict = try judge([client], trust: [root])
    let refusal = try #require(OCSPAssessment.failed(.timedOut, at: now).refusal(of: client.certificate, depth: 0))
    let refused = verdict.refusing(refusal, at: now)
    #expect(refused.verifyText == "FAILED:certificate status request failed")
    #expect(refused.leaf == client.certificate && refused.firstFinding == refusal)
  }
}
