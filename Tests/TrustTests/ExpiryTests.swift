import Cryptography
import PKI
import Testing

@testable import Trust

/// Everything that ends, asked in the second before its end, in its last second and in the one after.
@Suite("What ends with the clock")
struct ExpiryTests {
  /// The end of what is under test; everything else lasts longer.
  private static let end = now + .seconds(600)

  struct Ending: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// What is found wrong at a moment, empty for nothing.
    var wrong: @Sendable (UnixTime) throws -> String

    init(_ name: String, _ wrong: @escaping @Sendable (UnixTime) throws -> String) {
      testDescription = name
      self.wrong = wrong
    }
  }

  private static func rules(_ verdict: Verdict) -> String {
    verdict.findings.map(\.rule.rawValue).joined(separator: " ")
  }

  static let verdicts: [Ending] = [
    Ending("expired") { moment in
      let root = try Holder.root()
      return rules(try judge([root.client { $0.notAfter = end }], trust: [root], at: moment))
    },
    Ending("expired (intermediate)") { moment in
      let root = try Holder.root()
      let authority = try root.authority { $0.notAfter = end }
      return rules(try judge([authority.client(), authority], trust: [root], at: moment))
    },
    Ending("expired (anchor)") { moment in
      let root = try Holder.root { $0.notAfter = end }
      return rules(try judge([root.client()], trust: [root], at: moment))
    },
    Ending("crlExpired") { moment in
      let root = try Holder.root()
      return rules(try judge([root.client()], trust: [root], crls: [root.crl(nextUpdate: 600)], at: moment))
    },
    Ending("crlExpired (after its grace)") { moment in
      let root = try Holder.root()
      return rules(
        try judge([root.client()], trust: [root], crls: [root.crl(nextUpdate: 540)], at: moment) {
          $0.crlGrace = .seconds(60)
        })
    },
    // What it lifted is held again.
    Ending("revoked (a delta that lifts a hold)") { moment in
      let root = try Holder.root()
      return rules(
        try judge(
          [root.client(serial: 9)], trust: [root], crls: [root.crl([9]), delta(of: root, until: end)], at: moment))
    },
    Ending("crlSignature (the CRL's signer)") { moment in
      let (root, crl, signer) = try signedElsewhere()
      return rules(try judge([root.client(), signer], trust: [root], crls: [crl], at: moment))
    },
    Ending("expired (an SVID)") { moment in
      let (verifier, chain) = try workload()
      return rules(verifier.verdict(on: chain, at: moment))
    },
  ]

  static let remembered: [Ending] = [
    Ending("expired (remembered)") { moment in
      let root = try Holder.root()
      return try later(judged([root.client { $0.notAfter = end }], under: root, crls: nil), moment)
    },
    Ending("crlExpired (remembered)") { moment in
      let root = try Holder.root()
      return try later(judged([root.client()], under: root, crls: [root.crl(nextUpdate: 600)]), moment)
    },
    Ending("revoked (remembered, a delta)") { moment in
      let root = try Holder.root()
      return try later(
        judged([root.client(serial: 9)], under: root, crls: [root.crl([9]), delta(of: root, until: end)]), moment)
    },
    Ending("crlSignature (remembered, the CRL's signer)") { moment in
      let (root, crl, signer) = try signedElsewhere()
      return try later(judged([root.client(), signer], under: root, crls: [crl]), moment)
    },
    Ending("expired (remembered, an SVID)") { moment in try later(workload(), moment) },
  ]

  static let statuses: [Ending] = [
    Ending("expired (a response)") { try status(at: $0) { $0.nextUpdate = end - OCSPPolicy().skew } },
    Ending("expired (a response without nextUpdate)") {
      try status(at: $0) { answer in
        answer.nextUpdate = nil
        answer.thisUpdate = end - OCSPPolicy().maximumAge - OCSPPolicy().skew
      }
    },
    Ending("signerNotAuthorized (a delegate)") { try status(at: $0) { $0.signerEnds = end } },
    Ending("signerExpired (the issuer)") { try status(at: $0) { $0.issuerEnds = end } },
  ]

  @Test("the last second of a validity is valid, the next is not", arguments: verdicts + remembered + statuses)
  func ends(_ ending: Ending) throws {
    let rule = String(ending.testDescription.prefix { $0 != " " })
    #expect(try ending.wrong(Self.end - .seconds(1)) == "")
    #expect(try ending.wrong(Self.end) == "")
    #expect(try ending.wrong(Self.end + .seconds(1)).hasPrefix(rule))
  }

  @Test("the first second of a validity is valid, the one before is not")
  func begins() throws {
    let root = try Holder.root()
    let client = try root.client { $0.notBefore = now }
    #expect(try judge([client], trust: [root], at: now - .seconds(1)).firstFinding?.rule == .notYetValid)
    #expect(try judge([client], trust: [root], at: now).isVerified)
    let crl = try root.crl(thisUpdate: 0)
    let old = try root.client()
    #expect(
      try judge([old], trust: [root], crls: [crl], at: now - .seconds(1)).firstFinding?.rule == .crlNotYetValid)
    #expect(try judge([old], trust: [root], crls: [crl], at: now).isVerified)
  }

  @Test("a CRL that somebody brings may be ahead by the skew, and not by a second more")
  func offers() throws {
    let root = try Holder.root()
    func fault(thisUpdate: Int64 = -day, nextUpdate: Int64 = day) throws -> OfferedRevocationList.TimeFault? {
      try OfferedRevocationList(der: root.crl(thisUpdate: thisUpdate, nextUpdate: nextUpdate).der).timeFault(at: now)
    }
    #expect(try fault(thisUpdate: 299) == nil)
    #expect(try fault(thisUpdate: 300) == nil)
    #expect(try fault(thisUpdate: 301) == .notYetValid(thisUpdate: now + .seconds(301)))
    #expect(try fault(nextUpdate: 1) == nil)
    #expect(try fault(nextUpdate: 0) == nil)
    #expect(try fault(nextUpdate: -1) == .expired(nextUpdate: now - .seconds(1)))
  }

  @Test("no status is believed for longer than its response, its signer or its issuer lasts")
  func believed() throws {
    #expect(try assessment(at: now) { _ in }.validUntil == now + .seconds(1200))
    #expect(try assessment(at: now) { $0.nextUpdate = Self.end }.validUntil == Self.end)
    #expect(try assessment(at: now) { $0.signerEnds = Self.end }.validUntil == Self.end)
    #expect(try assessment(at: now) { $0.issuerEnds = Self.end }.validUntil == Self.end)
    #expect(
      try assessment(at: now) { answer in
        answer.nextUpdate = nil
        answer.signerEnds = now + .seconds(10)
      }.validUntil == now + .seconds(10))
  }
}

