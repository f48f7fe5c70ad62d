import PKI
import Testing

@testable import Authority

@Suite("Renewing")
struct RenewalTests {
  private static let start = TemporaryAuthority.start.seconds
  private static let hour: Int64 = 3600

  private func soon(_ authority: TemporaryAuthority, within seconds: Int64) throws -> [String] {
    var filter = CertificateFilter()
    filter.expiringBefore = UnixTime(Self.start + seconds)
    return try authority.directory.certificates(filter).map(\.serial)
  }

  @Test(
    "a lifetime is read in one way",
    arguments: [
      ("12h", 12 * 3600), ("90d", 90 * 86_400), ("90", 90 * 86_400), ("45m", 45 * 60), ("30s", 30), ("2w", 14 * 86_400),
      ("1y", 365 * 86_400), ("0", nil), ("0h", nil), ("-1d", nil), ("h", nil), ("", nil), ("1.5h", nil), ("12 h", nil),
      ("9223372036854775807d", nil),
    ] as [(String, Int64?)])
  func lifetimes(_ text: String, seconds: Int64?) { #expect(ValidityBounds.seconds(text) == seconds) }

  @Test("what expires soon leaves out what was renewed, in the list and for renewing alike")
  func renewed() throws {
    let authority = try TemporaryAuthority()
    let old = try authority.issue("client", "alice") { $0.lifetime = Self.hour }
    let other = try authority.issue("client", "bob") { $0.lifetime = Self.hour }
    #expect(try soon(authority, within: 2 * Self.hour) == [old.record.serial, other.record.serial])
    #expect(try soon(authority, within: Self.hour) == [])
    var renewal = RenewalRequest(record: old.record, profiles: .builtIn, lifetime: 10 * Self.hour)
    let new = try authority.directory.renew(renewal, signer: authority.signer())
    #expect(try soon(authority, within: 2 * Self.hour) == [other.record.serial])
    #expect(try authority.directory.expiring(within: 2 * Self.hour).map(\.serial) == [other.record.serial])
    // The successor itself runs out at last, and a successor that was revoked is none.
    #expect(try soon(authority, within: 20 * Self.hour) == [other.record.serial, new.record.serial])
    try authority.directory.revoke(
      RevocationRequest(records: [new.record], reason: .superseded), signers: [authority.signer()])
    #expect(try soon(authority, within: 2 * Self.hour) == [old.record.serial, other.record.serial])
    renewal = RenewalRequest(record: other.record, profiles: .builtIn, lifetime: Self.hour)
    // One that ends at the same time is no successor.
    _ = try authority.directory.renew(renewal, signer: authority.signer())
    #expect(try soon(authority, within: 2 * Self.hour).contains(other.record.serial))
  }

  @Test("another subject, other names or another profile are no successor")
  func others() throws {
    let authority = try TemporaryAuthority()
    let old = try authority.issue("server", "a.example") { $0.lifetime = Self.hour }
    try authority.issue("client", "a.example")
    try authority.issue("server", "b.example")
    try authority.issue("server", "a.example") {
      $0.names = [.dns("c.example")]
      $0.force = true
    }
    #expect(try soon(authority, within: 2 * Self.hour) == [old.record.serial])
  }

  @Test("another CA renews, and the old certificate is revoked by its own")
  func otherAuthority() throws {
    let authority = try TemporaryAuthority()
    let old = try authority.issue("client", "alice")
    var request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=Issuing"), protection: .unencrypted)
    request.lifetime = 1000 * ValidityBounds.day
    let root = try authority.signer("ca")
    try authority.directory.makeIntermediate(named: "issuing", request, signer: root, isDefault: false)
    let renewal = RenewalRequest(record: old.record, profiles: .builtIn, revokeOld: true)
    let new = try authority.directory.renew(renewal, signer: authority.signer("issuing"), revoker: root)
    #expect(new.record.authority == "issuing")
    #expect(try authority.directory.matches(old.record.serial).first?.revocation?.reason == .superseded)
    let list = try CertificateRevocationList(der: authority.read("ca/ca.crl.der"))
    #expect(list.entries.entry(for: old.certificate.serialNumber) != nil)
    #expect(try authority.directory.expiring(within: 400 * ValidityBounds.day).map(\.serial) == [new.record.serial])
  }

  @Test("a CRL may live for hours, and keeps its length")
  func shortLists() throws {
    let authority = try TemporaryAuthority { $0.crlLifetime = 12 * Self.hour }
    func nextUpdate() throws -> Int64? {
      try CertificateRevocationList(der: authority.read("ca/ca.crl.der")).nextUpdate?.seconds
    }
    #expect(try nextUpdate() == Self.start + 12 * Self.hour)
    try authority.directory.writeCRL(signer: authority.signer(), lifetime: 2 * Self.hour)
    try authority.directory.writeCRL(signer: authority.signer())
    #expect(try nextUpdate() == Self.start + 2 * Self.hour)
    #expect(try authority.directory.authority("ca").crlLifetime == 2 * Self.hour)
  }
}
