import PKI
import Testing

@testable import Trust

@Suite("Names")
struct NameRuleTests {
  struct Case: Sendable {
    var name: GeneralName
    var subtree: GeneralName
    var permitted: Bool
    var excluded: Bool
  }

  static let cases: [Case] = [
    Case(name: .dns("host.example"), subtree: .dns("host.example"), permitted: true, excluded: true),
    Case(name: .dns("A.Host.Example."), subtree: .dns("host.example"), permitted: true, excluded: true),
    Case(name: .dns("ahost.example"), subtree: .dns("host.example"), permitted: false, excluded: false),
    Case(name: .dns("host.example"), subtree: .dns(".host.example"), permitted: false, excluded: false),
    Case(name: .dns("a.host.example"), subtree: .dns(".host.example"), permitted: true, excluded: true),
    Case(name: .dns("a.example"), subtree: .dns(""), permitted: true, excluded: true),
    Case(name: .dns("*.example.com"), subtree: .dns("a.example.com"), permitted: false, excluded: true),
    Case(name: .dns("*.example.com"), subtree: .dns("example.com"), permitted: true, excluded: true),
    Case(name: .dns("*.example.com"), subtree: .dns("b.a.example.com"), permitted: false, excluded: false),
    Case(name: .email("a@host.example"), subtree: .email("host.example"), permitted: true, excluded: true),
    Case(name: .email("a@b.host.example"), subtree: .email("host.example"), permitted: false, excluded: false),
    Case(name: .email("a@b.host.example"), subtree: .email(".host.example"), permitted: true, excluded: true),
    Case(name: .email("a@HOST.example"), subtree: .email("a@host.example"), permitted: true, excluded: true),
    Case(name: .email("A@host.example"), subtree: .email("a@host.example"), permitted: false, excluded: false),
    Case(name: .uri("https://u@host.example:8443/x"), subtree: .uri("host.example"), permitted: true, excluded: true),
    Case(name: .uri("spiffe://a.host.example/x"), subtree: .uri(".host.example"), permitted: true, excluded: true),
    Case(name: .uri("https://a.host.example/"), subtree: .uri("host.example"), permitted: false, excluded: false),
    Case(name: .uri("https://192.0.2.1/"), subtree: .uri("host.example"), permitted: false, excluded: true),
    Case(name: .uri("urn:x:y"), subtree: .uri("host.example"), permitted: false, excluded: true),
    Case(
      name: .ip([10, 1, 2, 3]), subtree: .ip([10, 0, 0, 0, 255, 0, 0, 0]), permitted: true, excluded: true),
    Case(
      name: .ip([11, 1, 2, 3]), subtree: .ip([10, 0, 0, 0, 255, 0, 0, 0]), permitted: false, excluded: false),
    Case(
      name: .ip([10, 1, 2, 3]), subtree: .ip([10, 0, 0, 0, 255, 0, 255, 0]), permitted: false, excluded: true),
    Case(
      name: .ip([UInt8](repeating: 1, count: 16)), subtree: .ip([10, 0, 0, 0, 255, 0, 0, 0]), permitted: false,
      excluded: false),
    Case(name: .dns("a.example"), subtree: .email("other.example"), permitted: true, excluded: false),
    Case(
      name: .other(.userPrincipalName, [5, 0]), subtree: .other(.userPrincipalName, [5, 0]), permitted: false,
      excluded: true),
  ]

  @Test("a name is inside or outside of a subtree as RFC 5280 §4.2.1.10 says", arguments: cases)
  func subtree(_ item: Case) throws {
    let root = try Holder.root { $0.set(NameConstraints(permitted: [item.subtree]), critical: true) }
    let client = SubjectAlternativeName([item.name])
    #expect(try judge([root.client { $0.set(client) }], trust: [root]).isVerified == item.permitted)
    let other = try Holder.root { $0.set(NameConstraints(permitted: [], excluded: [item.subtree]), critical: true) }
    #expect(try judge([other.client { $0.set(client) }], trust: [other]).isVerified == !item.excluded)
  }

