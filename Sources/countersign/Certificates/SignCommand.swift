import ArgumentParser
import Authority
import PKI

struct SignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a certificate signing request.",
    discussion: """
      The request's own signature is checked and the names it asks for are held against the profile. The files are
      called after the request's common name unless --name or --out is given.
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var options: IssueOptions

  @Argument(help: ArgumentHelp("The request, PEM or DER.", valueName: "csr"))
  var csr: String

  @Option(help: "server, client, peer or a profile's name.")
  var profile = "client"

  @Option(help: ArgumentHelp("What the certificate is for; the request's common name without it.", valueName: "name"))
  var name: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let opened = try directory.open()
    let profile = try opened.profiles(options.profiles).profile(profile)
    let request = try RequestFile.read(csr)
    var asked = IssueRequest(profile: profile, name: try nameOf(request), key: .csr(request, path: csr))
    try options.apply(to: &asked)
    let issued = try opened.issue(asked, signer: try options.unlock(opened))
    IssueReport.print([IssueReport(issued)], json: json)
  }

  private func nameOf(_ request: CertificateSigningRequest) throws -> String {
    if let name { return name }
    if let common = request.subject.commonName, !common.isEmpty { return common }
    let first = try request.requestedNames(path: csr).first?.description.split(separator: ":", maxSplits: 1).last
    guard let first else { throw UsageError("\(csr) has no common name and no alternative name: give --name") }
    return String(first)
  }
}
