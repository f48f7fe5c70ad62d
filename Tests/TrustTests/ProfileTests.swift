import Foundation
import PKI
import Testing

@testable import Trust

@Suite("Profiles of the verifier")
struct ProfileTests {
  static let fixtures =
    ProfileFixture.fields + ProfileFixture.keys + ProfileFixture.names + ProfileFixture.authorities
    + ProfileFixture.lists + ProfileFixture.servers

  @Test("every rule has one fixture and a name of its own")
  func completeness() {
    #expect(Self.fixtures.map(\.id) == ProfileRule.all.map(\.id))
    #expect(Set(ProfileRule.all.map(\.id)).count == ProfileRule.all.count)
  }

  @Test(
    "what breaks a demand by little is refused as the table says, and what doesn't quite is not", arguments: fixtures)
  func demand(_ fixture: ProfileFixture) throws {
    let rule = try #require(ProfileRule.all.first { $0.id == fixture.id })
    for profile in VerifierProfile.allCases {
      let sound = try fixture.sound(profile)
      #expect(sound.isVerified, "\(profile): \(sound.findings.map { "\($0.rule) \($0.detail)" })")
    }
    let strict = try fixture.broken(.strict).findings
    let compatible = try fixture.broken(.compatible).findings
    guard let known = rule.compatible else {
      #expect(compatible.isEmpty, "\(compatible.map { "\($0.rule) \($0.detail)" })")
      #expect(strict.map(\.rule) == [rule.strict], "\(strict.map { "\($0.rule) \($0.detail)" })")
      #expect(strict.allSatisfy { $0.detail.contains("\(rule.id): ") && $0.detail.contains(rule.clause) })
      return
    }
    #expect(compatible.contains { $0.rule == known }, "\(compatible.map(\.rule))")
    #expect(strict.contains { $0.rule == rule.strict }, "\(strict.map(\.rule))")
  }

  @Test("docs/verifier-profiles.md is what the rules say")
  func reference() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/verifier-profiles.md")
    let wanted = ProfileReference.markdown()
    if ProcessInfo.processInfo.environment["COUNTERSIGN_REGENERATE"] != nil { try Data(wanted.utf8).write(to: file) }
    #expect(try String(contentsOf: file, encoding: .utf8) == wanted)
  }

  @Test("the profile of servers is asked of servers alone")
  func purposes() throws {
    let root = try Holder.root()
    let leaf = try root.client { $0.remove(.extendedKeyUsage) }
    for (purpose, isVerified) in [(Purpose.client, true), (.any, true), (.server, false)] {
      let verdict = try judge([leaf], trust: [root]) { policy in
        policy.purpose = purpose
        policy.profile = .strict
      }
      #expect(verdict.isVerified == isVerified)
    }
  }

  @Test("every certificate of the path is held against the profile, the anchor too")
  func depths() throws {
    let changes: [(Int, ProfileFixture.Make)] = [
      (0, ProfileFixture.chain(leaf: { $0.serialNumber = SerialNumber(0) })),
      (1, ProfileFixture.chain(middle: { $0.serialNumber = SerialNumber(0) })),
      (2, ProfileFixture.chain(root: { $0.serialNumber = SerialNumber(0) })),
    ]
    for (depth, make) in changes {
      #expect(try make(.strict).findings.map(\.depth) == [depth])
      #expect(try make(.compatible).isVerified)
    }
    let negative = ProfileFixture.chain(leaf: { $0.serialNumber = SerialNumber(bytes: [0x80]) })
    #expect(try negative(.strict).firstFinding?.rule == .nonconforming)
  }

  @Test("a root needs no authorityKeyIdentifier; one that is self-issued but no root does")
  func selfIssued() throws {
    let root = try Holder.root()
    let rolled = try root.authority("Root") { $0.remove(.authorityKeyIdentifier) }
    let verdict = try judge([rolled.client(), rolled], trust: [root]) { $0.profile = .strict }
    #expect(verdict.findings.map(\.detail) == ["authorityKeyIdentifier: no keyIdentifier (RFC 5280 §4.2.1.1)"])
    #expect(verdict.firstFinding?.depth == 1)
  }

  @Test("a nonconforming certificate beside a conforming one of the same CA is not missed")
  func alternatives() throws {
    let root = try Holder.root()
    let good = try root.authority(serial: 20)
    let bad = try root.authority(serial: 21, key: good.key) { $0.setCritical(.basicConstraints, false) }
    for others in [[bad, good], [good, bad]] {
      let verdict = try judge([good.client()] + others, trust: [root]) { $0.profile = .strict }
      #expect(verdict.isVerified, "\(verdict.findings.map(\.detail))")
    }
  }

  @Test("a revoked serial is revoked by a CRL that does not conform as well")
  func revoked() throws {
    let verdict = try ProfileFixture.lists([
      { list in
        list.extensions.removeLast()
        list.entries = [OddList.entry([9])]
      }
    ])(.strict)
    #expect(verdict.findings.map(\.rule) == [.crlNonconforming, .revoked])
  }

  @Test("what a leaf names is as RFC 5280 §4.2.1.6 has it")
  func leafNames() throws {
    let cases: [(GeneralName, Bool)] = [
      (.dns("a.example"), true), (.dns("*.a.example"), true), (.dns("a.example."), false), (.dns("-a.example"), false),
      (.dns("a-.example"), false), (.dns("a_b.example"), false), (.email("a.b@a.example"), true),
      (.email("a..b@a.example"), false), (.email("a.@a.example"), false), (.email("\"a..b\"@a.example"), true),
      (.uri("https://a.example/"), true), (.uri("https:///x"), false), (.uri("urn:a:b"), true),
      (.uri("https://[2001:db8::1]/"), true), (.uri("https://192.0.2.1/"), true), (.uri("https://a b"), false),
    ]
    for (name, isSound) in cases {
      let verdict = try ProfileFixture.chain(leaf: { $0.set(SubjectAlternativeName([name])) })(.strict)
      #expect(verdict.isVerified == isSound, "\(name)")
    }
  }

  @Test("a base of a name constraint is as RFC 5280 §4.2.1.10 has it")
  func bases() throws {
    let cases: [(GeneralName, Bool)] = [
      (.dns("a.example"), true), (.dns(""), true), (.dns(".a.example"), false), (.dns("*.a.example"), false),
      (.email("a@a.example"), true), (.email("a.example"), true), (.email(".a.example"), true),
      (.email("a@b@a.example"), false), (.uri("a.example"), true), (.uri(".a.example"), true), (.uri(""), false),
      (.uri("192.0.2.1"), false), (.uri("https://a.example/"), false), (.ip([10, 0, 0, 0, 255, 255, 0, 0]), true),
      (.ip([10, 0, 0, 0, 255, 0, 255, 0]), false),
    ]
    for (base, isSound) in cases { #expect((NameSubtree.fault(ofBase: base) == nil) == isSound, "\(base)") }
  }

  @Test("attributes of names are as the appendix of RFC 5280 has them")
  func attributes() {
    let cases: [(AttributeTypeAndValue, Bool)] = [
      (AttributeTypeAndValue(.countryName, "DE"), true), (AttributeTypeAndValue(.countryName, "DEU"), false),
      (AttributeTypeAndValue(type: .countryName, tag: .utf8String, value: Array("DE".utf8)), false),
      (AttributeTypeAndValue(.commonName, ""), false), (AttributeTypeAndValue(.commonName, "ä"), true),
      (AttributeTypeAndValue(type: .commonName, tag: .printableString, value: Array("a b".utf8)), true),
      (AttributeTypeAndValue(type: .commonName, tag: .printableString, value: Array("*.a".utf8)), false),
      (AttributeTypeAndValue(type: .commonName, tag: .ia5String, value: Array("a".utf8)), false),
      (AttributeTypeAndValue(.emailAddress, "a@b.example"), true), (AttributeTypeAndValue(.domainComponent, "a"), true),
      (AttributeTypeAndValue(type: .domainComponent, tag: .utf8String, value: [0x61]), false),
      (AttributeTypeAndValue(ProfileFixture.strange, ""), true),
    ]
    for (attribute, isSound) in cases {
      let fault = NameAttributeSyntax.fault(DistinguishedName(rdns: [[attribute]]))
      #expect((fault == nil) == isSound, "\(attribute)")
    }
  }
}

