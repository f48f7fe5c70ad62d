import ArgumentParser
import Authority
import PKI

/// What `issue` and `sign` have in common.
struct IssueOptions: ParsableArguments {
  @Option(
    name: .customLong("san"), parsing: .singleValue,
    help: ArgumentHelp(
      "Subject alternative name: dns:NAME, ip:ADDRESS, email:ADDRESS, uri:URI. Repeatable.", valueName: "name"))
  var names: [String] = []

  @Option(help: ArgumentHelp("/C=US/O=Example/CN=name or CN=name,O=Example,C=US.", valueName: "name"))
  var subject: String?

  @Flag(help: "Certify the names and the subject that the request asks for as well, as far as the profile allows.")
  var acceptCsrNames = false

  @Option(
    name: [.customLong("lifetime"), .customLong("days")],
    help: ArgumentHelp("How long it is valid: 90d, 12h; the profile's usual time without it.", valueName: "time"))
  var lifetime: Lifetime?

  @Option(
    help: ArgumentHelp(
      "Where to: a folder (ending in /, or existing), or the certificate's path, its key and request beside it.",
      valueName: "path"))
  var out: String?

  @Option(help: ArgumentHelp("The CA that signs; the default one without it.", valueName: "name"))
  var ca: String?

  @Option(help: ArgumentHelp("More profiles, JSON; ca/profiles.json is read without it.", valueName: "file"))
  var profiles: String?

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Replace an existing key and certificate.")
  var force = false

  @OptionGroup var passphrase: PassphraseOptions

  func apply(to request: inout IssueRequest) throws {
    request.names = try ArgumentValues.names(names)
    request.subject = try subject.map(ArgumentValues.subject)
    request.lifetime = lifetime?.seconds
    request.out = out.map {
      LeafFiles(out: FileReader.isFolder($0) && !$0.hasSuffix("/") ? $0 + "/" : $0, name: request.name)
    }
    if acceptCsrNames { request.requestNames = .accept }
    request.why = why
    request.force = force
  }

  func unlock(_ directory: AuthorityDirectory) throws -> UnlockedAuthority {
    try passphrase.check()
    let name = try directory.authority(ca).name
    return try directory.unlock(name, passphrase: passphrase.unlocking(directory.layout.authority(name).key))
  }
}
