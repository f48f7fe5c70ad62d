import Cryptography
import FoundationEssentials
import GRDB
import PKI

extension AuthorityDirectory {
  /// Writes the CA's CRL with the next number: every revocation of the ledger, expired certificates included.
  ///
  /// - Parameter lifetime: until nextUpdate, in seconds; also for the CRLs that follow. Nil: as before.
  @discardableResult
  public func writeCRL(signer: UnlockedAuthority, lifetime: Int64? = nil) throws(AuthorityError) -> WrittenCRL {
    try exclusively { () throws(AuthorityError) in
      let now = actor.now
      let written = try ledger.write { try writeCRL(of: signer, lifetime: lifetime, in: $0, at: now) }
      try publishCRLs([written])
      return written
    }
  }

  /// Writes the CA's CRL when it lacks a revocation or its nextUpdate is nearer than `seconds`.
  ///
  /// - Returns: nil when it was fresh.
  @discardableResult
  public func refreshCRL(signer: UnlockedAuthority, within seconds: Int64) throws(AuthorityError) -> WrittenCRL? {
    let record = try authority(signer.record.name)
    let limit = UnixTime(actor.now.seconds + seconds)
    if !record.crlIsStale, let due = record.crlNextUpdate, due > limit { return nil }
    return try writeCRL(signer: signer)
  }

  /// Signs within the transaction: a CRL that is not recorded is never seen.
  ///
  /// - Throws: ``AuthorityError/ledgerContradicted(authority:directory:_:)`` when the last CRL or the audit log has a
  ///   revocation that the ledger does not have.
  func writeCRL(of signer: UnlockedAuthority, lifetime: Int64?, in database: Database, at now: UnixTime) throws
    -> WrittenCRL
  {
    guard let record = try database.authority(id: signer.record.id) else {
      throw AuthorityError.unknownAuthority(name: signer.record.name, known: [])
    }
    let contradictions = try PublishedLists(of: record, layout: layout).contradictions(to: record, in: database)
    guard contradictions.isEmpty else {
      throw AuthorityError.ledgerContradicted(
        authority: record.name, directory: layout.root, contradictions)
    }
    let number = (CRLCounter(hex: record.crlNumber) ?? CRLCounter(magnitude: [])).next
    let lifetime = lifetime ?? record.crlLifetime
    // Never beyond the CA itself: nobody could check it then.
    let nextUpdate = UnixTime(
      max(now.seconds + 1, min(now.seconds + lifetime, record.certificate.notAfter.seconds)))
    let entries = try database.revokedEntries(of: record.id)
    let crl = try signer.crl(entries, number: number, thisUpdate: now, nextUpdate: nextUpdate)
    try database.execute(
      sql: """
        UPDATE authority SET crlNumber = ?, crlDays = ?, crlLifetime = ?, crl = ?, crlNextUpdate = ?, crlIsStale = 0 WHERE id = ?
        """,
      arguments: [
        number.hexString, max(1, lifetime / ValidityBounds.day), lifetime, Data(crl), nextUpdate.seconds, record.id,
      ])
    try database.enqueue(try crlFiles(in: database), in: layout)
    let what = "number \(number.hexString), \(entries.count) revoked"
    try database.audit(AuditEntry(action: .crl, authority: record.name, what: what), by: actor.name, at: now)
    return WrittenCRL(
      authority: record.name, path: layout.authority(record.name).crl, der: crl, number: number.hexString,
      entries: entries.count, nextUpdate: nextUpdate)
  }

  func publishCRLs(_ written: [WrittenCRL]) throws(AuthorityError) {
    guard let failure = try ledger.publish(in: layout).first else { return }
    throw failure
  }

  /// The CRL of each CA, PEM and DER. `ca.crl` has the CRLs of the CAs below as well, its own first: a gateway that
  /// checks whole chains is given this one file.
  private func crlFiles(in database: Database) throws -> [Publication] {
    let records = try database.authorities()
    let crls = records.compactMap { record in record.crl.map { (record, $0) } }
    return crls.flatMap { record, der in
      let files = layout.authority(record.name)
      let isFirst = record.id == records.first?.id
      let pem = (isFirst ? crls.map(\.1) : [der]).flatMap { PEM.encode(label: "X509 CRL", der: $0) }
      return [Publication.file(files.crl, pem), .file(files.crlDER, der)]
    }
  }
}

extension Database {
  /// Every revoked certificate of a CA, in the order of its serial.
  fileprivate func revokedEntries(of authorityID: Int64) throws -> [RevokedEntry] {
    let rows = try Row.fetchCursor(
      self,
      sql: """
        SELECT serial, revokedAt, reason, invalidityDate, holdInstruction FROM certificate
        WHERE authorityID = ? AND revokedAt IS NOT NULL ORDER BY serial
        """,
      arguments: [authorityID])
    var entries: [RevokedEntry] = []
    while let row = try rows.next() {
      guard let serial = SerialNumber(hex: row["serial"]), let date = row.time("revokedAt") else { continue }
      let reason = RevocationReason(rawValue: row["reason"] ?? 0) ?? .unspecified
      entries.append(
        RevokedEntry(
          serial, date: date, reason: reason, invalidityDate: row.time("invalidityDate"),
          holdInstruction: row["holdInstruction"]))
    }
    return entries
  }
}
