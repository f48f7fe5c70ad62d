import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("SPIFFE bundles by trust domain")
struct SVIDTests {
  private let classic: Holder
  private let green: Holder
  private let blue: Holder

  init() throws {
    classic = try Holder.root("Classic")
    green = try Holder.root("Green")
    blue = try Holder.root("Blue")
  }

  private func verdict(_ chain: [Holder], crls: CRLIndex? = nil) -> Verdict {
    let snapshot = TrustSnapshot(
      generation: 1, authorities: [classic.certificate],
      bundles: ["green.test": [green.certificate], "blue.test": [blue.certificate]], crls: crls)
    let policy = VerificationPolicy(purpose: .client, revocation: crls == nil ? .off : .chain)
    return Verifier(snapshot: snapshot, policy: policy).verdict(
      on: PresentedChain(chain.map(\.certificate.der)), at: now)
  }

  private func workload(
    _ uris: [String], of authority: Holder, _ change: (inout CertificateTemplate) -> Void = { _ in }
  ) throws -> Holder {
    try authority.client("workload") { template in
      template.set(SubjectAlternativeName(uris.map { .uri($0) }))
      change(&template)
    }
  }

  @Test(
    "an SVID is good under the bundle of its own trust domain, also below an intermediate, and the domain's case aside")
  func good() throws {
    #expect(verdict([try workload(["spiffe://green.test/web"], of: green)]).isVerified)
    #expect(verdict([try workload(["spiffe://BLUE.test/ns/a/sa/b"], of: blue)]).isVerified)
    let below = try green.authority("Green below")
    #expect(verdict([try workload(["spiffe://green.test/web"], of: below), below]).isVerified)
  }

  @Test("neither another domain's authorities nor the classic CAs vouch for a SPIFFE ID")
  func foreign() throws {
    for authority in [blue, classic] {
      let verdict = verdict([try workload(["spiffe://green.test/web"], of: authority), authority])
      #expect(!verdict.isVerified)
      #expect(verdict.firstFinding?.rule == .selfSignedInChain)
      #expect(!self.verdict([try workload(["spiffe://green.test/web"], of: authority)]).isVerified)
    }
    let unknown = verdict([try workload(["spiffe://red.test/web"], of: classic)])
    #expect(unknown.firstFinding?.rule == .unknownTrustDomain)
    #expect(unknown.firstFinding?.detail == "trust domain red.test")
  }

  @Test("an authority of a trust domain vouches for nothing but SPIFFE IDs")
  func classicNames() throws {
    #expect(verdict([try classic.client("alice")]).isVerified)
    #expect(verdict([try workload(["https://green.test/web"], of: classic)]).isVerified)
    #expect(!verdict([try green.client("admin")]).isVerified)
    #expect(!verdict([try workload(["https://green.test/web"], of: green)]).isVerified)
  }

  @Test(
    "what is no SVID is refused",
    arguments: [
      (["spiffe://green.test/web", "spiffe://green.test/db"], "2 URIs"),
      (["spiffe://green.test/web", "https://green.test/"], "2 URIs"),
      (["spiffe://green.test"], "a SPIFFE ID without a path"),
      (["spiffe://green.test/"], "no SPIFFE ID"), (["spiffe://green.test/a//b"], "no SPIFFE ID"),
      (["spiffe://green.test/a/../b"], "no SPIFFE ID"), (["spiffe://green.test/a%2Fb"], "no SPIFFE ID"),
      (["spiffe://green.test:8443/a"], "no SPIFFE ID"), (["spiffe://me@green.test/a"], "no SPIFFE ID"),
      (["spiffe:green.test/a"], "no SPIFFE ID"), (["spiffe://green.test/a?b"], "no SPIFFE ID"),
    ])
  func malformed(uris: [String], detail: String) throws {
    let verdict = verdict([try workload(uris, of: green)])
    #expect(verdict.firstFinding?.rule == .malformedSVID)
    #expect(verdict.firstFinding?.detail == detail)
    #expect(!verdict.isVerified)
  }

  @Test("a CA, and a leaf that may sign certificates or lists, or may not sign at all, is no SVID")
  func usages() throws {
    func refusal(_ change: @escaping (inout CertificateTemplate) -> Void) throws -> String? {
      let verdict = verdict([try workload(["spiffe://green.test/web"], of: green, change)])
      return verdict.firstFinding?.rule == .malformedSVID ? verdict.firstFinding?.detail : nil
    }
    #expect(try refusal { $0.set(BasicConstraints(isCA: true), critical: true) } == "a CA's certificate")
    #expect(try refusal { $0.set(KeyUsage([.digitalSignature, .keyCertSign])) } == "keyUsage with keyCertSign")
    #expect(try refusal { $0.set(KeyUsage([.digitalSignature, .cRLSign])) } == "keyUsage with cRLSign")
    #expect(try refusal { $0.set(KeyUsage([.keyAgreement])) } == "keyUsage without digitalSignature")
    #expect(try refusal { $0.remove(.keyUsage) } == nil)
  }

  @Test("an authority of a bundle that did not sign itself is an anchor all the same")
  func subordinateAnchor() throws {
    let below = try classic.authority("Delegated")
    let snapshot = TrustSnapshot(generation: 1, authorities: [], bundles: ["green.test": [below.certificate]])
    let verifier = Verifier(snapshot: snapshot, policy: VerificationPolicy(purpose: .client))
    let leaf = try workload(["spiffe://green.test/web"], of: below)
    #expect(verifier.verdict(on: PresentedChain([leaf.certificate.der]), at: now).isVerified)
  }

  @Test("where CRLs are demanded of others, those of a trust domain count if they are there")
  func revocation() throws {
    let (good, bad) = (
      try workload(["spiffe://green.test/a"], of: green), try workload(["spiffe://blue.test/b"], of: blue)
    )
    let lists = try CRLIndex([try blue.crl([3])])
    #expect(verdict([good], crls: lists).isVerified)
    #expect(verdict([bad], crls: lists).firstFinding?.rule == .revoked)
    #expect(verdict([try classic.client("alice")], crls: lists).firstFinding?.rule == .crlMissing)
    let stale = try CRLIndex([try green.crl(thisUpdate: -2 * day, nextUpdate: -day)])
    #expect(verdict([good], crls: stale).firstFinding?.rule == .crlExpired)
  }

  @Test("without bundles a SPIFFE ID is a name like others")
  func withoutBundles() throws {
    let leaf = try workload(["spiffe://green.test/web", "https://green.test"], of: classic)
    #expect(try judge([leaf], trust: [classic]).isVerified)
  }
}
