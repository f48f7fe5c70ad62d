import PKI
import Testing

@testable import Authority

@Suite("Revoking")
struct RevocationTests {
  private func crl(_ authority: TemporaryAuthority) throws -> CertificateRevocationList {
    try CertificateRevocationList(pem: authority.read("ca/ca.crl"))
  }

  @discardableResult
  private func revoke(_ authority: TemporaryAuthority, _ query: String, _ reason: RevocationReason) throws
    -> [WrittenCRL]
  {
    let directory = authority.directory
    let records = try reason == .removeFromCRL ? directory.held(query) : directory.revocable(query)
    return try directory.revoke(RevocationRequest(records: records, reason: reason), signers: [authority.signer()])
  }

  @Test("a revoked certificate is in the next CRL with its reason, in PEM and DER alike")
  func revoke() throws {
    let authority = try TemporaryAuthority()
    let issued = try authority.issue("client", "alice")
    try revoke(authority, "alice", .keyCompromise)
    let list = try crl(authority)
    #expect(list.entries.entry(for: issued.certificate.serialNumber)?.reason == .keyCompromise)
    #expect(try list.crlNumber()?.hexString == "02")
    #expect(try authority.read("ca/ca.crl.der") == list.der)
    #expect(throws: AuthorityError.self) { try revoke(authority, "alice", .superseded) }
  }

  @Test("a hold that becomes final keeps the date on which it began, in the ledger and in the CRL")
  func holdDate() throws {
    let authority = try TemporaryAuthority()
    let serial = try authority.issue("client", "alice").certificate.serialNumber
    try revoke(authority, "alice", .certificateHold)
    let later = UnixTime(TemporaryAuthority.start.seconds + 5000)
    let directory = try authority.reopened(at: later)
    var request = RevocationRequest(records: try directory.revocable("alice"), reason: .keyCompromise)
    request.invalidityDate = UnixTime(TemporaryAuthority.start.seconds - 7)
    try directory.revoke(request, signers: [authority.signer()])
    let record = try directory.newest("alice")
    #expect(record.revocation?.reason == .keyCompromise)
    #expect(record.revocation?.date == TemporaryAuthority.start)
    let entry = try #require(try crl(authority).entries.entry(for: serial))
    #expect(entry.revocationDate == TemporaryAuthority.start)
    #expect(try crl(authority).thisUpdate == later)
    #expect(record.revocation?.invalidityDate == request.invalidityDate)
  }

