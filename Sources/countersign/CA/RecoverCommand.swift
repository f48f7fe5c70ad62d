import ArgumentParser
import Authority
import PKI

struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    abstract: "Rebuild the ledger from keys, certificates and CRLs.",
    usage: "countersign ca recover [<options>]",
    discussion: """
      For a ledger that is gone or damaged, and after an older copy of the directory
      was restored. A ledger that can be read only gains: CAs, certificates (ca/,
      newcerts/, server/, client/), revocations (CRLs, its own audit log) and CRL
      numbers. What cannot be recovered is said. Nothing is signed: run `countersign
      ca crl` afterwards.

      Examples:
        countersign ca recover --dry-run
        countersign ca recover --crl gateway-copy.crl --certificates collected/
      """)

  @OptionGroup var directory: DirectoryOptions

  @Option(
    name: .customLong("crl"), parsing: .singleValue,
    help: ArgumentHelp("A CRL beside those of the directory, as a gateway has it. Repeatable.", valueName: "file"))
  var lists: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Certificates beside those of the directory. Repeatable.", valueName: "file|folder"))
  var certificates: [String] = []

  @Flag(help: "Say what would be done, and change nothing.")
  var dryRun = false

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    for path in certificates where !FileReader.exists(path) { throw UsageError("--certificates \(path) is not there") }
    var request = RecoveryRequest()
    request.lists = lists
    request.certificates = certificates
    request.isRehearsal = dryRun
    request.why = why
    let report = RecoveryText(
      try AuthorityDirectory.recover(directory.path, request, as: .current), isRehearsal: dryRun)
    print(json ? JSONText.of(report) : report.text)
  }
}

/// A recovery as it is printed.
private struct RecoveryText: Encodable {
  struct CA: Encodable { let name, subject, certificateFile: String }
  struct Entry: Encodable { let serial, authority, subject, file: String }
  struct Revocation: Encodable { let serial, authority, reason, revokedAt, source: String }
  struct Number: Encodable { let authority, crlNumber: String }

  let dryRun: Bool
  let authorities: [CA]
  let certificates: [Entry]
  let revocations: [Revocation]
  let crlNumbers: [Number]
  let notRecovered: [String]
  let keptLedger: String?

  init(_ report: RecoveryReport, isRehearsal: Bool) {
    dryRun = isRehearsal
    authorities = report.authorities.map { CA(name: $0.name, subject: $0.subject, certificateFile: $0.certificatePath) }
    certificates = report.certificates.map {
      Entry(serial: $0.serial, authority: $0.authority, subject: $0.subject, file: $0.path)
    }
    revocations = report.revocations.map {
      Revocation(
        serial: $0.serial, authority: $0.authority, reason: $0.reason.name, revokedAt: $0.date.rfc3339,
        source: $0.source)
    }
    crlNumbers = report.numbers.map { Number(authority: $0.authority, crlNumber: $0.number) }
    notRecovered = report.notRecovered
    keptLedger = report.keptLedger
  }

  var text: String {
    let verb = dryRun ? "would recover" : "recovered"
    var lines = authorities.map { "\(verb) the CA \($0.name): \($0.subject), \($0.certificateFile)" }
    lines += certificates.map { "\(verb) certificate \($0.serial)  \($0.subject), \($0.file)" }
    lines += revocations.map { "\(verb) revocation \($0.serial)  \($0.reason), \($0.revokedAt), from \($0.source)" }
    lines += crlNumbers.map { "\(verb) CRL number \($0.crlNumber) of the CA \($0.authority)" }
    if lines.isEmpty { lines = ["the ledger lacks nothing that the files have"] }
    if let keptLedger { lines.append("the damaged ledger is kept as \(keptLedger)") }
    if !notRecovered.isEmpty { lines += ["not recovered:"] + notRecovered.map { "  " + $0 } }
    if !dryRun, !revocations.isEmpty || !crlNumbers.isEmpty {
      lines.append("next: `countersign ca crl` signs a list with all of this")
    }
    return lines.joined(separator: "\n")
  }
}
