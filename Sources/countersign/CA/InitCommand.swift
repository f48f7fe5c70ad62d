import ArgumentParser
import Authority
import PKI

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a root CA: key, certificate, first CRL and ledger.",
    discussion: """
      The key is encrypted (PKCS#8, PBES2 with AES-256) with a passphrase that is
      asked for on the terminal or taken from --passphrase-file; --no-passphrase
      leaves it unencrypted. Key files are 0400, directories 0700.

      Example:
        countersign ca init --subject "/O=MyInternalOrg/CN=MyInternalCA" \\
            --lifetime 3650d --passphrase-file ca.pass
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var options: AuthorityOptions

  @Option(help: ArgumentHelp("/C=US/O=Example/CN=Example CA or CN=Example CA,O=Example,C=US.", valueName: "name"))
  var subject = "/CN=Countersign Root CA"

  @Option(
    name: [.customLong("lifetime"), .customLong("days")],
    help: ArgumentHelp("How long the root is valid: 3650d, 12h.", valueName: "time"))
  var lifetime = Lifetime(days: 3650)

  @Option(help: ArgumentHelp("How many CAs may follow below the root; without it, any number.", valueName: "n"))
  var pathLength: Int?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let files = Layout(root: directory.path).authority("ca")
    try AuthorityDirectory.refuseExisting(directory.path, force: options.force)
    let request = try options.request(subject: subject, lifetime: lifetime, pathLength: pathLength, keyPath: files.key)
    let made = try AuthorityDirectory.initialize(directory.path, request, as: .current)
    try AuthorityReport(made).print(json: json)
    if options.passphrase.isUnprotected {
      StandardError.write("note: \(files.key) is not encrypted; whoever reads it can issue certificates")
    }
  }
}
