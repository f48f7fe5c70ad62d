import Cryptography
import PKI
import Testing

@testable import Trust

/// RFC 5280 §4.2.1.10, with the ways past name constraints that verifiers have left open.
@Suite("Clauses on name constraints")
struct NameConstraintClauseTests {
  private static func other(_ text: String) -> GeneralName {
    .other(.smtpUTF8Mailbox, DERWriter.bytes { $0.primitive(.utf8String, text.utf8) })
  }

  private static func dn(_ text: String) -> GeneralName {
    .directory((try? DistinguishedName(parsing: text)) ?? .empty)
  }

  private static func mapped(_ address: [UInt8]) -> GeneralName {
    .ip([UInt8](repeating: 0, count: 10) + [0xff, 0xff] + address)
  }

  private static let all6 = GeneralName.ip([UInt8](repeating: 0, count: 32))
  private static let ten = GeneralName.ip([10, 0, 0, 0, 255, 0, 0, 0])

  static let hosts: [Clause] = [
    Clause("host outside", .permittedSubtree) { try judgeNames([.dns("b.test")], permitted: [.dns("a.test")]) },
    Clause("host that only ends like it", .permittedSubtree) {
      try judgeNames([.dns("xa.test")], permitted: [.dns("a.test")])
    },
    Clause("one host inside, one outside", .permittedSubtree) {
      try judgeNames([.dns("a.test"), .dns("b.test")], permitted: [.dns("a.test")])
    },
    Clause("two hosts, two subtrees", nil) {
      try judgeNames([.dns("a.test"), .dns("b.test")], permitted: [.dns("a.test"), .dns("b.test")])
    },
    Clause("excluded although permitted", .excludedSubtree) {
      try judgeNames([.dns("x.a.test")], permitted: [.dns("a.test")], excluded: [.dns("x.a.test")])
    },
    Clause("excluded in capitals with a final dot", .excludedSubtree) {
      try judgeNames([.dns("BAD.Test.")], excluded: [.dns("bad.test")])
    },
    Clause("excluded by a base with a final dot", .excludedSubtree) {
      try judgeNames([.dns("bad.test")], excluded: [.dns("bad.test.")])
    },
    Clause("everything excluded", .excludedSubtree) { try judgeNames([.dns("a.test")], excluded: [.dns("")]) },
    Clause("everything permitted", nil) { try judgeNames([.dns("a.test")], permitted: [.dns("")]) },
    Clause("wildcard above an excluded host", .excludedSubtree) {
      try judgeNames([.dns("*.test.example")], excluded: [.dns("bad.test.example")])
    },
    Clause("wildcard above a permitted host", .permittedSubtree) {
      try judgeNames([.dns("*.test.example")], permitted: [.dns("good.test.example")])
    },
    Clause("wildcard inside", nil) { try judgeNames([.dns("*.a.test")], permitted: [.dns("a.test")]) },
    Clause("a base with a wildcard", .unsupportedNameConstraint) {
      try judgeNames([.dns("a.test")], excluded: [.dns("*.test")])
    },
    Clause("a base with a space", .unsupportedNameConstraint) {
      try judgeNames([.dns("a.test")], excluded: [.dns("a .test")])
    },
    Clause("a common name that is a host outside", .permittedSubtree) {
      try judgeNames([], permitted: [.dns("a.test")], subject: "/CN=b.test")
    },
    Clause("a common name that is an excluded host", .excludedSubtree) {
      try judgeNames([], excluded: [.dns("bad.test")], subject: "/CN=www.bad.test")
    },
    Clause("a common name beside a dNSName", nil) {
      try judgeNames([.dns("a.test")], permitted: [.dns("a.test")], subject: "/CN=b.test")
    },
    Clause("a common name that is no host", nil) {
      try judgeNames([], permitted: [.dns("a.test")], subject: "/CN=Jane Doe")
    },
    Clause("a name of another form", nil) { try judgeNames([.email("a@b.test")], permitted: [.dns("a.test")]) },
  ]

