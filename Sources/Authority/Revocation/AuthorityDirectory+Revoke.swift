import GRDB
import PKI

/// Certificates to be revoked, put on hold, or released from it.
public struct RevocationRequest: Sendable {
  public let records: [CertificateRecord]
  /// `.certificateHold` suspends, `.removeFromCRL` takes a hold back (RFC 5280 §5.3.1).
  public let reason: RevocationReason
  public var invalidityDate: UnixTime?
  /// For the audit log.
  public var why = ""

  public init(records: [CertificateRecord], reason: RevocationReason) {
    self.records = records
    self.reason = reason
  }
}

extension AuthorityDirectory {
  /// Revokes all of them or none, with the new CRLs in the same ledger transaction; files follow.
  ///
  /// - Parameter signers: the CAs whose CRLs to write. A CA of the records that is not among them keeps its old CRL, and
  ///   the ledger remembers that it is stale.
  /// - Returns: the CRLs written.
  @discardableResult
  public func revoke(_ request: RevocationRequest, signers: [UnlockedAuthority]) throws(AuthorityError) -> [WrittenCRL]
  {
    try exclusively { () throws(AuthorityError) in
      let now = actor.now
      let written = try ledger.write { database in
        for record in request.records { try apply(request, to: record, in: database, at: now) }
        for id in Set(request.records.map(\.authorityID)) {
          try database.execute(sql: "UPDATE authority SET crlIsStale = 1 WHERE id = ?", arguments: [id])
        }
        return try signers.map { try writeCRL(of: $0, lifetime: nil, in: database, at: now) }
      }
      try publishCRLs(written)
      return written
    }
  }

  private func apply(
    _ request: RevocationRequest, to record: CertificateRecord, in database: Database, at now: UnixTime
  ) throws {
    // Read again under the lock: another command may have been faster.
    let current = try Row.fetchOne(
      database, sql: "SELECT revokedAt, reason FROM certificate WHERE id = ?", arguments: [record.id])
    let since = current?.time("revokedAt")
    let isHeld = current?["reason"] == RevocationReason.certificateHold.rawValue
    if request.reason == .removeFromCRL {
      guard since != nil, isHeld else { throw AuthorityError.notOnHold(serial: record.serial) }
      try database.execute(
        sql: "UPDATE certificate SET revokedAt = NULL, reason = NULL, holdInstruction = NULL WHERE id = ?",
        arguments: [record.id])
    } else {
      // A hold may become final and keeps its date; anything else is revoked once.
      let becomesFinal = isHeld && request.reason != .certificateHold
      if let since, !becomesFinal { throw AuthorityError.alreadyRevoked(serial: record.serial, at: since.rfc3339) }
      try database.execute(
        sql: """
          UPDATE certificate SET revokedAt = ?, reason = ?, invalidityDate = ?, holdInstruction = NULL WHERE id = ?
          """,
        arguments: [(since ?? now).seconds, request.reason.rawValue, request.invalidityDate?.seconds, record.id])
    }
    try database.audit(entry(request, record), by: actor.name, at: now)
  }

  private func entry(_ request: RevocationRequest, _ record: CertificateRecord) -> AuditEntry {
    let action: AuditRecord.Action =
      switch request.reason {
      case .certificateHold: .hold
      case .removeFromCRL: .release
      default: .revoke
      }
    let why = request.why.isEmpty ? request.reason.name : "\(request.reason.name): \(request.why)"
    return AuditEntry(
      action: action, authority: record.authority, serial: record.serial, what: record.subject, why: why)
  }
}
