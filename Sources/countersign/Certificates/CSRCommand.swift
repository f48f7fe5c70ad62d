import ArgumentParser
import Authority
import Cryptography
import PKI

struct CSRCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csr",
    abstract: "Make a key and a certificate signing request, without a CA.",
    usage: "countersign csr [<options>] <profile> <name>",
    discussion: """
      Writes server/NAME.key and server/NAME.csr (or client/…), or where --out says.
      The CA signs the request with `countersign issue PROFILE NAME --csr FILE` or
      `countersign sign FILE --profile PROFILE`.
      """)

  @OptionGroup var directory: DirectoryOptions

  @Argument(help: "server, client, peer or a profile's name.")
  var profile: String

  @Argument(help: "What the certificate will be for.")
  var name: String

  @Option(
    name: .customLong("san"), parsing: .singleValue,
    help: ArgumentHelp(
      "Subject alternative name: dns:NAME, ip:ADDRESS, email:ADDRESS, uri:URI. Repeatable.", valueName: "name"))
  var names: [String] = []

  @Option(help: ArgumentHelp("/C=US/O=Example/CN=name or CN=name,O=Example,C=US.", valueName: "name"))
  var subject: String?

  @Option(
    help: "Type of the new key (p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096), or an existing key's file.")
  var key = "p256"

  @Option(
    help: ArgumentHelp(
      "Where to: a folder (ending in /, or existing), or the request's path, its key beside it.", valueName: "path"))
  var out: String?

  @Option(help: ArgumentHelp("More profiles, JSON; ca/profiles.json is read without it.", valueName: "file"))
  var profiles: String?

  @Flag(help: "Replace an existing key.")
  var force = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let layout = Layout(root: directory.path)
    let profile = try ProfileSet.read(profiles, in: layout).profile(profile)
    var request = RequestDraft(profile: profile, name: name)
    request.names = try ArgumentValues.names(names)
    request.subject = try subject.map(ArgumentValues.subject)
    request.force = force
    request.files = out.map {
      LeafFiles(out: FileReader.isFolder($0) && !$0.hasSuffix("/") ? $0 + "/" : $0, name: name)
    }
    if let type = KeyType(name: key) {
      request.key = .generate(type)
    } else {
      guard FileReader.exists(key) else { _ = try ArgumentValues.keyType(key); return }
      request.key = .existing(try KeyFile.read(key) { PassphrasePrompt.ask("Passphrase for \(key): ") }, path: key)
    }
    let files = try request.write(in: layout)
    print(json ? JSONText.of(["files": files]) : files.joined(separator: "\n"))
  }
}
