import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("Rules on clients' identities")
struct ClientAccessTests {
  private static let policy = OID("1.3.6.1.4.1.55555.1")!

  /// A client with a name of every type, serial 0x1001.
  private static let client = Result { () throws -> Verdict in
    let root = try Holder.root()
    let leaf = try root.client("alice") { template in
      template.serialNumber = SerialNumber(0x1001)
      template.subject = (try? DistinguishedName(parsing: "/O=Test/CN=alice")) ?? template.subject
      template.set(
        SubjectAlternativeName([
          .dns("Web.example.com"), .email("Alice@Example.com"), .ip([192, 0, 2, 7]),
          .ip([0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]),
          .uri("spiffe://example.com/ns/prod/sa/web"),
        ]))
      template.set(CertificatePolicies([PolicyInformation(policy)]))
    }
    return try judge([leaf], trust: [root])
  }

  private func admits(_ matchers: String..., verdict: Verdict? = nil) throws -> Bool {
    let verdict = try verdict ?? Self.client.get()
    let rule = ClientAccessRule(.allow, try matchers.map { try IdentityMatcher($0) }, place: "test:1")
    return ClientAccessRules([rule]).decide(on: verdict) == .admitted
  }

  @Test(
    "each type of matcher accepts what it names",
    arguments: [
      "any", "cn:alice", "dn:CN=alice,O=Test", "dn:/O=Test/CN=alice", "dns:web.example.com", "dns:*.example.com",
      "dns:.example.com", "dns:.com", "dns:.web.example.com", "uri:spiffe://example.com/ns/prod/sa/web",
      "uri:spiffe://example.com/ns/*", "spiffe://example.com", "spiffe://Example.com/*",
      "spiffe://example.com/ns/prod/sa/web", "spiffe://example.com/ns/prod/*", "email:Alice@example.com",
      "email:@example.COM", "ip:192.0.2.7", "ip:192.0.2.0/24", "ip:0.0.0.0/0", "ip:2001:db8::1", "ip:2001:db8::/32",
      "serial:1001", "serial:0x10:01", "serial:001001", "issuer:CN=Root", "policy:1.3.6.1.4.1.55555.1",
    ])
  func accepts(_ text: String) throws { #expect(try admits(text)) }

  @Test(
    "and nothing else",
    arguments: [
      "cn:Alice", "dn:/O=Test/CN=Alice", "dn:/O=test/CN=alice", "dn:CN=alice ,O=Test\\ ", "issuer:CN=root",
      "issuer:CN=Root\\ ", "cn:web.example.com", "dn:CN=alice", "dns:example.com", "dns:*.com", "dns:*.web.example.com",
      "dns:alice", "dns:.ample.com", "uri:spiffe://example.com/ns", "uri:spiffe://example.com/ns/prod/sa/web/*",
      "uri:spiffe://example.co/*", "spiffe://example.co", "spiffe://example.com/ns/prod",
      "spiffe://example.com/ns/prod/sa/web/*", "spiffe://example.com/ns/pro/*", "email:alice@example.com",
      "email:@ample.com", "ip:192.0.2.8", "ip:192.0.2.8/29", "ip:2001:db9::/32", "serial:1002", "serial:-1001",
      "issuer:CN=alice", "issuer:CN=Root,O=Test", "policy:1.3.6.1.4.1.55555",
      "fingerprint:0000000000000000000000000000000000000000000000000000000000000000",
    ])
  func refuses(_ text: String) throws { #expect(try !admits(text)) }

  @Test("fingerprints and pins, as people pass them on")
  func hashes() throws {
    let leaf = try #require(try Self.client.get().leaf)
    let print = leaf.fingerprint(.sha256)
    #expect(try admits("fingerprint:" + Hexadecimal.lower(print)))
    #expect(try admits("fingerprint:" + Hexadecimal.colons(print)))
    #expect(try !admits("spki:" + Hexadecimal.lower(print)))
    let pin = Digest.sha256.hash(leaf.subjectPublicKeyInfo)
    #expect(try admits("spki:" + Hexadecimal.upper(pin)))
    // SHA-256 of nothing.
    let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    for text in [empty, "sha256//" + empty, "sha256/" + empty] {
      #expect(SHA256Text.base64(text) == Digest.sha256.hash([]))
    }
    for text in ["", "=", String(empty.dropLast()), empty.replacing("FU=", with: "FV="), "*" + empty.dropFirst()] {
      #expect(SHA256Text.base64(text) == nil, "\(text)")
    }
  }

  @Test(
    "a matcher that cannot be read is refused",
    arguments: [
      "", "alice", "any:thing", "CN:alice", "cn:", "dn:alice", "dns:a b", "dns:*", "dns:*.*.com", "dns:a.*.com",
      "uri:web", "uri:https://*", "uri:https://example.com*", "uri:http://a/*/b", "spiffe:example.com",
      "spiffe:///path", "spiffe://example.com//a", "spiffe://example.com/../a", "email:alice", "email:@", "ip:1.2.3",
      "ip:1.2.3.4/33", "ip:1.2.3.4/", "ip:fe80::1%eth0", "serial:xyz", "fingerprint:abcd", "spki:abcd", "issuer:Root",
      "policy:one", "ou:Test", "ca:", "ca:file.crt",
    ])
  func malformed(_ text: String) {
    #expect(throws: IdentityMatcherError.self) { try IdentityMatcher(text) }
  }

  @Test("the error says what forms there are")
  func errors() {
    #expect(
      IdentityMatcherError.unknownKind("ou:x").description.hasPrefix(
        "invalid matcher \"ou:x\", it must be \"any\" or begin with one of \"cn:\", \"dn:\""))
    #expect(
      IdentityMatcherError.malformedValue("ip:1", .ip).description
        == "invalid matcher \"ip:1\", it must be ip:ADDRESS or ip:NETWORK/BITS")
  }