@Suite("The public suffix list")
struct PublicSuffixTests {
  private static let text = """
    // a comment
    // ===BEGIN ICANN DOMAINS===
    com
    uk
    co.uk   // what is behind a blank is none of it
    *.ck
    !www.ck
    中国
    公司.cn
    // ===END ICANN DOMAINS===
    // ===BEGIN PRIVATE DOMAINS===
    blogspot.com
    // ===END PRIVATE DOMAINS===
    """

  @Test(
    "a suffix is what registries register below",
    arguments: [
      ("com", true), ("example.com", false), ("co.uk", true), ("CO.UK.", true), ("example.co.uk", false), ("ck", true),
      ("a.ck", true), ("b.a.ck", false), ("www.ck", false), ("unheard-of", true), ("a.unheard-of", false),
      ("blogspot.com", false), ("xn--fiqs8s", true), ("xn--55qx5d.cn", true), ("a.xn--fiqs8s", false),
    ])
  func suffixes(_ name: String, _ isSuffix: Bool) throws {
    let list = try #require(PublicSuffixList(Array(Self.text.utf8)))
    #expect(list.isPublicSuffix(name) == isSuffix)
  }

  @Test("labels of other scripts are as RFC 3492 §7.1 and registries write them")
  func punycode() {
    let cases = [
      ("bücher", "xn--bcher-kva"), ("公司", "xn--55qx5d"), ("рф", "xn--p1ai"), ("香港", "xn--j6w193g"),
      ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"), ("plain", "plain"),
    ]
    for (label, encoded) in cases { #expect(Punycode.label(label) == encoded) }
  }

  @Test("a file without rules of registries is no list")
  func nothing() {
    #expect(PublicSuffixList([]) == nil)
    #expect(PublicSuffixList(Array("// ===BEGIN ICANN DOMAINS===\n// ===END ICANN DOMAINS===\ncom\n".utf8)) == nil)
  }

  @Test("without a list no wildcard is let through by strict, and the refusal says why")
  func absent() throws {
    let root = try Holder.root()
    let leaf = try root.client("*.test.example") {
      $0.set(ExtendedKeyUsage([.serverAuth]))
      $0.set(SubjectAlternativeName([.dns("*.test.example")]))
    }
    func verdict(_ profile: VerifierProfile, _ suffixes: PublicSuffixList?) throws -> Verdict {
      try judge([leaf], trust: [root]) { policy in
        policy.purpose = .server
        policy.profile = profile
        policy.publicSuffixes = suffixes
      }
    }
    #expect(try verdict(.strict, ProfileFixture.suffixes).isVerified)
    #expect(try verdict(.compatible, nil).isVerified)
    #expect(try verdict(.strict, nil).firstFinding?.detail.contains("package publicsuffix") == true)
  }
}
