import FoundationEssentials
import GRDB
import PKI

/// Brings a ledger up to what the files say, in one transaction. It adds, and takes nothing away.
struct Recovery {
  let layout: Layout
  let request: RecoveryRequest
  let files: RecoveryFiles
  let now: UnixTime
  /// Whether there was no ledger to begin with.
  let isNew: Bool
  private(set) var report = RecoveryReport()

  init(_ layout: Layout, _ request: RecoveryRequest, now: UnixTime, isNew: Bool) {
    self.layout = layout
    self.request = request
    self.now = now
    self.isNew = isNew
    files = RecoveryFiles(layout, also: request.certificates)
    report.notRecovered = files.notes
  }

  mutating func run(in database: Database, by actor: Operator) throws {
    try addAuthorities(to: database)
    let authorities = try database.authorities()
    guard !authorities.isEmpty else { throw AuthorityError.noAuthority(directory: layout.root) }
    try addCertificates(to: database, of: authorities)
    for authority in authorities { try addRevocations(to: database, of: authority) }
    noteWhatIsGone(authorities)
    guard report.isChange else { return }
    let what =
      "\(report.authorities.count) CAs, \(report.certificates.count) certificates, \(report.revocations.count) revocations"
    try database.audit(AuditEntry(action: .recover, what: what, why: request.why), by: actor.name, at: now)
  }

  private mutating func addAuthorities(to database: Database) throws {
    let known = try database.authorities()
    let signs = files.authorities.last(where: \.hasKey)?.name
    for found in files.authorities where !known.contains(where: { $0.certificate == found.certificate }) {
      guard !known.contains(where: { $0.name == found.name }) else {
        let subject = found.certificate.subject.rfc2253
        report.notRecovered.append("the ledger knows another CA by the name \(found.name) than \(subject)")
        continue
      }
      let draft = AuthorityDraft(
        name: found.name, certificate: found.certificate, above: files.above(found, layout: layout),
        isDefault: known.isEmpty && found.name == signs ?? files.authorities.first?.name)
      _ = try draft.insert(into: database)
      report.authorities.append(
        .init(
          name: found.name, subject: found.certificate.subject.rfc2253,
          certificatePath: layout.authority(found.name).certificate))
    }
  }

  private mutating func addCertificates(to database: Database, of authorities: [AuthorityRecord]) throws {
    for found in files.certificates {
      let certificate = found.certificate
      if certificate.subject == certificate.issuer, authorities.contains(where: { $0.certificate == certificate }) {
        continue
      }
      guard let issuer = authorities.first(where: { $0.certificate.isIssuer(of: certificate) }) else {
        report.notRecovered.append("\(found.path): no CA of this directory signed it")
        continue
      }
      guard try database.insert(found, of: issuer, layout: layout, at: now) else { continue }
      report.certificates.append(
        .init(
          serial: certificate.serialNumber.hexString, authority: issuer.name, subject: certificate.subject.rfc2253,
          path: found.path))
    }
  }

  private mutating func addRevocations(to database: Database, of authority: AuthorityRecord) throws {
    let lists = PublishedLists(of: authority, layout: layout, also: request.lists)
    for contradiction in try lists.contradictions(to: authority, in: database) {
      switch contradiction {
      case .published(let entry, let list):
        try database.revoke(entry, of: authority)
        note(entry, of: authority, source: list)
      case .audited(let serial, let date, let why):
        let entry = RevokedEntry(serialNumber: serial, revocationDate: date, reason: Self.reason(why))
        try database.revoke(entry, of: authority)
        note(entry, of: authority, source: "the audit log")
      case .numbered(_, let number, _):
        guard let newest = lists.newest else { continue }
        try database.adopt(newest.crl, number: number, of: authority)
        report.numbers.append((authority.name, number))
      }
    }
    if lists.newest == nil, isNew {
      report.notRecovered.append(
        "the CRL of the CA \(authority.name): there is none, so that its revocations and its number are not known; give one with --crl"
      )
    }
  }

  private mutating func note(_ entry: RevokedEntry, of authority: AuthorityRecord, source: String) {
    report.revocations.append(
      .init(
        serial: entry.serialNumber.hexString, authority: authority.name, reason: entry.reason ?? .unspecified,
        date: entry.revocationDate, source: source))
  }

  /// The audit log has it before the operator's own words: `keyCompromise: laptop stolen`.
  private static func reason(_ why: String) -> RevocationReason {
    RevocationReason(name: String(why.prefix { $0 != ":" })) ?? .unspecified
  }

  private mutating func noteWhatIsGone(_ authorities: [AuthorityRecord]) {
    guard isNew else { return }
    report.notRecovered += [
      "the audit log, which was in the ledger alone",
      "certificates whose files are not here (renewed since, or kept elsewhere): give them with --certificates, or they can't be revoked by name",
      "which profile a certificate was issued with: it is judged by its extended key usage",
      "where the CAs' services are: `countersign ca urls`",
    ]
    if authorities.count > 1, let signs = authorities.first(where: \.isDefault) {
      report.notRecovered.append("which CA signs by default: it is \(signs.name) now; `countersign ca default NAME`")
    }
  }
}
