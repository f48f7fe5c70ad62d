import ConfigModel
import ConfigSyntax
import Cryptography
import Foundation
import PKI
import Testing
import Trust
import TrustFeeds

@testable import Gateway

@Suite("CRLs that stand in files")
struct RevocationSourceTests {
  /// A CA that makes lists.
  struct Signer {
    let key: PrivateKey
    let certificate: Certificate

    init(_ name: String = "CA") throws {
      key = try PrivateKey.generate(.p256)
      let subject = DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, name)]])
      certificate = try CertificateTemplate(
        serialNumber: SerialNumber(magnitude: [1]), issuer: subject, subject: subject, notBefore: UnixTime(0),
        notAfter: UnixTime(4_000_000_000), subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo,
        extensions: [CertificateExtension(BasicConstraints(isCA: true), critical: true)]
      ).signed(by: key)
    }

    func crl(_ number: UInt8, at time: Int64 = 1000) throws -> [UInt8] {
      try CertificateRevocationList.build(
        issuer: certificate.subject, key: key, thisUpdate: UnixTime(time), nextUpdate: UnixTime(4_000_000_000),
        crlNumber: SerialNumber(magnitude: [number]), authorityKeyIdentifier: [1], entries: []
      ).der
    }
  }

  /// A directory of lists, or one file in it, and what a feed makes of it.
  private final class Stand {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)")
    let shared = RevocationFiles()
    let signers: [Signer]
    private var time = Duration.zero

    init(_ signers: [Signer]) throws {
      self.signers = signers
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: folder.appendingPathComponent(name), options: .atomic)
    }

    func feed(_ name: String = "") throws -> TrustFeed<RevocationSource, Diagnostic> {
      let path = name.isEmpty ? folder.path : folder.appendingPathComponent(name).path
      let position = SourcePosition(file: "gateway.conf", line: 1)
      let authorities = signers.map(\.certificate)
      return try RevocationSourceLoader(
        reference: PathReference(path: path, position: position), directive: "ssl_crl", shared: shared
      ) { authorities }.feed()
    }

    /// The same, and its configuration serves.
    func served(_ name: String = "") throws -> TrustFeed<RevocationSource, Diagnostic> {
      let feed = try feed(name)
      shared.serve(Set(feed.files))
      return feed
    }

    /// What is in effect after another look: the numbers of the lists, and why something is not.
    func look(_ feed: TrustFeed<RevocationSource, Diagnostic>) -> (numbers: [UInt8], problem: String?) {
      time += .seconds(100)
      var survey = FileSurvey()
      _ = feed.refresh(&survey, at: time, .routine)
      let lists = LoadedRevocationLists([feed.value])?.summaries ?? []
      return (lists.compactMap { $0.list.number?.first }, feed.problem?.reasons.joined(separator: "\n"))
    }
  }

  @Test("an older list in the newer one's place is not in effect, and that is a problem until a newer one comes")
  func older() throws {
    let ca = try Signer()
    let stand = try Stand([ca])
    try stand.write("a.crl", ca.crl(5))
    let feed = try stand.served("a.crl")
    for (number, time) in [(4, 2000), (6, 500)] as [(UInt8, Int64)] {
      try stand.write("a.crl", ca.crl(number, at: time))
      let (numbers, problem) = stand.look(feed)
      #expect(numbers == [5])
      #expect(problem?.contains("it is older than the one in use") == true)
      #expect(problem?.contains("stopped and started to go back") == true)
    }
    try stand.write("a.crl", ca.crl(6))
    #expect(stand.look(feed) == ([6], nil))
    try stand.write("a.crl", ca.crl(6))
    #expect(stand.look(feed) == ([6], nil), "the same again")
  }

  @Test("nor is it after a reload, under the same name or another; a start takes what is there")
  func reload() throws {
    let ca = try Signer()
    let stand = try Stand([ca])
    try stand.write("a.crl", ca.crl(5))
    _ = try stand.served("a.crl")
    try stand.write("a.crl", ca.crl(4))
    try stand.write("b.crl", ca.crl(4))
    for name in ["a.crl", "b.crl", ""] { #expect(throws: Diagnostic.self) { try stand.feed(name) } }
    try stand.write("b.crl", ca.crl(7))
    _ = try stand.feed("b.crl")
    try stand.write("b.crl", ca.crl(6))
    _ = try stand.feed("b.crl")
  }

  @Test("copies of one list in several files may be of different age at the start, and each goes its own way")
  func copies() throws {
    let ca = try Signer()
    let stand = try Stand([ca])
    try stand.write("a.crl", ca.crl(5))
    try stand.write("b.crl", ca.crl(3))
    let feeds = [try stand.feed("a.crl"), try stand.feed("b.crl")]
    stand.shared.serve(Set(feeds.flatMap(\.files)))
    try stand.write("b.crl", ca.crl(4))
    #expect(stand.look(feeds[1]) == ([4], nil))
    #expect(stand.look(feeds[0]) == ([5], nil))
  }

  @Test("nor when the newer one was gone in between")
  func gone() throws {
    let (ca, other) = (try Signer(), try Signer("Other"))
    let stand = try Stand([ca, other])
    try stand.write("a.crl", ca.crl(5))
    try stand.write("b.crl", other.crl(9))
    let feed = try stand.served()
    try FileManager.default.removeItem(at: stand.folder.appendingPathComponent("a.crl"))
    #expect(stand.look(feed) == ([9], nil))
    try stand.write("c.crl", ca.crl(4))
    let (numbers, problem) = stand.look(feed)
    #expect(numbers == [9] && problem != nil, "without a list its certificates are refused")
  }

  @Test("in a directory each file is taken by itself: a bad one keeps what it had and holds back no other")
  func independent() throws {
    let (ca, other) = (try Signer(), try Signer("Other"))
    let stand = try Stand([ca, other])
    try stand.write("a.crl", ca.crl(5))
    try stand.write("b.crl", other.crl(5))
    let feed = try stand.served()
    try stand.write("a.crl", Array("half a fi".utf8))
    try stand.write("b.crl", other.crl(6))
    try stand.write("c.crl", [0x30, 0x00])
    let (numbers, problem) = stand.look(feed)
    #expect(numbers == [5, 6])
    #expect(problem?.contains("/a.crl") == true && problem?.contains("/c.crl") == true)
    try stand.write("a.crl", ca.crl(7))
    try FileManager.default.removeItem(at: stand.folder.appendingPathComponent("c.crl"))
    #expect(stand.look(feed) == ([7, 6], nil))
  }

  @Test("a list that its issuer did not sign is none, whatever its number")
  func forged() throws {
    let (ca, twin) = (try Signer(), try Signer())
    let stand = try Stand([ca])
    try stand.write("a.crl", ca.crl(5))
    let feed = try stand.served("a.crl")
    try stand.write("a.crl", twin.crl(200))
    let (numbers, problem) = stand.look(feed)
    #expect(numbers == [5] && problem?.contains("signature is not its issuer's") == true)
    try stand.write("a.crl", ca.crl(6))
    #expect(stand.look(feed) == ([6], nil), "it left no mark")
  }
}
