import Cryptography
import PKI
import Testing

@testable import Trust

/// Rules compare what a stranger chose octet by octet, and name a CA by its key.
@Suite("Exact rules on identities")
struct ExactIdentityTests {
  private func admits(
    _ matcher: IdentityMatcher, _ verdict: Verdict, _ action: ClientAccessRule.Action = .allow
  ) -> Bool {
    ClientAccessRules([ClientAccessRule(action, [matcher], place: "test:1")]).decide(on: verdict) == .admitted
  }

  private func admits(_ text: String, _ verdict: Verdict) throws -> Bool { admits(try IdentityMatcher(text), verdict) }

  private func verdict(_ attribute: AttributeTypeAndValue) throws -> Verdict {
    let root = try Holder.root()
    return try judge([try root.client { $0.subject = DistinguishedName(rdns: [[attribute]]) }], trust: [root])
  }

  @Test(
    "what only looks like a name is another one",
    arguments: [
      ("admin", "Admin"), ("admin", "adm\u{200B}in"), ("admin", "ad\u{AD}min"), ("admin", " admin"),
      ("admin", "admin "),
      ("admin", "admin\u{FE0F}"), ("a  b", "a b"), ("Karl", "\u{212A}arl"), ("\u{E9}va", "e\u{301}va"),
      ("\u{C5}sa", "\u{212B}sa"), ("a;b", "a\u{37E}b"), ("stra\u{DF}e", "strasse"), ("ad\u{FF4D}in", "admin"),
      ("K", "\u{212A}"),
    ])
  func lookalikes(_ wanted: String, _ shown: String) throws {
    for (rule, name) in [(wanted, shown), (shown, wanted)] {
      let client = try verdict(AttributeTypeAndValue(.commonName, name))
      #expect(client.isVerified)
      #expect(!admits(try IdentityMatcher("cn:" + rule), client), "cn")
      // By code points: for a search by characters the Greek question mark is a semicolon.
      let escaped = String(
        String.UnicodeScalarView(rule.unicodeScalars.flatMap { $0 == ";" || $0 == " " ? ["\\", $0] : [$0] }))
      #expect(!admits(try IdentityMatcher("dn:CN=" + escaped), client), "dn")
    }
    let same = try verdict(AttributeTypeAndValue(.commonName, wanted))
    #expect(try admits("cn:" + wanted, same))
  }

  @Test("a name is the same in each string type that can carry it")
  func stringTypes() throws {
    let types: [(DERTag, [UInt8])] = [
      (.utf8String, Array("Karl".utf8)), (.printableString, Array("Karl".utf8)), (.ia5String, Array("Karl".utf8)),
      (.teletexString, Array("Karl".utf8)), (.bmpString, Array("\0K\0a\0r\0l".utf8)),
    ]
    for (tag, value) in types {
      let client = try verdict(AttributeTypeAndValue(type: .commonName, tag: tag, value: value))
      #expect(try admits("cn:Karl", client) && admits("dn:CN=Karl", client), "\(tag)")
      #expect(try !admits("dn:CN=karl", client), "\(tag)")
    }
    let octets = try verdict(AttributeTypeAndValue(type: .commonName, tag: .octetString, value: Array("Karl".utf8)))
    #expect(try !admits("cn:Karl", octets) && !admits("dn:CN=Karl", octets))
  }

  @Test("all RDNs in their order, each attribute as often as it is there")
  func structure() throws {
    func name(_ rdns: [[String]]) -> ExactName {
      ExactName(DistinguishedName(rdns: rdns.map { $0.map { AttributeTypeAndValue(.commonName, $0) } }))
    }
    #expect(name([["a"], ["b"]]) == name([["a"], ["b"]]) && name([["a", "b"]]) == name([["b", "a"]]))
    #expect(name([["a"], ["b"]]) != name([["b"], ["a"]]) && name([["a"], ["b"]]) != name([["a", "b"]]))
    #expect(name([["a"]]) != name([["a", "a"]]) && name([["a"]]) != name([["a"], ["a"]]))
  }

