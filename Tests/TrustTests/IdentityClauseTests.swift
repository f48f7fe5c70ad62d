import Cryptography
import PKI
import Testing

@testable import Trust

/// RFC 9525 §6, RFC 5280 §4.2.1.6: whom a certificate names.
@Suite("Clauses on identities")
struct IdentityClauseTests {
  /// A server with these names, asked whether it is `wanted`.
  private static func server(
    _ names: [GeneralName], as wanted: ReferenceIdentity, subject: String = "server", purpose: Purpose = .server
  ) -> @Sendable () throws -> Verdict {
    {
      let root = try Holder.root()
      let server = try root.client(subject) {
        $0.set(ExtendedKeyUsage([.serverAuth]))
        if !names.isEmpty { $0.set(SubjectAlternativeName(names)) }
      }
      return try judge([server], trust: [root]) {
        $0.purpose = purpose
        $0.identity = wanted
      }
    }
  }

  private static func host(_ presented: String, _ wanted: String) -> @Sendable () throws -> Verdict {
    server([.dns(presented)], as: .host(wanted))
  }

  static let hosts: [Clause] = [
    Clause("the same name", nil, host("a.test.example", "a.test.example")),
    Clause("other case", nil, host("A.Test.example", "a.tesT.example")),
    Clause("wanted with the root's dot", nil, host("a.test.example", "a.test.example.")),
    Clause("presented with the root's dot", .hostMismatch, host("a.test.example.", "a.test.example")),
    Clause("wanted with two dots at the end", .hostMismatch, host("a.test.example", "a.test.example..")),
    Clause("another name", .hostMismatch, host("b.test.example", "a.test.example")),
    Clause("a name below", .hostMismatch, host("test.example", "a.test.example")),
    Clause("a wildcard for one label", nil, host("*.test.example", "a.test.example")),
    Clause("a wildcard for two labels", .hostMismatch, host("*.test.example", "a.b.test.example")),
    Clause("a wildcard for none", .hostMismatch, host("*.test.example", "test.example")),
    Clause("a wildcard below the top", .hostMismatch, host("*.example", "test.example")),
    Clause("a wildcard alone", .malformedName, host("*", "localhost")),
    Clause("a part of a label", .malformedName, host("a*.test.example", "ab.test.example")),
    Clause("a wildcard in the middle", .malformedName, host("a.*.example", "a.b.example")),
    Clause("two wildcards", .malformedName, host("*.*.example", "a.b.example")),
    Clause("a wildcard in an A-label", .malformedName, host("xn--*.test.example", "xn--a.test.example")),
    Clause("a wildcard for an A-label", nil, host("*.test.example", "xn--bcher-kva.test.example")),
    Clause("A-labels", nil, host("xn--bcher-kva.example", "XN--BCHER-KVA.example")),
    Clause("a U-label wanted", .hostMismatch, host("xn--bcher-kva.example", "bücher.example")),
    Clause("the Kelvin sign is no k", .hostMismatch, host("k.test.example", "\u{212a}.test.example")),
    Clause("a wildcard wanted", .hostMismatch, host("*.test.example", "*.test.example")),
    Clause("a wanted name with an empty label", .hostMismatch, host("*.test.example", ".test.example")),
    Clause("nothing wanted", .hostMismatch, host("a.test.example", "")),
    Clause("an underscore", nil, host("_a.test.example", "_a.test.example")),
    Clause("a space", .malformedName, host("a b.test.example", "a.test.example")),
    Clause("U+0000", .malformedName, host("a.test.example\0.evil.example", "a.test.example")),
    Clause("an empty dNSName", .malformedName, host("", "a.test.example")),
    Clause("a label of 64 octets", .malformedName, host(String(repeating: "a", count: 64) + ".example", "a.example")),
    Clause("an empty label", .malformedName, host("a..example", "a.example")),
    Clause("a name of one label", nil, host("localhost", "localhost")),
    Clause("one of several", nil, server([.dns("a.example"), .dns("b.example")], as: .host("b.example"))),
    Clause("the common name alone", .hostMismatch, server([], as: .host("a.example"), subject: "a.example")),
    Clause(
      "the common name beside others", .hostMismatch,
      server([.dns("b.example")], as: .host("a.example"), subject: "a.example")),
    Clause(
      "a name of another form", .hostMismatch,
      server([.uri("https://a.example/"), .email("a@a.example")], as: .host("a.example"))),
    Clause("nobody asks for a purpose", nil, server([.dns("a.example")], as: .host("a.example"), purpose: .any)),
  ]

  static let others: [Clause] = [
    Clause("an address", nil, server([.ip([192, 0, 2, 1])], as: .address([192, 0, 2, 1]))),
    Clause("another address", .addressMismatch, server([.ip([192, 0, 2, 2])], as: .address([192, 0, 2, 1]))),
    Clause("an address as dNSName", .addressMismatch, server([.dns("192.0.2.1")], as: .address([192, 0, 2, 1]))),
    Clause(
      "an address in the common name", .addressMismatch, server([], as: .address([192, 0, 2, 1]), subject: "192.0.2.1")),
    Clause(
      "a wildcard for an address", .malformedName, server([.dns("*.0.2.1"), .dns("*")], as: .address([192, 0, 2, 1]))),
    Clause("a mailbox", nil, server([.email("a@b.example")], as: .email("a@B.example"))),
    Clause("a local part in capitals", .emailMismatch, server([.email("A@b.example")], as: .email("a@b.example"))),
    Clause("emailAddress in the subject", .emailMismatch) {
      let root = try Holder.root()
      let subject = try DistinguishedName(parsing: "/CN=a/emailAddress=a@b.example")
      return try judge([root.client { $0.subject = subject }], trust: [root]) { $0.identity = .email("a@b.example") }
    },
  ]

  @Test("a certificate is known by its typed names alone", arguments: hosts + others)
  func clause(_ clause: Clause) throws {
    #expect(try clause.found == clause.rule)
  }
}