  static let addresses: [Clause] = [
    Clause("address outside", .permittedSubtree) { try judgeNames([.ip([11, 0, 0, 1])], permitted: [ten]) },
    Clause("IPv6 where IPv4 is permitted", .permittedSubtree) {
      try judgeNames([.ip([UInt8](repeating: 1, count: 16))], permitted: [ten])
    },
    Clause("mapped IPv4 where IPv4 is permitted", .permittedSubtree) {
      try judgeNames([mapped([10, 0, 0, 1])], permitted: [ten])
    },
    Clause("mapped IPv4 past an excluded IPv4 network", .excludedSubtree) {
      try judgeNames([mapped([10, 0, 0, 1])], excluded: [ten])
    },
    Clause("IPv4 below an excluded mapped network", .excludedSubtree) {
      let network = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 10, 0, 0, 0]
      let mask = [UInt8](repeating: 0xff, count: 13) + [0, 0, 0]
      return try judgeNames([.ip([10, 1, 1, 1])], excluded: [.ip(network + mask)])
    },
    Clause("IPv6 where all IPv4 is excluded", nil) {
      try judgeNames([.ip([0x20] + [UInt8](repeating: 1, count: 15))], excluded: [.ip([0, 0, 0, 0, 0, 0, 0, 0])])
    },
    Clause("all IPv6 excluded", .excludedSubtree) {
      try judgeNames([.ip([UInt8](repeating: 1, count: 16))], excluded: [all6])
    },
    Clause("mask with a hole", .unsupportedNameConstraint) {
      try judgeNames([.ip([10, 0, 0, 1])], permitted: [.ip([10, 0, 0, 0, 255, 0, 255, 0])])
    },
    Clause("network with host bits", nil) {
      try judgeNames([.ip([10, 9, 9, 9])], permitted: [.ip([10, 1, 2, 3, 255, 0, 0, 0])])
    },
  ]

  static let mailboxes: [Clause] = [
    Clause("mailbox of the host", nil) { try judgeNames([.email("a@b.test")], permitted: [.email("b.test")]) },
    Clause("mailbox of a host below", .permittedSubtree) {
      try judgeNames([.email("a@x.b.test")], permitted: [.email("b.test")])
    },
    Clause("another mailbox", .permittedSubtree) {
      try judgeNames([.email("x@b.test")], permitted: [.email("a@b.test")])
    },
    Clause("excluded mailbox at a host with a final dot", .malformedName) {
      try judgeNames([.email("a@b.test..")], excluded: [.email("a@b.test")])
    },
    Clause("excluded mailbox with a dot", .excludedSubtree) {
      try judgeNames([.email("a@B.test.")], excluded: [.email("a@b.test")])
    },
    Clause("quoted at sign", .excludedSubtree) {
      try judgeNames([.email("\"a@good.test\"@bad.test")], excluded: [.email("bad.test")])
    },
    Clause("two at signs", .malformedName) {
      try judgeNames([.email("a@good.test@bad.test")], permitted: [.email("bad.test")])
    },
    Clause("a display name", .malformedName) { try judgeNames([.email("<a@b.test>")]) },
    Clause("no host", .malformedName) { try judgeNames([.email("a@")]) },
    Clause("an address for a host", .permittedSubtree) {
      try judgeNames([.email("a@[192.0.2.1]")], permitted: [.email("b.test")])
    },
    Clause("a base that is no mailbox", .unsupportedNameConstraint) {
      try judgeNames([.email("a@b.test")], excluded: [.email("@b.test")])
    },
    Clause("emailAddress in the subject", .excludedSubtree) {
      try judgeNames([], excluded: [.email("bad.test")], subject: "/CN=a/emailAddress=a@bad.test")
    },
    Clause("emailAddress that is none", .unsupportedNameConstraint) {
      try judgeNames([], permitted: [.email("b.test")], subject: "/CN=a/emailAddress=nobody")
    },
    Clause("international mailbox of an excluded host", .excludedSubtree) {
      try judgeNames([other("ä@bad.test")], excluded: [.email("bad.test")])
    },
    Clause("international mailbox of a permitted host", nil) {
      try judgeNames([other("ä@b.test")], permitted: [.email("b.test")])
    },
    Clause("international mailbox without a host", .unsupportedNameConstraint) {
      try judgeNames([other("ä")], permitted: [.email("b.test")])
    },
  ]

  static let uris: [Clause] = [
    Clause("URI of the host", nil) { try judgeNames([.uri("https://b.test/x")], permitted: [.uri("b.test")]) },
    Clause("URI with user information", .permittedSubtree) {
      try judgeNames([.uri("https://b.test@evil.test/")], permitted: [.uri("b.test")])
    },
    Clause("URI with a port", nil) { try judgeNames([.uri("https://b.test:8443/")], permitted: [.uri("b.test")]) },
    Clause("URI whose host is in its path", .unsupportedNameConstraint) {
      try judgeNames([.uri("urn:x://b.test/")], permitted: [.uri("b.test")])
    },
    Clause("URI with a backslash", .permittedSubtree) {
      try judgeNames([.uri("https://evil.test\\@b.test/")], permitted: [.uri("b.test")])
    },
    Clause("URI with an address", .unsupportedNameConstraint) {
      try judgeNames([.uri("https://[2001:db8::1]/")], permitted: [.uri("b.test")])
    },
    Clause("URI without authority under an excluded host", .unsupportedNameConstraint) {
      try judgeNames([.uri("mailto:a@b.test")], excluded: [.uri("b.test")])
    },
    Clause("a base that is a URI", .unsupportedNameConstraint) {
      try judgeNames([.uri("https://b.test/")], excluded: [.uri("https://b.test/")])
    },
    Clause("a relative URI", .malformedName) { try judgeNames([.uri("/path")]) },
    Clause("a URI that begins with a digit", .malformedName) { try judgeNames([.uri("1a:b")]) },
  ]

  static let directories: [Clause] = [
    Clause("subject below", nil) { try judgeNames([], permitted: [dn("/C=DE/O=A")], subject: "/C=DE/O=A/CN=c") },
    Clause("subject beside", .permittedSubtree) {
      try judgeNames([], permitted: [dn("/C=DE/O=A")], subject: "/C=DE/O=B/CN=c")
    },
    Clause("subject that begins otherwise", .permittedSubtree) {
      try judgeNames([], permitted: [dn("/O=A")], subject: "/C=DE/O=A/CN=c")
    },
    Clause("a longer value is another", .permittedSubtree) {
      try judgeNames([], permitted: [dn("/O=A")], subject: "/O=AB/CN=c")
    },
    Clause("case and space do not hide an excluded name", .excludedSubtree) {
      try judgeNames([], excluded: [dn("/O=Bad Co")], subject: "/O=BAD   co/CN=c")
    },
    Clause("a soft hyphen does not hide an excluded name", .excludedSubtree) {
      try judgeNames([], excluded: [dn("/O=Bad")], subject: "/O=B\u{ad}ad/CN=c")
    },
    Clause("ß does not hide an excluded name", .excludedSubtree) {
      try judgeNames([], excluded: [dn("/O=STRASSE")], subject: "/O=Straße/CN=c")
    },
    Clause("the empty name excludes all", .excludedSubtree) { try judgeNames([], excluded: [.directory(.empty)]) },
    Clause("directoryName outside in subjectAltName", .permittedSubtree) {
      try judgeNames([dn("/O=B")], permitted: [dn("/O=A")], subject: "/O=A/CN=c")
    },
  ]

  static let scopes: [Clause] = [
    Clause("an unknown form that the certificate has", .unsupportedNameConstraint) {
      try judgeNames([.registeredID(.anyPolicy)], permitted: [.registeredID(.anyPolicy)])
    },
    Clause("an unknown form that it does not have", nil) {
      try judgeNames([.dns("a.test")], excluded: [.registeredID(.anyPolicy), .x400([5, 0]), .ediParty([5, 0])])
    },
    Clause("constraints that are not critical count as well", .excludedSubtree) {
      let root = try Holder.root { $0.set(NameConstraints(permitted: [], excluded: [.dns("bad.test")])) }
      return try judge([root.client { $0.set(SubjectAlternativeName([.dns("bad.test")])) }], trust: [root])
    },
    Clause("an intermediate's own name", .permittedSubtree) {
      let root = try Holder.root { $0.set(NameConstraints(permitted: [dn("/O=A")]), critical: true) }
      let middle = try root.authority("Middle")
      let subject = try DistinguishedName(parsing: "/O=A/CN=c")
      return try judge([middle.client { $0.subject = subject }, middle], trust: [root])
    },
    Clause("a self-issued intermediate's own name", nil) {
      let root = try Holder.root { $0.set(NameConstraints(permitted: [.dns("a.test")]), critical: true) }
      let rolled = try root.authority("Root") { $0.set(SubjectAlternativeName([.dns("b.test")])) }
      let client = try rolled.client { $0.set(SubjectAlternativeName([.dns("a.test")])) }
      return try judge([client, rolled], trust: [root])
    },
    Clause("a self-issued leaf is not exempt", .permittedSubtree) {
      let root = try Holder.root { $0.set(NameConstraints(permitted: [.dns("a.test")]), critical: true) }
      let client = try root.client("Root") { $0.set(SubjectAlternativeName([.dns("b.test")])) }
      return try judge([client], trust: [root])
    },
    Clause("the narrower of two permissions", .permittedSubtree) {
      let root = try Holder.root { $0.set(NameConstraints(permitted: [.dns("test")]), critical: true) }
      let middle = try root.authority { $0.set(NameConstraints(permitted: [.dns("a.test")]), critical: true) }
      return try judge([middle.client { $0.set(SubjectAlternativeName([.dns("b.test")])) }, middle], trust: [root])
    },
    Clause("a wider permission below gives nothing", .permittedSubtree) {
      let root = try Holder.root { $0.set(NameConstraints(permitted: [.dns("a.test")]), critical: true) }
      let middle = try root.authority { $0.set(NameConstraints(permitted: [.dns("test")]), critical: true) }
      return try judge([middle.client { $0.set(SubjectAlternativeName([.dns("b.test")])) }, middle], trust: [root])
    },
    Clause("constraints in the leaf mean nothing", nil) {
      let root = try Holder.root()
      return try judge(
        [
          root.client {
            $0.set(NameConstraints(permitted: [.dns("a.test")]), critical: true)
            $0.set(SubjectAlternativeName([.dns("b.test")]))
          }
        ], trust: [root])
    },
  ]

  @Test("names stay within their constraints", arguments: hosts + addresses + mailboxes + uris + directories + scopes)
  func clause(_ clause: Clause) throws {
    #expect(try clause.found == clause.rule)
  }
}
