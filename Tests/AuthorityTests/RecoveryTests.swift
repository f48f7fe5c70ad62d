import GRDB
import Glibc
import PKI
import Testing

@testable import Authority

@Suite("Recovery")
struct RecoveryTests {
  private func recover(_ authority: TemporaryAuthority, _ change: (inout RecoveryRequest) -> Void = { _ in }) throws
    -> RecoveryReport
  {
    var request = RecoveryRequest()
    change(&request)
    return try AuthorityDirectory.recover(
      authority.root + "/pki", request, as: TemporaryAuthority.actor(TemporaryAuthority.start))
  }

  private func revoke(_ authority: TemporaryAuthority, _ name: String, _ reason: RevocationReason) throws {
    let directory = authority.directory
    let records = try reason == .removeFromCRL ? directory.held(name) : directory.revocable(name)
    try directory.revoke(RevocationRequest(records: records, reason: reason), signers: [authority.signer()])
  }

  /// Takes the ledger away, journals included.
  private func loseLedger(_ authority: TemporaryAuthority) {
    for suffix in ["", "-wal", "-shm"] { unlink(authority.root + "/pki/ca/ledger.sqlite" + suffix) }
  }

  private func null(_ serial: String, in authority: TemporaryAuthority) throws {
    try authority.directory.ledger.write {
      try $0.execute(
        sql: "UPDATE certificate SET revokedAt = NULL, reason = NULL WHERE serial = ?", arguments: [serial])
    }
  }