/// What the table is about.
extension ExpiryTests {
  private static func delta(of root: Holder, until end: UnixTime) throws -> CertificateRevocationList {
    let entry = RevokedEntry(
      serialNumber: SerialNumber(magnitude: [9]), revocationDate: now, reason: .removeFromCRL)
    return try CertificateRevocationList.build(
      issuer: root.certificate.subject, key: root.key, thisUpdate: now - .seconds(60), nextUpdate: end,
      crlNumber: SerialNumber(magnitude: [2]),
      authorityKeyIdentifier: SubjectKeyIdentifier(of: root.key.publicKey).bytes, entries: [entry],
      additionalExtensions: [
        CertificateExtension(DeltaCRLIndicator(baseCRLNumber: SerialNumber(magnitude: [1])), critical: true)
      ])
  }

  /// A CRL of the root's name under a key that signs CRLs alone, whose certificate ends.
  private static func signedElsewhere() throws -> (root: Holder, crl: CertificateRevocationList, signer: Holder) {
    let root = try Holder.root()
    let signer = try root.client("Root", serial: 50) {
      $0.remove(.extendedKeyUsage)
      $0.set(KeyUsage.cRLSign, critical: true)
      $0.notAfter = end
    }
    return (root, try signer.crl(), signer)
  }

  private static func workload() throws -> (Verifier, PresentedChain) {
    let authority = try Holder.root("Workloads")
    let leaf = try authority.client {
      $0.set(SubjectAlternativeName([.uri("spiffe://green.test/web")]))
      $0.notAfter = end
    }
    let snapshot = TrustSnapshot(
      generation: 1, authorities: [], bundles: ["green.test": [authority.certificate]])
    let verifier = Verifier(snapshot: snapshot, policy: VerificationPolicy(purpose: .client))
    let chain = PresentedChain([leaf.certificate.der])
    #expect(verifier.verdict(on: chain, at: now).isVerified)
    return (verifier, chain)
  }

