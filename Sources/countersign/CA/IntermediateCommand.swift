import ArgumentParser
import Authority
import Cryptography
import PKI

struct IntermediateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "intermediate",
    abstract: "Make an issuing CA under an existing one, and its chain files.",
    discussion: """
      Without --parent the new CA NAME lives in the same directory (ca/NAME.key,
      ca/NAME.crt, ca/NAME-chain.crt) and, unless --keep-default is given, signs
      from now on. With --parent DIR the root stays in DIR, which can then go
      offline, and --dir becomes a directory of its own whose CA is the
      intermediate.
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var options: AuthorityOptions

  @Argument(help: ArgumentHelp("The new CA's name: its files in ca/ are called so.", valueName: "name"))
  var name = "intermediate"

  @Option(help: ArgumentHelp("/C=US/O=Example/CN=Example Issuing CA, or the RFC 4514 form.", valueName: "name"))
  var subject: String?

  @Option(
    name: [.customLong("lifetime"), .customLong("days")],
    help: ArgumentHelp("How long it is valid: 3650d, 12h.", valueName: "time"))
  var lifetime = Lifetime(days: 1825)

  @Option(help: ArgumentHelp("How many CAs may follow below it.", valueName: "n"))
  var pathLength = 0

  @Option(
    help: ArgumentHelp("The CA of the signing directory that signs it; its first one unless named.", valueName: "name"))
  var ca = "ca"

  @Option(help: ArgumentHelp("The signing CA's directory, when it is not --dir.", valueName: "dir"))
  var parent: String?

  @Option(help: ArgumentHelp("The signing CA's passphrase is the first line of this file.", valueName: "file"))
  var caPassphraseFile: String?

  @Flag(help: "Let the CA that signs by default stay the same.")
  var keepDefault = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let signing = try AuthorityDirectory.open(parent ?? directory.path, as: .current)
    for warning in signing.warnings { StandardError.warn(warning) }
    let isSeparate = parent != nil
    if isSeparate { try AuthorityDirectory.refuseExisting(directory.path, force: options.force) }
    let files = Layout(root: directory.path).authority(isSeparate ? "ca" : name)
    let subject = subject ?? "/CN=Countersign \(name) CA"
    let request = try options.request(subject: subject, lifetime: lifetime, pathLength: pathLength, keyPath: files.key)
    let signer = try signing.unlock(ca, passphrase: unlocking(signing))
    if isSeparate {
      let made = try signing.makeIntermediate(directory.path, request, signer: signer)
      return try AuthorityReport(made).print(json: json)
    }
    try signing.makeIntermediate(named: name, request, signer: signer, isDefault: !keepDefault)
    try AuthorityReport(signing, name: name).print(json: json)
  }

  private func unlocking(_ signing: AuthorityDirectory) -> () -> SecretBytes? {
    let path = signing.layout.authority(ca).key
    guard let caPassphraseFile else { return { PassphrasePrompt.ask("Passphrase for \(path): ") } }
    return { try? PassphraseFile.read(caPassphraseFile) }
  }
}
