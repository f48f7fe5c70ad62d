import Cryptography
import PKI
import Testing

@testable import Trust

/// RFC 5280 §5 and §6.3, RFC 6960 §3.2 and §4.2: lists and responses, one fixture a fault.
@Suite("Clauses on revocation")
struct RevocationClauseTests {
  typealias Odd = OddCertificate

  /// What is said of a client with serial number 9, or nothing where the list is none.
  private func rule(_ change: (inout OddList) -> Void) throws -> Rule? {
    let root = try Holder.root()
    var odd = OddList()
    change(&odd)
    let index = try CRLIndex(der: [odd.der(root)])
    let snapshot = TrustSnapshot(generation: 1, anchors: [root.certificate], crls: index)
    let policy = VerificationPolicy(purpose: .client, revocation: .chain)
    let chain = PresentedChain([try root.client(serial: 9).certificate.der])
    return Verifier(snapshot: snapshot, policy: policy).verdict(on: chain, at: now).firstFinding?.rule
  }

  private static let strange = OID("1.3.6.1.4.1.99999.1") ?? .anyPolicy
  private static let number = Odd.standard(CRLNumber(SerialNumber(1)))

  @Test("a list means what its fields say")
  func lists() throws {
    #expect(try rule { _ in } == nil)
    #expect(try rule { $0.entries = [] } == nil, "an empty list of entries is put up with")
    #expect(try rule { $0.entries = [OddList.entry([9])] } == .revoked)
    #expect(try rule { $0.entries = [OddList.entry([8]), OddList.entry([10])] } == nil)
    #expect(
      try rule {
        $0.version = []; $0.entries = [OddList.entry([9])]
      } == .revoked)
    let removal = Odd.raw(.reasonCode, [0x0a, 1, 8])
    #expect(try rule { $0.entries = [OddList.entry([9], [removal])] } == .revoked, "removal needs a delta")
    let strange = Odd.raw(Self.strange, [5, 0], critical: [1, 1, 0xff])
    #expect(try rule { $0.entries = [OddList.entry([8], [strange])] } == .crlCriticalExtension)
    #expect(try rule { $0.extensions = [strange] } == .crlCriticalExtension)
    #expect(try rule { $0.thisUpdate = Odd.utc("480101000000Z") } == .crlNotYetValid)
    #expect(try rule { $0.nextUpdate = Odd.utc("260201000000Z") } == .crlExpired)
    let large = Odd.raw(.crlNumber, Odd.der { $0.primitive(.integer, [UInt8](repeating: 0x7f, count: 100_000)) })
    #expect(try rule { $0.extensions = [large] } == nil, "a number of any length is one")
  }

  @Test("what is no list is not taken for one")
  func damaged() throws {
    let damages: [(inout OddList) -> Void] = [
      { $0.version = [2, 1, 0] }, { $0.version = [2, 1, 2] },
      { $0.extensions = [Self.number, Self.number] },
      {
        $0.extensions = [Self.number]; $0.behindExtensions = [5, 0]
      },
      {
        $0.version = []; $0.extensions = [Self.number]
      },
      {
        $0.version = []; $0.entries = [OddList.entry([9], [Odd.raw(.reasonCode, [0x0a, 1, 1])])]
      },
      { $0.entries = [OddList.entry([9], [Odd.raw(.reasonCode, [0x0a, 1, 1, 5, 0])])] },
      { $0.entries = [OddList.entry([])] },
      { $0.entries = [[5, 0]] },
      { $0.extensions = [Odd.raw(.issuingDistributionPoint, [0x30, 3, 0x84, 1, 0])] },
      { $0.extensions = [Odd.raw(.crlNumber, [2, 2, 0, 1])] },
      { $0.thisUpdate = Odd.utc("2601010000Z") },
    ]
    for (position, damage) in damages.enumerated() {
      #expect(throws: CRLIndexError.self, "\(position)") { try rule(damage) }
    }
  }

  @Test("a million empty extensions in one entry are walked over once")
  func manyExtensions() throws {
    let tiny = Odd.raw(Self.strange, [])
    let entry = OddList.entry([9], [[UInt8]](repeating: tiny, count: 200_000))
    #expect(try rule { $0.entries = [entry] } == .revoked)
  }

  @Test("a serial of any length is found as it is written")
  func serials() throws {
    for length in [1, 8, 20, 24, 25, 300] {
      let serial = [UInt8](repeating: 0x7f, count: length)
      let index = try CRLIndex(der: [
        {
          var odd = OddList()
          odd.entries = [OddList.entry([9]), OddList.entry(serial), OddList.entry([0x80])]
          return try odd.der(Holder.root())
        }()
      ])
      let list = try #require(index.lists(of: name("Root").key).first)
      #expect(list.mark(of: SerialNumber(bytes: serial), issuedBy: name("Root").key) != nil)
      #expect(list.mark(of: SerialNumber(bytes: serial + [1]), issuedBy: name("Root").key) == nil)
    }
  }

  private func assess(
    _ statuses: [OCSPSingleResponse.Status], _ change: (inout CertificateTemplate) -> Void = { _ in }
  ) throws -> OCSPAssessment.Outcome {
    let root = try Holder.root()
    let client = try root.client(serial: 9)
    let responder = try root.client("responder", serial: 40) {
      $0.set(ExtendedKeyUsage([.ocspSigning]))
      change(&$0)
    }
    let singles = statuses.map {
      OCSPSingleResponse(
        OCSPCertID(client.certificate, issuer: root.certificate), $0, thisUpdate: now,
        nextUpdate: UnixTime(now.seconds + 60))
    }
    let basic = try BasicOCSPResponse.build(
      singles, responderID: .name(responder.certificate.subject), producedAt: now, key: responder.key,
      certificates: [responder.certificate])
    return OCSPJudge(certificate: client.certificate, issuer: root.certificate)
      .assess(OCSPResponse(basic).der, at: now).outcome
  }

  @Test("a responder is judged as a certificate, and of two statements the worse counts")
  func responses() throws {
    #expect(try assess([.good]) == .good)
    #expect(try assess([]) == .failed(.otherCertificate))
    #expect(try assess([.revoked(at: now, reason: nil), .good]) == .revoked(at: now, reason: nil))
    #expect(try assess([.good, .unknown]) == .unknown)
    let critical = CertificateExtension(oid: Self.strange, critical: true, value: [5, 0])
    #expect(try assess([.good]) { $0.extensions.append(critical) } == .failed(.signerNotAuthorized))
    let noCheck = CertificateExtension(oid: .ocspNoCheck, critical: true, value: [5, 0])
    #expect(try assess([.good]) { $0.extensions.append(noCheck) } == .good)
    #expect(
      try assess([.good]) { $0.set(ExtendedKeyUsage([.anyExtendedKeyUsage])) } == .failed(.signerNotAuthorized))
    #expect(try assess([.good]) { $0.remove(.extendedKeyUsage) } == .failed(.signerNotAuthorized))
    #expect(try assess([.good]) { $0.notAfter = UnixTime(now.seconds - 1) } == .failed(.signerNotAuthorized))
    #expect(try assess([.good]) { $0.set(KeyUsage.keyEncipherment) } == .failed(.signerNotAuthorized))
  }
}
