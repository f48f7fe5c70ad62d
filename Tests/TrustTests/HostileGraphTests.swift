import Cryptography
import PKI
import Testing

@testable import Trust

/// Chains made to cost much: what is asserted is the work left over, never the time.
@Suite("Hostile graphs")
struct HostileGraphTests {
  private func examine(
    _ chain: [Certificate], trust: [Holder], crls: CRLIndex? = nil,
    _ change: (inout VerificationPolicy) -> Void = { _ in }
  ) throws -> (verdict: Verdict, left: WorkBudget) {
    var policy = VerificationPolicy(
      purpose: .client, maximumDepth: 20, maximumCertificates: .max, revocation: crls == nil ? .off : .chain)
    change(&policy)
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, anchors: trust.map(\.certificate), crls: crls), policy: policy)
    let (verdict, left) = verifier.examine(PresentedChain(chain.map(\.der)), at: now)
    return (verdict, try #require(left))
  }

  private let whole = WorkBudget()

  /// `count` certificates of one CA, each with its own serial number.
  private func twins(of authority: Holder, _ subject: String, key: PrivateKey, count: Int) throws -> [Certificate] {
    try (0..<count).map { number in
      try authority.authority(subject, key: key) { $0.serialNumber = SerialNumber(UInt64(1000 + number)) }.certificate
    }
  }

  @Test("a chain of a thousand intermediates is too long, and none of it costs a signature")
  func deep() throws {
    let root = try Holder.root()
    let key = try PrivateKey.generate(.p256)
    var above = root
    var chain: [Certificate] = []
    for number in 0..<1000 {
      above = try above.authority("CA \(number)", key: key)
      chain.append(above.certificate)
    }
    let client = try above.client().certificate
    let (verdict, left) = try examine([client] + chain.shuffled(), trust: [root])
    #expect(verdict.firstFinding?.rule == .chainTooLong)
    #expect(whole.candidates - left.candidates == 0)
  }

  @Test("a thousand certificates of one name and key cost one signature and one look each")
  func wide() throws {
    let root = try Holder.root()
    let key = try PrivateKey.generate(.p256)
    let twins = try twins(of: Holder.root("Nobody"), "CA", key: key, count: 1000)
    let client = try Holder.root("CA", key: key).client().certificate
    let (lost, leftOfLost) = try examine([client] + twins, trust: [root])
    #expect(lost.firstFinding?.rule == .unknownIssuer)
    #expect(leftOfLost.candidates == whole.candidates, "no way leads to an anchor")
    let good = try root.authority("CA", key: key).certificate
    let (found, left) = try examine([client] + twins + [good], trust: [root])
    #expect(found.isVerified)
    #expect(whole.candidates - left.candidates <= 1100)
    #expect(whole.signatures - left.signatures <= 3)
  }

  @Test("copies of one certificate count once")
  func copies() throws {
    let root = try Holder.root()
    let middle = try root.authority()
    let copies = [Certificate](repeating: middle.certificate, count: 2000)
    let (verdict, left) = try examine([try middle.client().certificate] + copies, trust: [root])
    #expect(verdict.isVerified)
    #expect(whole.candidates - left.candidates <= 3)
  }

  @Test("keys of one name that did not sign are tried until the budget ends, the likely one first")
  func manyKeys() throws {
    let root = try Holder.root()
    let others = try (0..<200).map { number in
      try root.authority("CA", serial: UInt8(number)) { $0.remove(.subjectKeyIdentifier) }.certificate
    }
    let real = try root.authority("CA", serial: 201)
    let client = try real.client().certificate
    let (hinted, _) = try examine([client] + others + [real.certificate], trust: [root])
    #expect(hinted.isVerified || hinted.findings.map(\.rule).contains(.workBudgetExceeded))
    let unhinted = try real.client { $0.remove(.authorityKeyIdentifier) }.certificate
    let (verdict, left) = try examine([unhinted] + others + [real.certificate], trust: [root])
    #expect(!verdict.isVerified)
    #expect(left.isExceeded && left.signatures == 0)
  }

  @Test("layers in which each signs each below end within the budget, whatever their paths break")
  func layers() throws {
    let root = try Holder.root { $0.set(NameConstraints(permitted: [.dns("a.test")]), critical: true) }
    let keys = try (0..<4).map { _ in try PrivateKey.generate(.p256) }
    var above = [root]
    var graph: [Certificate] = []
    for layer in 0..<6 {
      var below: [Holder] = []
      for (number, key) in keys.enumerated() {
        for issuer in above {
          let holder = try issuer.authority("Layer \(layer)", serial: UInt8(number), key: key)
          graph.append(holder.certificate)
          if issuer.certificate == above[0].certificate { below.append(holder) }
        }
      }
      above = below
    }
    let client = try above[0].client { $0.set(SubjectAlternativeName([.dns("b.test")])) }.certificate
    let (verdict, left) = try examine([client] + graph, trust: [root])
    #expect(!verdict.isVerified)
    #expect(left.isExceeded)
    #expect(verdict.findings.map(\.rule).contains { [.permittedSubtree, .workBudgetExceeded].contains($0) })
  }

  @Test("names of 100 KB are compared, and thousands of constraints against thousands of names end in a refusal")
  func names() throws {
    let long = name(String(repeating: "x", count: 100_000))
    let root = try Holder.root { $0.set(NameConstraints(permitted: [], excluded: [.directory(long)]), critical: true) }
    let client = try root.client { $0.subject = long }.certificate
    #expect(try examine([client], trust: [root]).verdict.firstFinding?.rule == .excludedSubtree)

    func constraints(_ count: Int) -> [GeneralName] { (0..<count).map { .dns("x\($0).test") } }
    let bound = try Holder.root { $0.set(NameConstraints(permitted: [], excluded: constraints(2000)), critical: true) }
    let few = try bound.client { $0.set(SubjectAlternativeName(constraints(50).map(Self.elsewhere))) }.certificate
    #expect(try examine([few], trust: [bound]).verdict.isVerified)
    let many = try bound.client { $0.set(SubjectAlternativeName(constraints(2000).map(Self.elsewhere))) }.certificate
    let (verdict, left) = try examine([many], trust: [bound])
    #expect(verdict.firstFinding?.rule == .workBudgetExceeded)
    #expect(left.nameComparisons >= 0)
  }

  private static func elsewhere(_ name: GeneralName) -> GeneralName {
    if case .dns(let text) = name { .dns(text + ".example") } else { name }
  }

  @Test("long directory names weigh more than short ones")
  func weights() throws {
    func many(_ count: Int) -> [GeneralName] {
      (0..<count).map { .directory(name("\($0)" + String(repeating: "y", count: 10_000))) }
    }
    let root = try Holder.root { $0.set(NameConstraints(permitted: [], excluded: many(60)), critical: true) }
    let client = try root.client {
      $0.set(
        SubjectAlternativeName(many(60).map { _ in .directory(name("z" + String(repeating: "y", count: 10_000))) }))
    }
    let (verdict, _) = try examine([client.certificate], trust: [root])
    #expect(verdict.firstFinding?.rule == .workBudgetExceeded)
  }

  @Test("policies that are mapped to each other make no tree that grows")
  func policies() throws {
    let oids = try (0..<40).map { try #require(OID("1.3.6.1.4.1.99999.7.\($0)")) }
    let mappings = oids.flatMap { from in
      oids.map { PolicyMappings.Mapping(issuerDomainPolicy: from, subjectDomainPolicy: $0) }
    }
    func dress(_ template: inout CertificateTemplate) {
      template.set(CertificatePolicies(oids.map { PolicyInformation($0) }))
      template.set(PolicyMappings(mappings), critical: true)
    }
    let root = try Holder.root()
    var above = root
    var chain: [Certificate] = []
    for number in 0..<12 {
      above = try above.authority("CA \(number)", dress)
      chain.append(above.certificate)
    }
    let client = try above.client { $0.set(CertificatePolicies(oids.map { PolicyInformation($0) })) }.certificate
    let (verdict, _) = try examine([client] + chain, trust: [root]) { $0.policies.requiresExplicitPolicy = true }
    #expect(verdict.isVerified)
    #expect(verdict.chain?.policies?.count == 40)
  }

  @Test("certificates that claim to have signed a CRL cost no more than the budget")
  func listSigners() throws {
    let root = try Holder.root()
    let forged = try root.crl(signedBy: PrivateKey.generate(.p256))
    let pretenders = try (0..<200).map { number in
      try Holder.root("Root") { $0.serialNumber = SerialNumber(UInt64(5000 + number)) }.certificate
    }
    let client = try root.client().certificate
    let (verdict, left) = try examine([client] + pretenders, trust: [root], crls: CRLIndex([forged]))
    #expect(!verdict.isVerified)
    #expect(left.isExceeded)
  }

  @Test("a depth that no chain has is no depth to recurse to")
  func depth() throws {
    let root = try Holder.root()
    let client = try root.client().certificate
    #expect(try examine([client], trust: [root]) { $0.maximumDepth = .max }.verdict.isVerified)
    #expect(try examine([client], trust: [root]) { $0.maximumDepth = -5 }.verdict.isVerified)
  }
}
