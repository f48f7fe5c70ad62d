import Glibc
import PKI
import Testing

@testable import Authority

@Suite("After a command was killed")
struct CatchUpTests {
  @Test("an intent without a certificate is abandoned, its key removed and its serial kept")
  func intent() throws {
    let authority = try TemporaryAuthority()
    let staged = authority.root + "/pki/client/.x.key.1.unfinished"
    try AtomicFile.create([1], at: staged, mode: 0o400)
    let record = try authority.directory.authority("ca")
    let serial = SerialNumber.random()
    let intent = CertificateIntent(
      authority: record, serial: serial, profile: "usr_cert", name: "x", folder: "client", subject: "CN=x",
      alternativeNames: [], notBefore: UnixTime(0), notAfter: UnixTime(1), publicKeyHash: "", stagedPath: staged)
    let layout = authority.directory.layout
    let id = try authority.directory.ledger.write { try intent.insert(into: $0, layout: layout, at: UnixTime(0)) }
    #expect(id != nil)
    let reopened = try authority.reopened()
    #expect(!authority.exists("client/.x.key.1.unfinished"))
    #expect(try reopened.certificates().isEmpty)
    #expect(try reopened.audit(limit: 1).first?.action == "abandon")
    let again = try reopened.ledger.write { try intent.insert(into: $0, layout: layout, at: UnixTime(0)) }
    #expect(again == nil)
  }

  @Test("files the ledger owes are written, the last for each path only, and forgotten")
  func publications() throws {
    let authority = try TemporaryAuthority()
    let layout = authority.directory.layout
    let path = layout.root + "/client/late.crt"
    try authority.directory.ledger.write { database in
      try database.enqueue([.file(path, [1])], in: layout)
      try database.enqueue([.file(path, [2])], in: layout)
    }
    let staged = layout.root + "/client/.late.key.2.unfinished"
    try AtomicFile.create([3], at: staged, mode: 0o400)
    try authority.directory.ledger.write {
      try $0.enqueue([.key(layout.root + "/client/late.key", staged: staged)], in: layout)
    }
    let reopened = try authority.reopened()
    #expect(try authority.read("client/late.crt") == [2])
    #expect(try authority.read("client/late.key") == [3])
    #expect(try authority.mode("client/late.key") == 0o400)
    #expect(try reopened.ledger.publish(in: layout).isEmpty)
  }

  @Test("a file that cannot be written stays owed and is warned about, and reading goes on")
  func unwritable() throws {
    let authority = try TemporaryAuthority()
    let layout = authority.directory.layout
    try authority.directory.ledger.write { try $0.enqueue([.file("/nonexistent/x.crt", [1])], in: layout) }
    let reopened = try authority.reopened()
    #expect(reopened.warnings.count == 1)
    #expect(try reopened.certificates().isEmpty)
  }

  @Test("leftovers of unfinished writes are swept, other files are not")
  func sweep() throws {
    let authority = try TemporaryAuthority()
    let root = authority.directory.layout.root
    try AtomicFile.create([1], at: root + "/ca/.ca.crt.abc.unfinished", mode: 0o600)
    try AtomicFile.create([1], at: root + "/ca/.hidden", mode: 0o600)
    _ = try authority.reopened()
    #expect(!authority.exists("ca/.ca.crt.abc.unfinished"))
    #expect(authority.exists("ca/.hidden"))
  }

  @Test("a directory that was moved is found again with its files")
  func moved() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    let moved = authority.root + "/moved"
    #expect(rename(authority.root + "/pki", moved) == 0)
    let directory = try AuthorityDirectory.open(moved, as: TemporaryAuthority.actor(TemporaryAuthority.start))
    #expect(try directory.newest("alice").keyPath == moved + "/client/alice.key")
  }
}
