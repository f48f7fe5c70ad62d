import GRDB
import PKI

/// An act about to be written to the audit log.
struct AuditEntry {
  let action: AuditRecord.Action
  var authority: String?
  var serial: String?
  let what: String
  var why = ""
}

extension Database {
  /// Writes an act in the transaction that carries it out.
  func audit(_ entry: AuditEntry, by who: String, at now: UnixTime) throws {
    try execute(
      sql: "INSERT INTO audit (at, who, action, authority, serial, what, why) VALUES (?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        now.seconds, who, entry.action.rawValue, entry.authority, entry.serial, entry.what, entry.why,
      ])
  }
}

extension Ledger {
  /// The audit log, the newest act first.
  func audit(limit: Int) throws(AuthorityError) -> [AuditRecord] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM audit ORDER BY id DESC LIMIT ?", arguments: [limit])
        .map(AuditRecord.init)
    }
  }
}
