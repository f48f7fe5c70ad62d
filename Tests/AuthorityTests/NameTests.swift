import PKI
import Testing

@testable import Authority

@Suite("Names asked for and names allowed")
struct NameTests {
  @Test(
    "each kind of name is read by its prefix",
    arguments: [
      ("dns:a.example", RequestedName.dns("a.example")), ("DNS:a.example", .dns("a.example")),
      ("ip:192.0.2.1", .ip([192, 0, 2, 1])), ("email:a@example.com", .email("a@example.com")),
      ("ip:::1", .ip([UInt8](repeating: 0, count: 15) + [1])),
      ("uri:spiffe://example.com/a", .uri("spiffe://example.com/a")),
    ])
  func kinds(_ text: String, _ name: RequestedName) throws { #expect(try RequestedName(text) == name) }

  @Test("a name without prefix or value is refused", arguments: ["a.example", "dns:", "ip:300.1.1.1", "phone:1"])
  func refused(_ text: String) { #expect(throws: AuthorityError.self) { try RequestedName(text) } }

  @Test("a bare name stands for what it looks like")
  func guesses() {
    #expect(RequestedName.guess("localhost", isServer: true) == .dns("localhost"))
    #expect(RequestedName.guess("alice", isServer: false) == nil)
    #expect(RequestedName.guess("alice@example.com", isServer: false) == .email("alice@example.com"))
    #expect(RequestedName.guess("127.0.0.1", isServer: true) == .ip([127, 0, 0, 1]))
    #expect(RequestedName.guess("spiffe://x/y", isServer: false) == .uri("spiffe://x/y"))
  }

  static let policy = NamePolicy(
    dns: ["example.com", "*.svc.example.com", ".inner.example"], ip: ["10.0.0.0/8", "2001:db8::/32"],
    email: ["@example.com", "bob@example.org"], uri: ["spiffe://example.com/", "urn:x"], commonName: ["device-*", "a"])

  @Test(
    "a policy allows what its patterns cover",
    arguments: [
      "dns:example.com", "dns:EXAMPLE.com", "dns:a.svc.example.com", "dns:a.b.svc.example.com", "dns:inner.example",
      "dns:x.inner.example", "ip:10.1.2.3", "ip:2001:db8::5", "email:a@example.com", "email:bob@EXAMPLE.org",
      "uri:spiffe://example.com/a", "uri:urn:x",
    ])
  func allowed(_ text: String) throws { #expect(Self.policy.allows(try RequestedName(text))) }

  @Test(
    "a policy refuses the rest",
    arguments: [
      "dns:www.example.com", "dns:svc.example.com", "dns:evilsvc.example.com", "dns:xinner.example", "ip:11.0.0.1",
      "ip:2001:db9::1", "email:a@example.org", "email:a@x.example.com", "uri:spiffe://example.com.evil/a",
      "uri:spiffe://example.com", "uri:urn:xy",
    ])
  func notAllowed(_ text: String) throws { #expect(!Self.policy.allows(try RequestedName(text))) }

  @Test("common names match whole, by prefix or by suffix")
  func commonNames() {
    #expect(Self.policy.allows(commonName: "device-7"))
    #expect(Self.policy.allows(commonName: "a"))
    #expect(!Self.policy.allows(commonName: "ab"))
  }

  @Test("no equivalent of a character stands for it, and no case but ASCII's")
  func exact() throws {
    let kelvin = NamePolicy(
      dns: ["k.test", "*.K.test"], email: ["k@a.test", "@k.test"], uri: ["https://k/K", "https://k/K/"],
      commonName: ["Karl", "*K", "K*"])
    for text in [
      "dns:\u{212A}.test", "dns:a.\u{212A}.test", "email:\u{212A}@a.test", "email:a@\u{212A}.test",
      "uri:https://k/\u{212A}", "uri:https://k/\u{212A}/a",
    ] {
      #expect(!kelvin.allows(try RequestedName(text)), "\(text)")
      let plain = text.replacing("\u{212A}", with: "K")
      // The local part of a mailbox is compared as it is.
      #expect(kelvin.allows(try RequestedName(plain)) == !plain.hasPrefix("email:K"), "\(plain)")
    }
    for name in ["\u{212A}arl", "a\u{212A}", "\u{212A}a", "karl"] {
      #expect(!kelvin.allows(commonName: name), "\(name)")
    }
    #expect(NamePolicy(commonName: ["\u{E9}*"]).allows(commonName: "\u{E9}a"))
    #expect(!NamePolicy(commonName: ["\u{E9}*"]).allows(commonName: "e\u{301}a"))
  }

  @Test("a common name that is no text is allowed where every name is")
  func oddCommonName() {
    let odd = AttributeTypeAndValue(type: .commonName, tag: .octetString, value: [0x61])
    #expect(!Self.policy.allows(commonName: odd))
    #expect(NamePolicy().allows(commonName: odd))
    #expect(Self.policy.allows(commonName: AttributeTypeAndValue(.commonName, "device-7")))
  }

  @Test("networks become address and mask, host bits cleared")
  func networks() {
    #expect(NetworkText.octets("10.1.2.3/8") == [10, 0, 0, 0, 255, 0, 0, 0])
    #expect(NetworkText.octets("10.1.2.3") == [10, 1, 2, 3, 255, 255, 255, 255])
    #expect(NetworkText.octets("10.0.0.0/33") == nil)
    #expect(NetworkText.octets("10.0.0/8") == nil)
  }

  @Test(
    "host names that no certificate should have are named",
    arguments: [
      "", "a..b", "-a.example", "a-.example", "a b", "*.com", "a.*.example", "a*.example",
      String(repeating: "a", count: 64),
    ])
  func badHosts(_ name: String) { #expect(DNSNameSyntax.fault(in: name) != nil) }

  @Test(
    "host names as they are used pass",
    arguments: ["localhost", "a.example", "*.example.com", "xn--bcher-kva.example", "_x.y"])
  func goodHosts(_ name: String) { #expect(DNSNameSyntax.fault(in: name) == nil) }

  @Test("a filter's pattern is found anywhere, or matches the whole with stars")
  func patterns() {
    #expect(NamePattern("lic").matches("alice"))
    #expect(NamePattern("a*e").matches("alice"))
    #expect(!NamePattern("a*c").matches("alice"))
    #expect(NamePattern("*li*").matches("alice"))
  }

  @Test("a name becomes a file name that stays in its folder")
  func fileNames() {
    #expect(Layout.fileName(for: "../../etc/passwd") == "_._.._etc_passwd")
    #expect(Layout.fileName(for: "*.example.com") == "_.example.com")
    #expect(Layout.fileName(for: "alice@example.com") == "alice@example.com")
    #expect(Layout.fileName(for: "-rf") == "_rf")
  }
}
