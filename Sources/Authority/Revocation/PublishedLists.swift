import GRDB
import PKI

/// CRLs that a CA has signed, wherever they were found, the one with the highest number first.
struct PublishedLists: Sendable {
  struct List: Sendable {
    let path: String
    let crl: CertificateRevocationList
    let number: CRLCounter
  }

  private(set) var lists: [List] = []

  /// Those in the ledger and beside it, and those of `paths`. Lists of others, and what is no list, count for nothing.
  init(of record: AuthorityRecord, layout: Layout, also paths: [String] = []) {
    let files = layout.authority(record.name)
    let key = record.certificate.publicKey
    var seen: Set<[UInt8]> = []
    func add(_ der: [UInt8], _ path: String) {
      guard !seen.contains(der), let crl = try? CertificateRevocationList(der: der) else { return }
      seen.insert(der)
      guard crl.issuer.matches(record.certificate.subject), key.map(crl.isSigned(by:)) == true else { return }
      let number = (try? crl.crlNumber()).map { CRLCounter(magnitude: $0.bytes) } ?? CRLCounter(magnitude: [])
      lists.append(List(path: path, crl: crl, number: number))
    }
    if let last = record.crl { add(last, "the ledger's last CRL") }
    for path in [files.crlDER, files.crl] + paths {
      for der in RevocationListFile.encodings(path) { add(der, path) }
    }
    lists.sort { $1.number < $0.number }
  }

  var newest: List? { lists.first }

  /// What the lists and the audit log say of revocations that the ledger of `record` does not have.
  func contradictions(to record: AuthorityRecord, in database: Database) throws -> [LedgerContradiction] {
    let known = try database.revocationReasons(of: record.id)
    let acts = try database.lastActs(of: record.name)
    var found: [LedgerContradiction] = []
    var missing: Set<SerialNumber> = []
    for (index, list) in lists.enumerated() {
      for entry in list.forgotten(known) where !missing.contains(entry.serialNumber) {
        let isHold = entry.reason == .certificateHold
        // A hold may have been taken back: a later list lacks it then, and the audit log says so.
        if isHold, index > 0 || acts[entry.serialNumber]?.releases(entry) == true { continue }
        missing.insert(entry.serialNumber)
        found.append(.published(entry, list: list.path))
      }
    }
    for (serial, act) in acts.sorted(by: { $0.key < $1.key })
    where act.revokes && known[serial] == nil && !missing.contains(serial) {
      found.append(.audited(serial: serial, date: act.date, why: act.why))
    }
    let last = CRLCounter(hex: record.crlNumber) ?? CRLCounter(magnitude: [])
    if let newest, last < newest.number {
      found.append(.numbered(list: newest.path, number: newest.number.hexString, known: record.crlNumber))
    }
    return found
  }
}

extension PublishedLists.List {
  /// Entries whose serial is not among the known, and final ones that are known as holds.
  fileprivate func forgotten(_ known: [SerialNumber: RevocationReason]) -> [RevokedEntry] {
    let hasHolds = known.values.contains(.certificateHold)
    var isComplete = !hasHolds
    if isComplete {
      crl.entries.forEachSerial { serial, _, _ in
        if known[SerialNumber(bytes: Array(serial))] == nil { isComplete = false }
      }
    }
    guard !isComplete else { return [] }
    return crl.entries.filter { entry in
      guard let reason = known[entry.serialNumber] else { return entry.reason != .removeFromCRL }
      return reason == .certificateHold && entry.reason != .certificateHold && entry.reason != .removeFromCRL
    }
  }
}

/// The last act of the audit log that concerns a certificate's revocation.
private struct RevocationAct {
  let action: String
  let date: UnixTime
  let why: String

  var revokes: Bool { action != AuditRecord.Action.release.rawValue }

  func releases(_ entry: RevokedEntry) -> Bool { !revokes && date >= entry.revocationDate }
}

extension Database {
  fileprivate func revocationReasons(of authorityID: Int64) throws -> [SerialNumber: RevocationReason] {
    let rows = try Row.fetchCursor(
      self, sql: "SELECT serial, reason FROM certificate WHERE authorityID = ? AND revokedAt IS NOT NULL",
      arguments: [authorityID])
    var reasons: [SerialNumber: RevocationReason] = [:]
    while let row = try rows.next() {
      guard let serial = SerialNumber(hex: row["serial"]) else { continue }
      reasons[serial] = RevocationReason(rawValue: row["reason"] ?? 0) ?? .unspecified
    }
    return reasons
  }

  fileprivate func lastActs(of authority: String) throws -> [SerialNumber: RevocationAct] {
    // SQLite takes the other columns from the row that has the maximum.
    let rows = try Row.fetchCursor(
      self,
      sql: """
        SELECT serial, action, at, why, max(id) FROM audit
        WHERE authority = ? AND action IN ('revoke', 'hold', 'release') AND serial IS NOT NULL GROUP BY serial
        """,
      arguments: [authority])
    var acts: [SerialNumber: RevocationAct] = [:]
    while let row = try rows.next() {
      guard let serial = SerialNumber(hex: row["serial"]) else { continue }
      acts[serial] = RevocationAct(action: row["action"], date: row.time("at") ?? UnixTime(0), why: row["why"])
    }
    return acts
  }
}

extension RevocationListFile {
  /// Each list of a file, PEM or DER; none where it cannot be read.
  static func encodings(_ path: String) -> [[UInt8]] {
    guard FilePaths.exists(path), let bytes = try? FileReader.bytes(of: path) else { return [] }
    guard CertificateFile.isPEM(bytes) else { return [bytes] }
    return ((try? PEM.decode(bytes)) ?? []).filter { $0.label == "X509 CRL" }.map(\.bytes)
  }
}
