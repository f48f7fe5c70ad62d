import ArgumentParser
import Authority

struct URLsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "urls",
    abstract: "Say where the CA's services are, for the certificates it signs from now on.",
    usage: "countersign ca urls [<options>]",
    discussion: """
      The URLs stand in authorityInformationAccess and cRLDistributionPoints of what
      the CA signs, unless the profile has its own. Those given take the place of
      those there were, kind by kind; --clear removes all first. `countersign ca
      show` prints them. http is usual: what is fetched is signed itself, and https
      would need a certificate that has to be checked first (RFC 5280 §8).

      Example:
        countersign ca urls --ocsp-url http://pki.example.com/ocsp \\
            --crl-url http://pki.example.com/crl
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var urls: ServiceURLOptions

  @Option(help: ArgumentHelp("The CA; the default one without it.", valueName: "name"))
  var ca: String?

  @Flag(help: "Remove the URLs there were.")
  var clear = false

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Print JSON.")
  var json = false

  private struct Entry: Encodable {
    let authority: String
    let ocspURLs, caIssuersURLs, crlURLs: [String]
  }

  func run() throws {
    let given = try urls.checked()
    let opened = try directory.open()
    let record = try opened.authority(ca)
    guard clear || !given.isEmpty else { throw UsageError("give URLs, or --clear to remove those there are") }
    var urls = clear ? ServiceURLs() : record.urls
    if !given.ocsp.isEmpty { urls.ocsp = given.ocsp }
    if !given.caIssuers.isEmpty { urls.caIssuers = given.caIssuers }
    if !given.crl.isEmpty { urls.crl = given.crl }
    try opened.setURLs(urls, of: record.name, why: why)
    if json {
      let entry = Entry(
        authority: record.name, ocspURLs: urls.ocsp, caIssuersURLs: urls.caIssuers, crlURLs: urls.crl)
      return print(JSONText.of(entry))
    }
    print("CA \(record.name): certificates signed from now on say")
    let kinds = [("OCSP", urls.ocsp), ("CA certificate", urls.caIssuers), ("CRL", urls.crl)]
    for (kind, list) in kinds { print("  \(kind): \(list.isEmpty ? "nothing" : list.joined(separator: ", "))") }
  }
}
