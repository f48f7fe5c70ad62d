import Glibc
import PKI
import Testing

@testable import Authority

@Suite("Finding certificates")
struct LookupTests {
  @Test("a certificate is found by its subject, its common name, its alternative names and its fingerprint")
  func names() throws {
    let authority = try TemporaryAuthority()
    let issued = try authority.issue("server", "a.example") {
      $0.names = [.dns("b.example"), .ip([192, 0, 2, 1]), .uri("spiffe://example.com/a")]
      $0.subject = try? DistinguishedName(parsing: "/O=Example/CN=Frontend")
    }
    let print = issued.certificate.sha256Text
    let colons = stride(from: 0, to: 64, by: 2).map { print.dropFirst($0).prefix(2) }.joined(separator: ":")
      .uppercased()
    let queries = [
      "Frontend", "frontend", "CN=Frontend,O=Example", "b.example", "dns:B.example",
      "192.0.2.1", "ip:192.0.2.1", "spiffe://example.com/a", print, colons, "server/a.example",
    ]
    for query in queries {
      #expect(try authority.directory.newest(query).serial == issued.record.serial, "\(query)")
    }
  }

  @Test("a file that lies about under a name's own name is not read; a path is")
  func files() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "par1")
    let bob = try authority.issue("client", "bob")
    let here = authority.root + "/here"
    #expect(mkdir(here, 0o700) == 0)
    try AtomicFile.write(bob.certificate.pem, to: here + "/par1", mode: 0o644)
    try AtomicFile.write(bob.certificate.pem, to: here + "/stray.crt", mode: 0o644)
    #expect(try authority.directory.matches("par1").map(\.name) == ["par1"])
    #expect(try authority.directory.matches(here + "/par1").map(\.name) == ["bob"])
    #expect(try authority.directory.recorded(file: here + "/stray.crt").name == "bob")
    #expect(throws: AuthorityError.self) { try authority.directory.matches("stray.crt") }
    for word in ["./x", "../x", "/x"] { #expect(CertificateQuery.isPath(word)) }
    for word in ["x", "client/x", "spiffe://x/y", "x.crt"] { #expect(!CertificateQuery.isPath(word)) }
  }

  @Test(
    "what is near is offered, and what is offered is found",
    arguments: ["alcie", "alic", "ali", "client/alicee", "mtls.exmaple.com", "mtls", "Jo Do", "frontnd"])
  func near(_ query: String) throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    try authority.issue("client", "Jo Doe; rm -rf")
    try authority.issue("server", "mtls.example.com") { $0.subject = try? DistinguishedName(parsing: "/CN=Frontend") }
    try authority.issue("client", "out") { $0.out = LeafFiles(out: authority.root + "/alicia.crt", name: "alicia") }
    let failure = #expect(throws: AuthorityError.self) { try authority.directory.newest(query) }
    guard case .notFound(_, let near, _)? = failure else {
      Issue.record("\(query): \(failure?.operatorText ?? "found")")
      return
    }
    #expect(!near.isEmpty)
    for word in near {
      #expect(word.allSatisfy { !" ;'\"".contains($0) })
      _ = try authority.directory.newest(word)
    }
  }

  @Test("the beginning of a serial number leads to it; what is far from everything offers nothing")
  func serials() throws {
    let authority = try TemporaryAuthority()
    let serial = try authority.issue("client", "alice").record.serial
    let failure = #expect(throws: AuthorityError.self) { try authority.directory.newest(String(serial.prefix(8))) }
    guard case .notFound(_, let near, _)? = failure else { throw try #require(failure) }
    #expect(near == [serial])
    let far = #expect(throws: AuthorityError.self) { try authority.directory.newest("zzzzzz") }
    guard case .notFound(_, let none, _)? = far else { throw try #require(far) }
    #expect(none.isEmpty)
  }

  @Test(
    "an ambiguous name lists serials, and each line's first word finds one; dead certificates make nothing ambiguous")
  func ambiguous() throws {
    let authority = try TemporaryAuthority()
    let one = try authority.issue("client", "alice")
    let two = try authority.issue("client", "phone") { $0.subject = try? DistinguishedName(parsing: "/CN=alice") }
    let failure = #expect(throws: AuthorityError.self) { try authority.directory.revocable("alice") }
    guard case .ambiguous(_, let lines)? = failure else { throw try #require(failure) }
    #expect(lines.count == 2)
    for (line, serial) in zip(lines, [one.record.serial, two.record.serial]) {
      #expect(line.contains(serial))
      let word = String(line.prefix { $0 != " " })
      #expect(try authority.directory.revocable(word).map(\.serial) == [serial])
    }
    try authority.directory.revoke(
      RevocationRequest(records: [two.record], reason: .superseded), signers: [authority.signer()])
    #expect(try authority.directory.revocable("alice").map(\.serial) == [one.record.serial])
  }
}
