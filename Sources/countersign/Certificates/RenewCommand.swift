import ArgumentParser
import Authority
import Cryptography
import PKI

struct RenewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew",
    abstract: "Issue a certificate again: same names, same profile, new serial and dates.",
    discussion: """
      The key stays unless --rekey is given, which makes a new one in place of the old. The old certificate stays good
      until it expires; --revoke-old revokes it as superseded.
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var passphrase: PassphraseOptions

  @Argument(help: ArgumentHelp("Serial numbers, names or certificate files.", valueName: "certificate"))
  var certificates: [String] = []

  @Option(help: ArgumentHelp("Every certificate that expires within this time: 30d, 12h.", valueName: "time"))
  var expiringWithin: String?

  @Option(help: ArgumentHelp("How long it is valid; as long as the old one without it.", valueName: "days"))
  var days: Int?

  @Flag(help: "Make a new key of the same type in place of the old one.")
  var rekey = false

  @Flag(help: "Revoke the old certificate as superseded.")
  var revokeOld = false

  @Option(help: ArgumentHelp("More profiles, JSON; ca/profiles.json is read without it.", valueName: "file"))
  var profiles: String?

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard certificates.isEmpty == (expiringWithin != nil) else {
      throw ValidationError("give either certificates or --expiring-within")
    }
  }

  func run() throws {
    try passphrase.check()
    let opened = try directory.open()
    let profiles = try opened.profiles(profiles)
    let lifetime = try days.map(ArgumentValues.seconds(days:))
    let chosen = try choose(in: opened)
    let keyring = Keyring(opened, passphrase)
    var reports: [IssueReport] = []
    defer { if !reports.isEmpty || json { IssueReport.print(reports, json: json) } }
    for record in chosen {
      let signer = try keyring.signer(record.authority)
      let renewal = RenewalRequest(
        record: record, profiles: profiles, lifetime: lifetime, rekey: rekey, revokeOld: revokeOld, why: why)
      reports.append(IssueReport(try opened.renew(renewal, signer: signer)))
    }
  }

  private func choose(in opened: AuthorityDirectory) throws -> [CertificateRecord] {
    if let expiringWithin {
      return try opened.expiring(within: ArgumentValues.seconds(expiringWithin, option: "--expiring-within"))
    }
    return try certificates.map { try opened.newest($0) }
  }
}
