import ArgumentParser
import Authority
import Cryptography
import PKI

struct RenewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew",
    abstract: "Issue a certificate again: same names, same profile, new serial and dates.",
    usage: "countersign renew [<options>] [<certificate> ...]",
    discussion: """
      The key stays unless --rekey is given, which makes a new one in place of the
      old. The old certificate stays good until it expires; --revoke-old revokes it
      as superseded.
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var passphrase: PassphraseOptions

  @Argument(help: ArgumentHelp("Serial numbers, names or certificate files.", valueName: "certificate"))
  var certificates: [String] = []

  @Option(
    help: ArgumentHelp(
      "Every certificate that expires within this time (30d, 12h) and was not renewed yet.", valueName: "time"))
  var expiringWithin: Lifetime?

  @Option(
    name: [.customLong("lifetime"), .customLong("days")],
    help: ArgumentHelp("How long it is valid: 90d, 12h; as long as the old one without it.", valueName: "time"))
  var lifetime: Lifetime?

  @Option(help: ArgumentHelp("The CA that signs; the old certificate's without it.", valueName: "name"))
  var ca: String?

  @Flag(help: "Make a new key of the same type in place of the old one.")
  var rekey = false

  @Flag(help: "Revoke the old certificate as superseded.")
  var revokeOld = false

  @Option(help: ArgumentHelp("More profiles, JSON; ca/profiles.json is read without it.", valueName: "file"))
  var profiles: String?

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Say what would be renewed, and sign nothing.")
  var dryRun = false

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
    let chosen = try choose(in: opened)
    if dryRun {
      let now = UnixTime.current
      if json { return print(JSONText.of(chosen.map { CertificateEntry($0, at: now) })) }
      for record in chosen { print(VisibleText.escaped("would renew \(record.serial)  \(record.subject)")) }
      return
    }
    let keyring = Keyring(opened, passphrase)
    var reports: [IssueReport] = []
    defer { if !reports.isEmpty || json { IssueReport.print(reports, json: json) } }
    for record in chosen {
      let signer = try keyring.signer(ca ?? record.authority)
      let revoker = revokeOld ? try keyring.signer(record.authority) : nil
      let renewal = RenewalRequest(
        record: record, profiles: profiles, lifetime: lifetime?.seconds, rekey: rekey, revokeOld: revokeOld, why: why)
      reports.append(IssueReport(try opened.renew(renewal, signer: signer, revoker: revoker)))
    }
  }

  private func choose(in opened: AuthorityDirectory) throws -> [CertificateRecord] {
    if let expiringWithin {
      return try opened.expiring(within: expiringWithin.seconds)
    }
    return try certificates.map { try opened.newest($0) }
  }
}
