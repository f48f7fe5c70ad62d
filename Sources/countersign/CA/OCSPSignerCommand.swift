import ArgumentParser
import Authority
import PKI

struct OCSPSignerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ocsp-signer",
    abstract: "Make or renew who signs the CA's OCSP answers, so that answering needs no CA key.",
    usage: "countersign ca ocsp-signer [<options>]",
    discussion: """
      Writes ca/NAME-ocsp.key and ca/NAME-ocsp.crt: a P-256 key of its own and a
      short-lived certificate for OCSPSigning alone. A responder takes the new one
      at once. From a timer: `countersign ca ocsp-signer --expiring-within 10d`,
      which does nothing while the present one lasts longer.
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var passphrase: PassphraseOptions

  @Option(
    help: ArgumentHelp("The CA whose answers it signs; every CA of the directory without it.", valueName: "name"))
  var ca: String?

  @Option(
    name: [.customLong("lifetime"), .customLong("days")],
    help: ArgumentHelp("How long the certificate is valid: 30d, 12h.", valueName: "time"))
  var lifetime = Lifetime(days: OCSPSignerRequest.usualLifetime / ValidityBounds.day)

  @Option(help: ArgumentHelp("Only where the present one ends within this time: 10d, 12h.", valueName: "time"))
  var expiringWithin: Lifetime?

  @Flag(help: "Replace a key file that this directory does not know.")
  var force = false

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try passphrase.check()
    var request = OCSPSignerRequest()
    request.lifetime = lifetime.seconds
    request.renewWithin = expiringWithin?.seconds
    request.force = force
    request.why = why
    let opened = try directory.open()
    let names = try ca.map { [try opened.authority($0).name] } ?? opened.authorities().map(\.name)
    let keyring = Keyring(opened, passphrase)
    var reports: [IssueReport] = []
    // What was made before a failure is still reported.
    defer { if !reports.isEmpty || json { IssueReport.print(reports, json: json) } }
    for name in names {
      // The key is not asked for in vain.
      if let within = request.renewWithin, let present = try opened.ocspSigner(of: name),
        UnixTime.current.seconds + within < present.notAfter.seconds
      {
        continue
      }
      guard let issued = try opened.makeOCSPSigner(request, signer: try keyring.signer(name)) else { continue }
      reports.append(IssueReport(issued))
    }
  }
}
