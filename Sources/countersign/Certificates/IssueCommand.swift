import ArgumentParser
import Authority
import Cryptography
import PKI

struct IssueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue",
    abstract: "Issue certificates: a key, a request and a certificate for each name.",
    discussion: """
      The profile is server (server_cert), client (usr_cert), peer (both) or one of
      ca/profiles.json. Each NAME gets a certificate of its own, in server/ or
      client/. A server's name becomes its DNS or IP name, a name like
      alice@example.com an e-mail name, one like spiffe://… a URI; --san adds more.

      Examples:
        countersign issue server mtls.example.com --san dns:api.example.com \\
            --san ip:192.168.1.100
        countersign issue client alice bob --p12 --password-file p12.pass
        countersign issue client device-7 --csr device-7.csr
        countersign issue client --bulk names.txt --json

      --bulk goes on when a name is refused, and exits with 1 then. Run again, it
      leaves alone what has a valid certificate of the profile already, and issues
      the rest.
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var options: IssueOptions

  @Argument(help: "server, client, peer or a profile's name.")
  var profile: String

  @Argument(help: ArgumentHelp("What the certificates are for.", valueName: "name"))
  var names: [String] = []

  @Option(
    help: ArgumentHelp(
      "Names from a file, one a line, alternative names behind it, # for comments; - for standard input.",
      valueName: "file"))
  var bulk: String?

  @Option(
    help: "Type of the new key (p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096), or an existing key's file.")
  var key = "p256"

  @Option(
    help: ArgumentHelp(
      "Certify the key of this request; no key is made. NAME, --san and --subject decide, not the request.",
      valueName: "file"))
  var csr: String?

  @Flag(name: .customLong("p12"), help: "Also write NAME.p12 with key, certificate and chain.")
  var wantsP12 = false

  @OptionGroup var password: P12PasswordOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard names.isEmpty == (bulk != nil) else {
      throw ValidationError("give either names or --bulk FILE")
    }
    let isSingular = csr != nil || KeyType(name: key) == nil || options.subject != nil
    guard names.count == 1 || !isSingular else {
      throw ValidationError("--csr, --subject and a key file go with one name only")
    }
    guard names.count == 1 || options.out.map({ $0.hasSuffix("/") || FileReader.isFolder($0) }) ?? true else {
      throw ValidationError("--out must be a folder when there are several names")
    }
    guard csr != nil || !options.acceptCsrNames else { throw ValidationError("--accept-csr-names goes with --csr") }
    guard csr == nil || !wantsP12 else { throw ValidationError("--p12 needs the key, which a request does not hold") }
  }

  func run() throws {
    let opened = try directory.open()
    let profile = try opened.profiles(options.profiles).profile(profile)
    let file = try bulk.map(BulkFile.init)
    let source = try keySource()
    let p12Password = wantsP12 ? try password.forWriting() : nil
    let signer = try options.unlock(opened)
    func issue(_ name: String, _ alternativeNames: [RequestedName] = []) throws -> IssueReport {
      var request = IssueRequest(profile: profile, name: name, key: source)
      try options.apply(to: &request)
      request.names += alternativeNames
      let issued = try opened.issue(request, signer: signer)
      let p12 = try p12Password.map { try writeP12(of: issued.record, in: opened, password: $0) }
      return IssueReport(issued, also: p12.map { [$0] } ?? [])
    }
    if let file {
      return try BulkIssue(
        directory: opened, file: file, profile: profile.name, force: options.force,
        issue: { try issue($0.name, $0.alternativeNames) },
        complete: { record in
          guard let p12Password, !FileReader.exists(opened.p12Path(of: record)) else { return }
          _ = try writeP12(of: record, in: opened, password: p12Password)
        }
      ).run(json: json)
    }
    var reports: [IssueReport] = []
    // What was issued before a failure is still reported.
    defer { if !reports.isEmpty { IssueReport.print(reports, json: json) } }
    for name in names { reports.append(try issue(name)) }
  }

  private func keySource() throws -> IssueRequest.Key {
    if let csr { return .csr(try RequestFile.read(csr), path: csr) }
    if let type = KeyType(name: key) { return .generate(type) }
    guard FileReader.exists(key) else {
      let known = KeyType.makeable.map(\.name).joined(separator: ", ")
      throw UsageError("--key \"\(key)\" is neither a key type nor a file; types: \(known)")
    }
    let existing = try KeyFile.read(key) { PassphrasePrompt.ask("Passphrase for \(key): ") }
    return .existing(existing, path: key)
  }

  private func writeP12(of record: CertificateRecord, in opened: AuthorityDirectory, password secret: SecretBytes)
    throws
    -> String
  {
    let path = opened.p12Path(of: record)
    let bytes = try opened.p12(of: record, password: secret, legacy: password.legacy) {
      PassphrasePrompt.ask("Passphrase for the key of \(record.name): ")
    }
    try AtomicFile.write(bytes, to: path, mode: AtomicFile.keyMode)
    return path
  }
}
