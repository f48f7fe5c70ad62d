import GRDB
import PKI

/// Which certificates a list has. Everything given must hold.
public struct CertificateFilter: Sendable {
  public var statuses: Set<CertificateRecord.Status> = []
  /// Valid now and not at this time any more; what was renewed is left out.
  public var expiringBefore: UnixTime?
  /// In the name, the subject or an alternative name, in any case; `*` stands for anything.
  public var name: String?
  public var profile: String?
  public var authority: String?

  public init() {}

  func accepts(_ record: CertificateRecord, at now: UnixTime) -> Bool {
    let status = record.status(at: now)
    if !statuses.isEmpty, !statuses.contains(status) { return false }
    if let expiringBefore, status != .valid || record.notAfter >= expiringBefore { return false }
    return name.map { Self.matches(record, pattern: $0.lowercased()) } ?? true
  }

  private static func matches(_ record: CertificateRecord, pattern: String) -> Bool {
    let texts = [record.name, record.label, record.subject] + record.alternativeNames
    return texts.contains { NamePattern(pattern).matches($0.lowercased()) }
  }
}

extension Ledger {
  /// Certificates that exist, in the order they were issued or imported.
  func certificates(_ filter: CertificateFilter, layout: Layout, at now: UnixTime) throws(AuthorityError)
    -> [CertificateRecord]
  {
    var conditions = ["certificate.state = 'issued'"]
    var arguments: [String] = []
    if let profile = filter.profile {
      conditions.append("profile = ?")
      arguments.append(profile)
    }
    if let authority = filter.authority {
      conditions.append("authority.name = ?")
      arguments.append(authority)
    }
    return try certificates(where: conditions.joined(separator: " AND "), StatementArguments(arguments), layout: layout)
      .filter { filter.accepts($0, at: now) }
  }

  func certificates(where condition: String, _ arguments: StatementArguments, layout: Layout) throws(AuthorityError)
    -> [CertificateRecord]
  {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT \(CertificateRecord.columns) FROM \(CertificateRecord.tables)
          WHERE \(condition) ORDER BY certificate.id
          """,
        arguments: arguments
      ).map { CertificateRecord(row: $0, layout: layout) }
    }
  }

  /// Whether a certificate of this key was revoked because the key was compromised.
  func isCompromised(publicKeyHash: String) throws(AuthorityError) -> Bool {
    try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM certificate WHERE publicKeyHash = ? AND reason IN (1, 2))",
        arguments: [publicKeyHash]) ?? false
    }
  }
}