  @Test("without its ledger a directory opens with one cure, and no command makes another key")
  func cures() throws {
    let authority = try TemporaryAuthority()
    let key = try authority.read("ca/ca.key")
    loseLedger(authority)
    let opened = #expect(throws: AuthorityError.self) { try authority.reopened() }
    #expect(opened?.operatorText.contains("countersign ca recover --dir \(authority.root)/pki") == true)
    let request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=New"), protection: .unencrypted)
    let made = #expect(throws: AuthorityError.self) {
      try AuthorityDirectory.initialize(
        authority.root + "/pki", request, as: TemporaryAuthority.actor(TemporaryAuthority.start))
    }
    #expect(made?.operatorText.contains("ca recover") == true)
    #expect(made?.operatorText.contains("--force") == false)
    #expect(try authority.read("ca/ca.key") == key)
  }

  @Test("init with force keeps the key, the certificate and the CRL that were there under a dated name, 0400")
  func kept() throws {
    let authority = try TemporaryAuthority()
    let before = (try authority.read("ca/ca.key"), try authority.read("ca/ca.crt"), try authority.read("ca/ca.crl.der"))
    loseLedger(authority)
    var request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=New"), protection: .unencrypted)
    request.force = true
    let made = try AuthorityDirectory.initialize(
      authority.root + "/pki", request, as: TemporaryAuthority.actor(TemporaryAuthority.start))
    let stamp = TemporaryAuthority.start.rfc3339.filter { $0 != "-" && $0 != ":" }
    #expect(made.kept.first == authority.root + "/pki/ca/ca.key." + stamp)
    #expect(try authority.mode("ca/ca.key." + stamp) == 0o400)
    #expect(try authority.read("ca/ca.key." + stamp) == before.0)
    #expect(try authority.read("ca/ca.crt." + stamp) == before.1)
    #expect(try authority.read("ca/ca.crl.der." + stamp) == before.2)
    #expect(try authority.read("ca/ca.key") != before.0)
  }

  @Test("no file that is written takes the place of a CA's key")
  func overwritten() throws {
    let authority = try TemporaryAuthority()
    let (path, key) = (authority.root + "/pki/ca/ca.key", try authority.read("ca/ca.key"))
    #expect(throws: AuthorityError.self) { try AtomicFile.write([1], to: path, mode: 0o644) }
    #expect(throws: AuthorityError.self) { try AtomicFile.writeKey([1], to: path, force: true) }
    #expect(throws: AuthorityError.self) {
      try authority.issue("client", "alice") {
        $0.out = LeafFiles(out: authority.root + "/pki/ca/ca.crt", name: "alice")
        $0.force = true
      }
    }
    #expect(try authority.read("ca/ca.key") == key)
    let imported = authority.root + "/cakey.pem"
    try AtomicFile.write(key, to: imported, mode: 0o400)
    #expect(throws: AuthorityError.self) { try AtomicFile.write([1], to: imported, mode: 0o644) }
    #expect(try FileReader.bytes(of: imported) == key)
    // Neither does the certificate of the leaf stand in the ledger, to be written by the next command.
    #expect(try authority.directory.certificates().isEmpty)
  }

  @Test("a lost ledger is rebuilt: CAs, certificates, revocations, numbers; and work goes on where it was")
  func rebuilt() throws {
    let authority = try TemporaryAuthority()
    var request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=Issuing"), protection: .unencrypted)
    request.lifetime = 1000 * ValidityBounds.day
    try authority.directory.makeIntermediate(named: "issuing", request, signer: authority.signer(), isDefault: true)
    let names = ["alice", "bob", "carol", "dave"]
    let serials = try names.map { try authority.issue("client", $0).record.serial }
    let server = try authority.issue("server", "a.example")
    try authority.directory.revoke(
      RevocationRequest(records: authority.directory.revocable("alice"), reason: .keyCompromise),
      signers: [authority.signer("issuing")])
    try authority.directory.revoke(
      RevocationRequest(records: authority.directory.revocable("bob"), reason: .certificateHold),
      signers: [authority.signer("issuing")])
    // Replaced since: only its revocation is known afterwards.
    try authority.issue("client", "alice") { $0.force = true }
    let number = try authority.directory.authority("issuing").crlNumber
    loseLedger(authority)
    let rehearsal = try recover(authority) { $0.isRehearsal = true }
    #expect(!authority.exists("ca/ledger.sqlite"))
    let report = try recover(authority)
    #expect(rehearsal.revocations.map(\.serial) == report.revocations.map(\.serial))
    #expect(report.authorities.map(\.name) == ["ca", "issuing"])
    #expect(report.notRecovered.contains { $0.contains("audit log") })
    let directory = try authority.reopened()
    #expect(try directory.authority(nil).name == "issuing")
    #expect(try directory.authority(nil).above.count == 1)
    #expect(try directory.authority("issuing").crlNumber == number)
    #expect(try directory.matches(serials[0]).first?.revocation?.reason == .keyCompromise)
    #expect(try directory.newest("bob").revocation?.reason == .certificateHold)
    #expect(try directory.newest("carol").revocation == nil)
    #expect(try directory.newest("carol").keyPath == authority.root + "/pki/client/carol.key")
    #expect(try directory.newest("a.example").profile == "server_cert")
    #expect(try directory.newest("a.example").serial == server.record.serial)
    let written = try directory.writeCRL(signer: directory.unlock(nil) { nil })
    #expect(try #require(CRLCounter(hex: number)) < #require(CRLCounter(hex: written.number)))
    #expect(written.entries == 2)
    #expect(try recover(authority).isChange == false)
  }

  @Test("a ledger whose revocation was nulled signs no CRL, whichever witness tells, and recovery mends it")
  func nulled() throws {
    let authority = try TemporaryAuthority()
    let serial = try authority.issue("client", "alice").record.serial
    try revoke(authority, "alice", .keyCompromise)
    let before = try authority.read("ca/ca.crl.der")
    try null(serial, in: authority)
    for hidesLists in [false, true] {
      if hidesLists {
        for name in ["ca.crl", "ca.crl.der"] { unlink(authority.root + "/pki/ca/" + name) }
        try authority.directory.ledger.write { try $0.execute(sql: "UPDATE authority SET crl = NULL") }
      }
      let refused = #expect(throws: AuthorityError.self) {
        try authority.directory.writeCRL(signer: authority.signer())
      }
      #expect(refused?.operatorText.contains(serial) == true)
      #expect(refused?.operatorText.contains("countersign ca recover") == true)
      if !hidesLists { #expect(try authority.read("ca/ca.crl.der") == before) }
    }
    let report = try recover(authority)
    #expect(report.revocations.map(\.serial) == [serial])
    #expect(report.revocations.first?.reason == .keyCompromise)
    #expect(try authority.directory.writeCRL(signer: authority.signer()).entries == 1)
  }

  @Test("an older copy of the ledger forgets no revocation: the CRL beside it is read")
  func olderCopy() throws {
    let authority = try TemporaryAuthority()
    let serial = try authority.issue("client", "alice").record.serial
    try authority.directory.ledger.settle()
    let copy = try authority.read("ca/ledger.sqlite")
    try revoke(authority, "alice", .superseded)
    loseLedger(authority)
    try AtomicFile.write(copy, to: authority.root + "/pki/ca/ledger.sqlite", mode: 0o600)
    let restored = try authority.reopened()
    #expect(throws: AuthorityError.self) { try restored.writeCRL(signer: restored.unlock(nil) { nil }) }
    let report = try recover(authority)
    #expect(report.revocations.map(\.serial) == [serial])
    #expect(report.numbers.map(\.number) == ["02"])
    let mended = try authority.reopened()
    let written = try mended.writeCRL(signer: mended.unlock(nil) { nil })
    #expect(written.number == "03" && written.entries == 1)
  }

  @Test("a whole older directory forgets nothing either, when a gateway's copy of the CRL is given")
  func listFromElsewhere() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    try authority.directory.ledger.settle()
    let (copy, list) = (try authority.read("ca/ledger.sqlite"), try authority.read("ca/ca.crl.der"))
    try revoke(authority, "alice", .superseded)
    let kept = authority.root + "/gateway.crl"
    try AtomicFile.write(try authority.read("ca/ca.crl"), to: kept, mode: 0o644)
    loseLedger(authority)
    for (name, bytes) in [("ledger.sqlite", copy), ("ca.crl.der", list)] {
      try AtomicFile.write(bytes, to: authority.root + "/pki/ca/" + name, mode: 0o600)
    }
    unlink(authority.root + "/pki/ca/ca.crl")
    #expect(try recover(authority).isChange == false)
    #expect(try recover(authority) { $0.lists = [kept] }.revocations.count == 1)
    #expect(throws: AuthorityError.self) { try recover(authority) { $0.lists = [authority.root + "/none.crl"] } }
  }

  @Test("a hold that was taken back contradicts nothing; one that became final and is known as a hold does")
  func holds() throws {
    let authority = try TemporaryAuthority()
    let serial = try authority.issue("client", "alice").record.serial
    try revoke(authority, "alice", .certificateHold)
    try revoke(authority, "alice", .removeFromCRL)
    #expect(try authority.directory.writeCRL(signer: authority.signer()).entries == 0)
    try revoke(authority, "alice", .certificateHold)
    try revoke(authority, "alice", .keyCompromise)
    try authority.directory.ledger.write {
      try $0.execute(sql: "UPDATE certificate SET reason = 6 WHERE serial = ?", arguments: [serial])
    }
    #expect(throws: AuthorityError.self) { try authority.directory.writeCRL(signer: authority.signer()) }
    #expect(try recover(authority).revocations.first?.reason == .keyCompromise)
  }

  @Test("a list that another CA signed says nothing here")
  func foreignList() throws {
    let (authority, other) = (try TemporaryAuthority(), try TemporaryAuthority())
    try other.issue("client", "mallory")
    try revoke(other, "mallory", .superseded)
    try AtomicFile.write(try other.read("ca/ca.crl"), to: authority.root + "/pki/ca/ca.crl", mode: 0o644)
    #expect(try authority.directory.writeCRL(signer: authority.signer()).entries == 0)
  }

  @Test("a damaged ledger is kept and another built; its own error says how")
  func damaged() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    loseLedger(authority)
    let garbage = [UInt8](repeating: 7, count: 8192)
    try AtomicFile.write(garbage, to: authority.root + "/pki/ca/ledger.sqlite", mode: 0o600)
    let refused = #expect(throws: AuthorityError.self) { try authority.reopened() }
    #expect(refused?.operatorText.contains("ca recover") == true)
    let report = try recover(authority)
    #expect(try FileReader.bytes(of: #require(report.keptLedger)) == garbage)
    #expect(try authority.reopened().newest("alice").name == "alice")
  }
}
