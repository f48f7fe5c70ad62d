import Cryptography
import Testing
import Trust

@testable import TrustFeeds

@Suite("Files of CAs and CRLs")
struct TrustFileTests {
  private func fault(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "none"
    } catch { return "\(error)" }
  }

  @Test("several certificates in PEM with text around them are read in order")
  func severalCertificates() throws {
    let scratch = try Scratch()
    let (a, b) = (try Authority("A").certificate, try Authority("B").certificate)
    let file = try scratch.write("ca.pem", Array("A:\n".utf8) + a.pem + Array("\nB:\r\n".utf8) + b.pem)
    #expect(try TrustFile.certificates(at: file) == [a, b])
  }

  @Test("a single DER certificate is read")
  func der() throws {
    let scratch = try Scratch()
    let a = try Authority("A").certificate
    #expect(try TrustFile.certificates(at: scratch.write("ca.der", a.der)) == [a])
  }

  @Test("a missing file is named")
  func missing() throws {
    #expect(
      fault { _ = try TrustFile.certificates(at: "/nowhere/ca.crt") } == "/nowhere/ca.crt: No such file or directory")
  }

  @Test("an empty file is refused")
  func empty() throws {
    let file = try Scratch().write("empty.crt", [])
    #expect(fault { _ = try TrustFile.certificates(in: [], path: file) } == "\(file): there is no certificate in it")
  }

  @Test("a private key in place of a certificate is refused with its line")
  func key() throws {
    let pem = Array("comment\n".utf8) + (try Authority("A").key.pkcs8PEM())
    let found = fault { _ = try TrustFile.certificates(in: pem, path: "ca.key") }
    #expect(found == "ca.key:2: a PRIVATE KEY where a certificate is expected")
  }

  @Test("a file that ends within a block is refused, though the block before is whole")
  func halfWritten() throws {
    let whole = try Authority("A").certificate.pem
    let bytes = whole + whole.dropLast(40)
    #expect(fault { _ = try TrustFile.certificates(in: bytes, path: "ca.crt") }.hasPrefix("ca.crt: "))
  }

  @Test("a certificate that is cut is refused with its line")
  func cut() throws {
    let der = Array(try Authority("A").certificate.der.dropLast())
    let found = fault { _ = try TrustFile.certificates(in: der, path: "ca.der") }
    #expect(found.hasPrefix("ca.der: not a certificate"))
  }

  @Test("a directory of CRLs is read whole, hidden files passed over")
  func directory() throws {
    let scratch = try Scratch()
    let (a, b) = (try Authority("A").crl(), try Authority("B").crl())
    try scratch.write("a.crl", a.pem)
    try scratch.write("b.crl", b.der)
    try scratch.write(".tmp", [1, 2, 3])
    #expect(try TrustFile.revocationLists(at: scratch.path) == [a.der, b.der])
  }

  @Test("a CRL that a CA of its name did not sign is implausible, an unknown CA's is not judged")
  func forged() throws {
    let (a, b) = (try Authority("A"), try Authority("B"))
    let index = try CRLIndex(der: [a.crl().der, a.crl(signedBy: b.key).der, b.crl().der])
    #expect((0..<3).map { index.isPlausible($0, among: [a.certificate]) } == [true, false, true])
  }
}
