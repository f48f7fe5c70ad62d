import ArgumentParser
import Authority
import PKI

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the certificates of the ledger.",
    usage: "countersign list [<options>]",
    discussion: "Several of --valid, --expired, --revoked and --held are joined; other filters narrow.")

  @OptionGroup var directory: DirectoryOptions

  @Flag(help: "Those valid now.") var valid = false
  @Flag(help: "Those expired.") var expired = false
  @Flag(help: "Those revoked, on hold or for good.") var revoked = false
  @Flag(help: "Those on hold.") var held = false

  @Option(
    help: ArgumentHelp(
      "Valid ones that expire within this time (30d, 12h) and were not renewed yet.", valueName: "time"))
  var expiringWithin: Lifetime?

  @Option(help: ArgumentHelp("In name, subject or alternative name; * stands for anything.", valueName: "pattern"))
  var name: String?

  @Option(help: ArgumentHelp("Of this profile.", valueName: "name"))
  var profile: String?

  @Option(help: ArgumentHelp("Of this CA.", valueName: "name"))
  var ca: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let now = UnixTime.current
    var filter = CertificateFilter()
    filter.statuses = statuses
    filter.expiringBefore = expiringWithin.map { UnixTime(now.seconds + $0.seconds) }
    filter.name = name
    filter.profile = profile.map { ["server": "server_cert", "client": "usr_cert", "peer": "peer_cert"][$0] ?? $0 }
    filter.authority = ca
    let opened = try directory.open()
    let records = try opened.certificates(filter)
    var authorities: [String: AuthorityStatus] = [:]
    for authority in try opened.authorities() { authorities[authority.name] = try opened.status(of: authority) }
    let entries = records.map { CertificateEntry($0, at: now, authority: authorities[$0.authority]) }
    print(json ? JSONText.of(entries) : table(records, authorities, at: now))
  }

  private var statuses: Set<CertificateRecord.Status> {
    let wanted: [(Bool, CertificateRecord.Status)] = [
      (valid, .valid), (expired, .expired), (revoked, .revoked), (revoked || held, .held),
    ]
    return Set(wanted.filter(\.0).map(\.1))
  }

  private func table(
    _ records: [CertificateRecord], _ authorities: [String: AuthorityStatus], at now: UnixTime
  ) -> String {
    var table = TextTable(header: ["SERIAL", "STATUS", "NOT AFTER", "PROFILE", "NAME", "SUBJECT"])
    for record in records {
      let reason = record.revocation.map { " (\($0.reason.name))" } ?? ""
      let authority = authorities[record.authority] ?? .valid
      let note = authority == .valid ? "" : ", CA \(authority.name)"
      table.add([
        record.serial, record.status(at: now).rawValue + reason + note, record.notAfter.rfc3339, record.profile,
        record.label,
        record.subject,
      ])
    }
    return table.text
  }
}