  @Test("a directory name constraint covers the subject and every name below")
  func directory() throws {
    let allowed = try DistinguishedName(parsing: "/C=DE/O=Example")
    let root = try Holder.root { $0.set(NameConstraints(permitted: [.directory(allowed)]), critical: true) }
    func verdict(_ subject: String) throws -> Bool {
      let parsed = try DistinguishedName(parsing: subject)
      return try judge([root.client { $0.subject = parsed }], trust: [root]).isVerified
    }
    #expect(try verdict("/C=DE/O=Example/CN=a"))
    #expect(try verdict("/C=DE/O=EXAMPLE/CN=a"))
    #expect(try !verdict("/C=DE/O=Other/CN=a"))
    #expect(try !verdict("/O=Example/C=DE/CN=a"))
  }

  @Test(
    "a host matches as RFC 9525 §6.3 says",
    arguments: [
      ("a.example.com", "a.example.com", true), ("A.EXAMPLE.com", "a.example.COM.", true),
      ("*.example.com", "a.example.com", true), ("*.example.com", "a.b.example.com", false),
      ("*.example.com", "example.com", false), ("*.com", "example.com", false),
      ("a*.example.com", "ab.example.com", false), ("*", "localhost", false), ("a.*.com", "a.b.com", false),
      ("", "", false),
    ])
  func host(_ presented: String, _ wanted: String, _ matches: Bool) {
    #expect(IdentityRule.matchesHost(presented, wanted) == matches)
  }

  @Test("a server is known by its subjectAltName, never by its common name")
  func commonName() throws {
    let root = try Holder.root()
    let server = try root.client("a.example.com") { $0.set(ExtendedKeyUsage([.serverAuth])) }
    let verdict = try judge([server], trust: [root]) {
      $0.purpose = .server
      $0.identity = .host("a.example.com")
    }
    #expect(verdict.verifyText == "FAILED:hostname mismatch")
  }

  /// Who asks about a certificate whose common name is a host outside of what its CA may name.
  struct CommonNameCase: Sendable {
    var purpose: Purpose
    var identity: ReferenceIdentity?
    var usage: OID = .serverAuth
    var names: [GeneralName] = [.ip([192, 0, 2, 1])]
    var isConfined: Bool
  }

  @Test(
    "a common name is held to constraints on DNS names where a client's subject may be read, never for a server",
    arguments: [
      CommonNameCase(purpose: .server, isConfined: false),
      CommonNameCase(purpose: .server, identity: .address([192, 0, 2, 1]), isConfined: false),
      CommonNameCase(purpose: .any, identity: .address([192, 0, 2, 1]), isConfined: false),
      CommonNameCase(
        purpose: .any, identity: .host("a.example"), names: [.dns("a.example")], isConfined: false),
      CommonNameCase(purpose: .any, isConfined: true),
      CommonNameCase(purpose: .client, usage: .clientAuth, isConfined: true),
      CommonNameCase(purpose: .client, usage: .clientAuth, names: [.dns("a.example")], isConfined: false),
    ])
  func constrainedCommonName(_ item: CommonNameCase) throws {
    for constraints in [
      NameConstraints(permitted: [.dns("example")]), NameConstraints(permitted: [], excluded: [.dns("bad.test")]),
    ] {
      let root = try Holder.root { $0.set(constraints, critical: true) }
      let leaf = try root.client("www.bad.test") {
        $0.set(ExtendedKeyUsage([item.usage]))
        $0.set(SubjectAlternativeName(item.names))
      }
      let verdict = try judge([leaf], trust: [root]) {
        $0.purpose = item.purpose
        $0.identity = item.identity
      }
      #expect(verdict.isVerified == !item.isConfined, "\(verdict.findings.map(\.rule))")
    }
  }
}
