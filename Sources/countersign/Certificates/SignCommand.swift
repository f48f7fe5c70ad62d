import ArgumentParser
import Authority
import PKI

struct SignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a certificate signing request.",
    discussion: """
      The request's own signature is checked. The certificate is for --name, or for
      the request's common name, and its files are called so. What the request asks
      for beyond that name (other subject attributes, alternative names) is shown
      and asked about on a terminal; elsewhere --accept-csr-names takes it. All
      names are held against the profile.

      Example:
        countersign sign server.csr --profile server
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var options: IssueOptions

  @Argument(help: ArgumentHelp("The request, PEM or DER.", valueName: "csr"))
  var csr: String

  @Option(help: "server, client, peer or a profile's name; asked for without it.")
  var profile: String?

  @Option(help: ArgumentHelp("What the certificate is for; the request's common name without it.", valueName: "name"))
  var name: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let opened = try directory.open()
    let request = try RequestFile.read(csr)
    let profiles = try opened.profiles(options.profiles)
    let profile = try profiles.profile(try profile ?? askForProfile(request, known: profiles))
    var asked = IssueRequest(profile: profile, name: try nameOf(request), key: .csr(request, path: csr))
    asked.requestNames = .refuse
    asked.isNamedByRequest = name == nil
    try options.apply(to: &asked)
    let signer = try options.unlock(opened)
    let issued: Issued
    do throws(AuthorityError) {
      issued = try opened.issue(asked, signer: signer)
    } catch AuthorityError.requestNames(let path, let name, let further) {
      let question = "\(path) asks for more than \(name): \(further.joined(separator: ", ")). Type yes to certify it: "
      guard Confirmation.isYes(question) == true else {
        throw AuthorityError.requestNames(path: path, name: name, further: further)
      }
      asked.requestNames = .accept
      issued = try opened.issue(asked, signer: signer)
    }
    IssueReport.print([IssueReport(issued)], json: json)
  }

  /// A request for a server must not become a client's certificate because nobody said what it is for.
  private func askForProfile(_ request: CertificateSigningRequest, known: ProfileSet) throws -> String {
    let names = (["server", "client", "peer"] + known.names).joined(separator: ", ")
    let purposes = request.purposesAsked
    let asks = purposes.isEmpty ? "" : " (the request asks for \(purposes.joined(separator: ", ")))"
    if let answer = Confirmation.ask("Profile\(asks), one of \(names): "), !answer.isEmpty { return answer }
    throw UsageError("give --profile NAME\(asks), one of \(names)")
  }

  private func nameOf(_ request: CertificateSigningRequest) throws -> String {
    if let name { return name }
    if let common = request.subject.commonName, !common.isEmpty { return common }
    let first = try request.requestedNames(path: csr).first?.description.split(separator: ":", maxSplits: 1).last
    guard let first else { throw UsageError("\(csr) has no common name and no alternative name: give --name") }
    return String(first)
  }
}
