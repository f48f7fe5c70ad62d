import FoundationEssentials
import GRDB
import PKI

/// A certificate about to be signed: its serial is taken from here on, whatever becomes of it.
struct CertificateIntent: Sendable {
  let authority: AuthorityRecord
  let serial: SerialNumber
  let profile: String
  let name: String
  let folder: String
  let subject: String
  let alternativeNames: [String]
  let notBefore: UnixTime
  let notAfter: UnixTime
  let publicKeyHash: String
  var keyPath: String?
  var csrPath: String?
  var certificatePath: String?
  var stagedPath: String?

  /// - Returns: the row's id; nil when the serial is taken.
  func insert(into database: Database, layout: Layout, at now: UnixTime) throws -> Int64? {
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO certificate (authorityID, serial, state, origin, profile, name, folder, subject,
          alternativeNames, notBefore, notAfter, publicKeyHash, keyPath, csrPath, certificatePath, stagedPath, createdAt)
        VALUES (?, ?, 'intent', 'issued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        authority.id, serial.hexString, profile, name, folder, subject, alternativeNames.joined(separator: "\n"),
        notBefore.seconds, notAfter.seconds, publicKeyHash, keyPath.map(layout.stored), csrPath.map(layout.stored),
        certificatePath.map(layout.stored), stagedPath.map(layout.stored), now.seconds,
      ])
    guard database.changesCount == 1 else { return nil }
    let id = database.lastInsertedRowID
    try database.indexNames(ofCertificate: id, subject: subject, alternativeNames: alternativeNames)
    return id
  }
}

extension Database {
  /// The intent became a certificate.
  func record(_ certificate: Certificate, forIntent id: Int64) throws {
    try execute(
      sql: """
        UPDATE certificate SET state = 'issued', certificate = ?, fingerprint = ?, stagedPath = NULL
        WHERE id = ? AND state = 'intent'
        """,
      arguments: [Data(certificate.der), certificate.sha256Text, id])
  }

  /// The intent came to nothing; its serial stays taken.
  func abandon(intent id: Int64) throws {
    try execute(
      sql: "UPDATE certificate SET state = 'abandoned', stagedPath = NULL WHERE id = ? AND state = 'intent'",
      arguments: [id])
  }
}