  @Test("a hold taken back leaves no date: the next one begins anew")
  func holdAgain() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    try revoke(authority, "alice", .certificateHold)
    try revoke(authority, "alice", .removeFromCRL)
    let later = UnixTime(TemporaryAuthority.start.seconds + 5000)
    let directory = try authority.reopened(at: later)
    let request = RevocationRequest(records: try directory.revocable("alice"), reason: .certificateHold)
    try directory.revoke(request, signers: [authority.signer()])
    #expect(try directory.newest("alice").revocation?.date == later)
  }

  @Test("a CRL ends with its CA at the latest, to the second", arguments: [(9, 9), (10, 10), (11, 10), (30, 10)])
  func end(days: Int, expected: Int) throws {
    let authority = try TemporaryAuthority { $0.lifetime = 10 * ValidityBounds.day }
    try authority.directory.writeCRL(signer: authority.signer(), lifetime: Int64(days) * ValidityBounds.day)
    let root = try authority.directory.authority("ca").certificate
    let nextUpdate = try #require(try crl(authority).nextUpdate)
    #expect(nextUpdate.seconds == TemporaryAuthority.start.seconds + Int64(expected) * ValidityBounds.day)
    #expect(nextUpdate <= root.notAfter)
    #expect(try authority.directory.authority("ca").crlNextUpdate == nextUpdate)
  }

  @Test("a hold is taken back, or becomes final")
  func hold() throws {
    let authority = try TemporaryAuthority()
    let serial = try authority.issue("client", "alice").certificate.serialNumber
    try revoke(authority, "alice", .certificateHold)
    #expect(try crl(authority).entries.entry(for: serial)?.reason == .certificateHold)
    try revoke(authority, "alice", .removeFromCRL)
    #expect(try crl(authority).entries.isEmpty)
    #expect(throws: AuthorityError.self) { try revoke(authority, "alice", .removeFromCRL) }
    try revoke(authority, "alice", .certificateHold)
    try revoke(authority, "alice", .keyCompromise)
    #expect(try crl(authority).entries.entry(for: serial)?.reason == .keyCompromise)
    #expect(throws: AuthorityError.self) { try revoke(authority, "alice", .removeFromCRL) }
  }

  @Test("a name revokes all its certificates; names in both folders are ambiguous")
  func byName() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    try authority.issue("client", "alice") { $0.force = true }
    try authority.issue("server", "both.example")
    try authority.issue("client", "both.example")
    #expect(throws: AuthorityError.self) { try revoke(authority, "both.example", .superseded) }
    #expect(throws: AuthorityError.self) { try revoke(authority, "nobody", .superseded) }
    try revoke(authority, "alice", .superseded)
    try revoke(authority, "server/both.example", .superseded)
    #expect(try crl(authority).entries.count == 3)
  }

  @Test("a certificate is found by file, by serial in several spellings, and by name")
  func lookup() throws {
    let authority = try TemporaryAuthority()
    let issued = try authority.issue("client", "alice")
    let serial = issued.record.serial
    let queries = [
      "alice", "client/alice", serial, serial.lowercased(), "0x" + serial, authority.root + "/pki/client/alice.crt",
    ]
    for query in queries { #expect(try authority.directory.newest(query).serial == serial) }
  }

  @Test("without the CA's key the revocation is recorded and the CRL known to be stale")
  func stale() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    let records = try authority.directory.revocable("alice")
    try authority.directory.revoke(RevocationRequest(records: records, reason: .superseded), signers: [])
    #expect(try authority.directory.authority("ca").crlIsStale)
    #expect(try crl(authority).entries.isEmpty)
    try authority.directory.writeCRL(signer: authority.signer())
    #expect(try crl(authority).entries.count == 1)
    #expect(try !authority.directory.authority("ca").crlIsStale)
  }

  @Test("a CRL is refreshed when it is about to expire or lacks a revocation, else left alone")
  func refresh() throws {
    let authority = try TemporaryAuthority { $0.crlLifetime = 10 * ValidityBounds.day }
    #expect(try authority.directory.refreshCRL(signer: authority.signer(), within: 86_400)?.number == nil)
    let later = try authority.reopened(at: UnixTime(TemporaryAuthority.start.seconds + 9 * 86_400 + 1))
    #expect(try later.refreshCRL(signer: authority.signer(), within: 86_400)?.number == "02")
  }

  @Test("a key that was compromised is not certified again")
  func compromisedKey() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    let path = authority.root + "/pki/client/alice.key"
    let key = try KeyFile.read(path) { nil }
    try revoke(authority, "alice", .keyCompromise)
    #expect(throws: AuthorityError.self) {
      try authority.issue("client", "alice2") { $0.key = .existing(key, path: path) }
    }
  }

  @Test("every act is an audit row with who, when, what and why")
  func audit() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice") { $0.why = "ticket 7" }
    try revoke(authority, "alice", .superseded)
    let rows = try authority.directory.audit(limit: 100)
    #expect(rows.map(\.action) == ["crl", "revoke", "issue", "crl", "initialize"])
    #expect(rows.allSatisfy { $0.who == "tester" && $0.at == TemporaryAuthority.start })
    #expect(rows[2].why == "ticket 7")
    #expect(rows[1].why == "superseded")
  }

  @Test("a list is narrowed by status, expiry and name")
  func filters() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice") { $0.lifetime = 10 * ValidityBounds.day }
    try authority.issue("client", "bob")
    try authority.issue("server", "c.example")
    try revoke(authority, "bob", .superseded)
    func names(_ change: (inout CertificateFilter) -> Void) throws -> [String] {
      var filter = CertificateFilter()
      change(&filter)
      return try authority.directory.certificates(filter).map(\.name)
    }
    #expect(try names { $0.statuses = [.valid] } == ["alice", "c.example"])
    #expect(try names { $0.statuses = [.revoked] } == ["bob"])
    #expect(try names { $0.expiringBefore = UnixTime(TemporaryAuthority.start.seconds + 30 * 86_400) } == ["alice"])
    #expect(try names { $0.name = "*.example" } == ["c.example"])
    #expect(try names { $0.profile = "usr_cert" } == ["alice", "bob"])
  }
}
