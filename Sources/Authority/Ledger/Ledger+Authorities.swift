import FoundationEssentials
import GRDB
import PKI

/// A CA about to be recorded.
struct AuthorityDraft: Sendable {
  let name: String
  let certificate: Certificate
  let above: [Certificate]
  let isDefault: Bool
  /// The last number used by the CRLs before; empty when there was none.
  var crlNumber = ""
  /// In seconds.
  var crlLifetime = AuthorityDirectory.usualCRLLifetime
  var urls = ServiceURLs()

  /// - Returns: the new row's id.
  func insert(into database: Database) throws -> Int64 {
    if isDefault { try database.execute(sql: "UPDATE authority SET isDefault = 0") }
    try database.execute(
      sql: """
        INSERT INTO authority (name, certificate, above, isDefault, crlNumber, crlDays, crlLifetime)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        name, Data(certificate.der), Data(above.flatMap { $0.pem }), isDefault, crlNumber,
        max(1, crlLifetime / ValidityBounds.day), crlLifetime,
      ])
    let id = database.lastInsertedRowID
    try database.setURLs(urls, ofAuthority: id)
    return id
  }
}

extension Database {
  func authorities() throws -> [AuthorityRecord] {
    try Row.fetchAll(self, sql: "SELECT * FROM authority ORDER BY id").map(AuthorityRecord.init)
  }

  func authority(id: Int64) throws -> AuthorityRecord? {
    try Row.fetchOne(self, sql: "SELECT * FROM authority WHERE id = ?", arguments: [id]).map(AuthorityRecord.init)
  }
}

extension Ledger {
  func authorities() throws(AuthorityError) -> [AuthorityRecord] { try read { try $0.authorities() } }
}
