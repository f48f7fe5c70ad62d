import ArgumentParser
import Authority

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take over the directory of `openssl ca` or easy-rsa.",
    usage: "countersign ca import [<options>] <dir>",
    discussion: """
      Reads the CA's key and certificate, index.txt, serial, crlnumber and newcerts/
      (or certs_by_serial/, issued/). Every row is in `countersign list` afterwards,
      every revocation in the next CRL, and CRL numbers go on. A damaged row is
      named with file and line and nothing is imported, unless --skip-damaged.
      Serial numbers that were used stay taken; new ones are random. Certificates
      and keys of leaves come along to server/ and client/. The old directory is
      read once and never written to; what stays behind is named.
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var passphrase: PassphraseOptions

  @Argument(help: ArgumentHelp("The directory to take over.", valueName: "dir"))
  var source: String

  @Option(
    name: .customLong("ca-key"),
    help: ArgumentHelp("The CA's key, where it is not in a usual place.", valueName: "file"))
  var key: String?

  @Option(
    name: .customLong("ca-cert"),
    help: ArgumentHelp("The CA's certificate, where it is not in a usual place.", valueName: "file"))
  var certificate: String?

  @Option(
    name: .customLong("chain"), help: ArgumentHelp("Certificates above an intermediate CA, PEM.", valueName: "file"))
  var chain: String?

  @Option(
    name: [.customLong("crl-lifetime"), .customLong("crl-days")],
    help: ArgumentHelp("How long a CRL of this CA is good for: 30d, 12h.", valueName: "time"))
  var crlLifetime = Lifetime(days: 30)

  @Flag(help: "Import what is sound and name what is left out.")
  var skipDamaged = false

  @Flag(help: "Where a key file is in the way, keep it under a dated name.")
  var force = false

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try passphrase.check()
    try AuthorityDirectory.refuseExisting(directory.path, force: true)
    var request = ImportRequest(source: source)
    request.key = key
    request.certificate = certificate
    request.chain = chain
    request.crlLifetime = try crlLifetime.checked(asCRLOf: "--crl-lifetime")
    request.skipDamaged = skipDamaged
    request.force = force
    request.why = why
    let (made, report) = try AuthorityDirectory.importing(
      request, into: directory.path, as: .current, passphrase: passphrase.unlocking("the imported key"))
    for damage in report.damages { StandardError.warn("left out: \(damage)") }
    for note in report.notes { StandardError.write("note: " + note) }
    if !json {
      print("imported \(report.certificates) certificates, \(report.revoked) of them revoked, from \(source)")
    }
    try AuthorityReport(made).print(json: json)
  }
}