  @Test("URIs, mailboxes and hosts hold nothing that is not ASCII for its like")
  func equivalents() throws {
    #expect(try !#require(URIPattern("https://a/K")).matches("https://a/\u{212A}"))
    #expect(try !#require(URIPattern("https://a/K/*")).matches("https://a/\u{212A}/x"))
    #expect(try !#require(DNSPattern("kilo.test")).matches("\u{212A}ilo.test"))
    #expect(try !#require(MailboxPattern("k@a.test")).matches("\u{212A}@a.test"))
    #expect(try !#require(MailboxPattern("@k.test")).matches("a@\u{212A}.test"))
    #expect(SPIFFEID("spiffe://\u{212A}.test/a") == nil && SPIFFEID("\u{17F}piffe://a.test/a") == nil)
  }

  /// Partner A has an intermediate that it named like B's root; both roots are trusted.
  private func partners() throws -> (a: Holder, b: Holder, ofA: Verdict, ofB: Verdict) {
    let (a, b) = (try Holder.root("A"), try Holder.root("B"))
    let forged = try a.authority("B")
    let ofA = try judge([forged.client(), forged], trust: [a, b])
    let ofB = try judge([b.client()], trust: [a, b])
    return (a, b, ofA, ofB)
  }

  @Test("issuer: lets in those of the trusted CA of that name alone, and keeps out all that are below the name")
  func issuer() throws {
    let (_, _, ofA, ofB) = try partners()
    #expect(ofA.isVerified && ofA.leaf?.issuer == ofB.leaf?.issuer)
    #expect(try admits("issuer:CN=B", ofB) && !admits("issuer:CN=B", ofA))
    #expect(try admits("issuer:CN=A", ofA))
    let name = try IdentityMatcher("issuer:CN=B")
    #expect(!admits(name, ofA, .deny) && !admits(name, ofB, .deny))
    let partner = try IdentityMatcher("issuer:CN=A")
    #expect(!admits(partner, ofA, .deny) && admits(partner, ofB, .deny))
  }

  @Test("ca: names CAs by their keys, at any depth above the client")
  func authority() throws {
    let (a, b, ofA, ofB) = try partners()
    func rule(_ holders: Holder...) -> IdentityMatcher {
      IdentityMatcher("ca:test.crt", authorities: AuthorityKeys(holders.map(\.certificate)))
    }
    #expect(admits(rule(b), ofB) && !admits(rule(b), ofA))
    #expect(admits(rule(a), ofA) && admits(rule(a, b), ofB) && !admits(rule(), ofB))
    // The same CA by another of its certificates, and an intermediate.
    let renewed = try Holder.root("B", key: b.key) { $0.notAfter = UnixTime(now.seconds + day) }
    let cross = try a.authority("B", key: b.key)
    #expect(admits(rule(renewed), ofB) && admits(rule(cross), ofB))
    let middle = try b.authority("Middle")
    let below = try judge([middle.client(), middle], trust: [b])
    #expect(admits(rule(middle), below) && admits(rule(b), below) && !admits(rule(middle), ofB))
    #expect(!admits(rule(b), ofB, .deny) && admits(rule(b), ofA, .deny))
    // Nobody is below himself, and a refused chain below nobody.
    let leaf = try b.client()
    let own = try judge([leaf], trust: [b])
    #expect(!admits(rule(leaf), own))
    let refused = try judge([leaf], trust: [a])
    #expect(!refused.isVerified && !admits(rule(b), refused))
  }

  @Test("the keys of a file may change while its rules live")
  func replaced() throws {
    let (a, b, _, ofB) = try partners()
    let keys = AuthorityKeys([b.certificate])
    let rule = IdentityMatcher("ca:test.crt", authorities: keys)
    #expect(admits(rule, ofB))
    keys.replace(with: [a.certificate])
    #expect(!admits(rule, ofB))
  }
}
