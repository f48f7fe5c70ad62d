import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("Verdicts remembered")
struct VerifierTests {
  @Test("a second look at a chain is the same object, until it may have changed")
  func remembered() throws {
    let root = try Holder.root()
    let client = try root.client { $0.notAfter = UnixTime(now.seconds + 100) }
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, authorities: [root.certificate]),
      policy: VerificationPolicy(purpose: .client))
    let chain = PresentedChain([client.certificate.der])
    #expect(verifier.remembered(chain.hash, at: now) == nil)
    #expect(!verifier.mayResume(chain.hash, at: now))
    let first = verifier.verdict(on: chain, at: now)
    #expect(verifier.verdict(on: chain, at: UnixTime(now.seconds + 100)) === first)
    #expect(verifier.mayResume(chain.hash, at: now))
    let later = verifier.verdict(on: chain, at: UnixTime(now.seconds + 101))
    #expect(later.verifyText == "FAILED:certificate has expired")
    #expect(!verifier.mayResume(chain.hash, at: UnixTime(now.seconds + 101)))
  }

  @Test("a certificate that becomes valid is refused no second longer")
  func becomesValid() throws {
    let root = try Holder.root()
    let client = try root.client { $0.notBefore = UnixTime(now.seconds + 5) }
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, authorities: [root.certificate]),
      policy: VerificationPolicy(purpose: .client))
    let chain = PresentedChain([client.certificate.der])
    #expect(!verifier.verdict(on: chain, at: UnixTime(now.seconds + 4)).isVerified)
    #expect(verifier.verdict(on: chain, at: UnixTime(now.seconds + 5)).isVerified)
  }

  @Test("a flood of bad chains pushes no good one out")
  func flood() throws {
    let root = try Holder.root()
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, authorities: [root.certificate]),
      policy: VerificationPolicy(purpose: .client), remembered: 64)
    let good = PresentedChain([try root.client().certificate.der])
    _ = verifier.verdict(on: good, at: now)
    for number in 0..<2000 {
      _ = verifier.verdict(on: PresentedChain([[UInt8(number & 255), UInt8(number >> 8)]]), at: now)
    }
    #expect(verifier.remembered(good.hash, at: now)?.isVerified == true)
  }

  @Test("chains that only differ in where one certificate ends have different hashes")
  func hashing() {
    func hash(_ certificates: [[UInt8]], unread: Int = 0) -> [UInt8] {
      PresentedChain(certificates, unread: unread).hash
    }
    #expect(hash([[1, 2], [3]]) != hash([[1], [2, 3]]))
    #expect(hash([[1]]) != hash([[1], []]))
    #expect(hash([[1]]) != hash([[1]], unread: 1))
    #expect(hash([[1], [2], [3]]) != hash([[2], [1], [3]]), "the leaf stays the leaf")
  }

  @Test("order and repetition behind the leaf make no other chain")
  func order() {
    let hash = PresentedChain([[9], [1], [2], [3]]).hash
    for others: [[UInt8]] in [[[3], [2], [1]], [[2], [3], [1], [1]], [[1], [1], [2], [2], [3], [3]]] {
      #expect(PresentedChain([[9]] + others).hash == hash)
    }
    #expect(PresentedChain([[9], [1], [2]]).hash != hash)
    #expect(PresentedChain([[9], [9], [9]]).hash == PresentedChain([[9], [9]]).hash)
  }

  @Test("policies that differ in any field have different fingerprints")
  func fingerprints() {
    func fields(_ value: Any) -> [String?: String] {
      Dictionary(uniqueKeysWithValues: Mirror(reflecting: value).children.map { ($0.label, "\($0.value)") })
    }
    var policies = [VerificationPolicy(purpose: .client)]
    var seen: Set<String?> = []
    func add(_ change: (inout VerificationPolicy) -> Void) {
      var policy = policies[0]
      change(&policy)
      let (of, other) = (fields(policies[0]), fields(policy))
      seen.formUnion(of.keys.filter { of[$0] != other[$0] })
      policies.append(policy)
    }
    add { $0.purpose = .server }
    add { $0.maximumDepth = 2 }
    add { $0.revocation = .chain }
    add { $0.crlGrace = .seconds(1) }
    add { $0.identity = .host("a") }
    add { $0.acceptsPartialChain = true }
    add { $0.policies.acceptable = [OID("2.5.29.32.0") ?? OID.anyPolicy] }
    add { $0.policies.requiresExplicitPolicy = true }
    add { $0.profile = .strict }
    add { $0.publicSuffixes = PublicSuffixList(Array("com".utf8)) }
    add { $0.publicSuffixes = PublicSuffixList(Array("org".utf8)) }
    add { $0.maximumCertificates = 3 }
    add { $0.allowance = .thorough }
    add { $0.policies.inhibitsPolicyMapping = true }
    add { $0.policies.inhibitsAnyPolicy = true }
    add { $0.algorithms.minimumRSABits = 4096 }
    add { $0.algorithms.minimumDSABits = 4096 }
    add { $0.algorithms.acceptsSHA1 = true }
    add { $0.algorithms.acceptsMD5 = true }
    add { $0.verdictLife = .seconds(1) }
    #expect(seen == Set(fields(policies[0]).keys))
    #expect(fields(policies[0].policies).count == 4 && fields(policies[0].algorithms).count == 4)
    #expect(Set(policies.map(\.fingerprint)).count == policies.count)
  }

  @Test("a refused chain has a leaf to show and no identity to rely on")
  func identity() throws {
    let root = try Holder.root()
    let names = SubjectAlternativeName([
      .dns("a.example"), .email("a@example"), .uri("spiffe://example/a"), .ip([192, 0, 2, 1]),
    ])
    let good = try judge([root.client { $0.set(names) }], trust: [root])
    #expect(good.identity.dnsNames == ["a.example"])
    #expect(good.identity.emails == ["a@example"])
    #expect(good.identity.uris == ["spiffe://example/a"])
    #expect(good.identity.addressTexts == ["192.0.2.1"])
    let bad = try judge([root.client { $0.set(names) }], trust: [Holder.root()])
    #expect(bad.identity == .none)
    #expect(bad.leaf?.subject.commonName == "client")
  }
}