  @Test(
    "dot segments climb out of no prefix", arguments: ["a://b/c/../d", "a://b/c/%2E%2e/d", "a://b/c/./d", "a://b/c/"])
  func climbing(_ uri: String) throws {
    #expect(try !#require(URIPattern("a://b/c/*")).matches(uri))
  }

  @Test("a certificate with two URIs, or a malformed one, has no SPIFFE ID")
  func svid() throws {
    let pattern = try #require(SPIFFEPattern("//example.com"))
    #expect(pattern.matches(["spiffe://example.com"]))
    #expect(!pattern.matches(["spiffe://example.com/a", "https://example.com/"]))
    for uri in [
      "spiffe://example.com/", "spiffe://example.com:1/a", "spiffe://u@example.com/a", "spiffe://example.com/a?q",
    ] {
      #expect(!pattern.matches([uri]), "\(uri)")
    }
  }

  @Test("all matchers of a rule must hold, one of the rules that allow, and none that denies, in any order")
  func combination() throws {
    let verdict = try Self.client.get()
    #expect(try admits("cn:alice", "issuer:CN=Root"))
    #expect(try !admits("cn:alice", "issuer:CN=Other"))
    let allow = ClientAccessRule(.allow, [try IdentityMatcher("dns:.example.com")], place: "test:1")
    let other = ClientAccessRule(.allow, [try IdentityMatcher("cn:bob")], place: "test:2")
    let deny = ClientAccessRule(.deny, [try IdentityMatcher("serial:1001")], place: "test:3")
    let denyOther = ClientAccessRule(.deny, [try IdentityMatcher("serial:2")], place: "test:4")
    #expect(ClientAccessRules([other, allow]).decide(on: verdict) == .admitted)
    #expect(ClientAccessRules([other]).decide(on: verdict) == .notAllowed)
    #expect(ClientAccessRules([allow, deny]).decide(on: verdict) == .denied(by: deny))
    #expect(ClientAccessRules([deny, allow]).decide(on: verdict) == .denied(by: deny))
    #expect(ClientAccessRules([denyOther]).decide(on: verdict) == .admitted)
    #expect(ClientAccessRules([denyOther, allow]).decide(on: verdict) == .admitted)
  }

  @Test("who is not verified is allowed nothing and can be denied")
  func unverified() throws {
    let root = try Holder.root()
    let stranger = try judge([try Holder.root("Other").client("alice")], trust: [root])
    #expect(!stranger.isVerified)
    #expect(try !admits("cn:alice", verdict: stranger))
    #expect(try !admits("any", verdict: stranger))
    let deny = ClientAccessRule(.deny, [try IdentityMatcher("cn:alice")], place: "test:1")
    #expect(ClientAccessRules([deny]).decide(on: stranger) == .denied(by: deny))
    #expect(ClientAccessRules([deny]).decide(on: nil) == .admitted)
    let allow = ClientAccessRule(.allow, [try IdentityMatcher("any")], place: "test:1")
    #expect(ClientAccessRules([allow]).decide(on: nil) == .notAllowed)
  }
}