  /// A verifier that has judged `chain` and remembers.
  private static func judged(
    _ chain: [Holder], under root: Holder, crls: [CertificateRevocationList]?
  ) throws -> (Verifier, PresentedChain) {
    let snapshot = TrustSnapshot(
      generation: 1, authorities: [root.certificate], crls: try crls.map { try CRLIndex($0) })
    let policy = VerificationPolicy(purpose: .client, revocation: crls == nil ? .off : .chain)
    let verifier = Verifier(snapshot: snapshot, policy: policy)
    let presented = PresentedChain(chain.map(\.certificate.der))
    #expect(verifier.verdict(on: presented, at: now).isVerified)
    return (verifier, presented)
  }

  /// What a verifier that remembers says later. What it remembers and what resumes sessions must agree with it.
  private static func later(_ judged: (verifier: Verifier, chain: PresentedChain), _ moment: UnixTime) throws -> String
  {
    let resumes = judged.verifier.mayResume(judged.chain.hash, at: moment)
    let isRemembered = judged.verifier.remembered(judged.chain.hash, at: moment) != nil
    let verdict = judged.verifier.verdict(on: judged.chain, at: moment)
    #expect(resumes == verdict.isVerified)
    #expect(isRemembered == verdict.isVerified)
    return rules(verdict)
  }

  private struct Answer {
    var thisUpdate = now - .seconds(60)
    var nextUpdate: UnixTime? = now + .seconds(1200)
    /// Nil where the issuer itself answers.
    var signerEnds: UnixTime?
    var issuerEnds: UnixTime?
  }

  private func assessment(at moment: UnixTime, _ change: (inout Answer) -> Void) throws -> OCSPAssessment {
    try Self.assessment(at: moment, change)
  }

  private static func assessment(at moment: UnixTime, _ change: (inout Answer) -> Void) throws -> OCSPAssessment {
    var answer = Answer()
    change(&answer)
    let root = try Holder.root { template in answer.issuerEnds.map { template.notAfter = $0 } }
    let client = try root.client(serial: 9)
    let delegate = try answer.signerEnds.map { end in
      try root.client("responder", serial: 40) {
        $0.set(ExtendedKeyUsage([.ocspSigning]))
        $0.notAfter = end
      }
    }
    let single = OCSPSingleResponse(
      OCSPCertID(client.certificate, issuer: root.certificate), .good, thisUpdate: answer.thisUpdate,
      nextUpdate: answer.nextUpdate)
    let signer = delegate ?? root
    let basic = try BasicOCSPResponse.build(
      [single], responderID: .name(signer.certificate.subject), producedAt: answer.thisUpdate, key: signer.key,
      certificates: delegate.map { [$0.certificate] } ?? [])
    return OCSPJudge(certificate: client.certificate, issuer: root.certificate)
      .assess(OCSPResponse(basic).der, at: moment)
  }

  private static func status(at moment: UnixTime, _ change: (inout Answer) -> Void) throws -> String {
    switch try assessment(at: moment, change).outcome {
    case .good: ""
    case .failed(.expired): "expired"
    case .failed(.signerExpired): "signerExpired"
    case .failed(.signerNotAuthorized): "signerNotAuthorized"
    case .failed(let other): "\(other)"
    case .revoked, .unknown: "no failure"
    }
  }
}
