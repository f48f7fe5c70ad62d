import ArgumentParser
import Authority
import PKI

struct RevokeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Revoke certificates, or put them on hold, and write the new CRL.",
    usage: "countersign revoke [<options>] [<certificate> ...]",
    discussion: """
      A name revokes every certificate of that name that is not expired: the old
      ones of a renewed name as well. --reason certificateHold suspends; --remove
      takes a hold back (removeFromCRL). The CRL is written at once, so that a
      gateway that watches ca/ca.crl refuses from then on. It is pushed to the
      gateways that `ca push --remember` knows, and to those of --push.
      """)

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var push: PushOptions

  @Argument(
    help: ArgumentHelp(
      "Serial numbers, fingerprints or names: of a file (client/alice), subject or alternative name. ./PATH is a file.",
      valueName: "certificate"))
  var certificates: [String] = []

  @Option(
    name: .customLong("file"), parsing: .singleValue,
    help: ArgumentHelp("The certificate in a file. Repeatable.", valueName: "file"))
  var files: [String] = []

  @Option(help: ArgumentHelp("\(RevocationReason.allNames.joined(separator: ", ")).", valueName: "reason"))
  var reason = "unspecified"

  @Flag(help: "Take back a hold.")
  var remove = false

  @Flag(help: "Revoke a CA without being asked.")
  var yes = false

  @Flag(name: .customLong("no-crl"), help: "Do not write the CRL now; the CA's key is not needed then.")
  var withoutCRL = false

  @Option(help: ArgumentHelp("When the key is thought to have been lost (RFC 3339).", valueName: "time"))
  var invalidSince: String?

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @Flag(help: "Say what would be revoked, and change nothing.")
  var dryRun = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard !certificates.isEmpty || !files.isEmpty else { throw ValidationError("give certificates, or --file FILE") }
  }

  func run() throws {
    guard let known = RevocationReason(name: reason) else {
      throw UsageError(
        "--reason \"\(reason)\" is not known; known: \(RevocationReason.allNames.joined(separator: ", "))")
    }
    try passphrase.check()
    let opened = try directory.open()
    let lifts = remove || known == .removeFromCRL
    let records =
      try certificates.flatMap { try lifts ? opened.held($0) : opened.revocable($0) }
      + files.map { try opened.recorded(file: $0) }
    if dryRun { return report(records, [], lifts: lifts) }
    if !lifts { try confirm(records, in: opened) }
    let keyring = Keyring(opened, passphrase)
    let names = Set(records.map(\.authority)).sorted()
    let signers = withoutCRL ? [] : try names.map { try keyring.signer($0) }
    var request = RevocationRequest(records: records, reason: lifts ? .removeFromCRL : known)
    request.invalidityDate = try invalidSince.map(time)
    request.why = why
    let outcome = try opened.revoke(request, signers: signers)
    report(records, outcome, lifts: lifts)
    try push.push(outcome, of: opened, quietly: json)
  }

  /// With a CA goes everything that it signed.
  private func confirm(_ records: [CertificateRecord], in opened: AuthorityDirectory) throws {
    guard !yes else { return }
    for record in records where opened.isAuthority(record) {
      let answer = Confirmation.isYes(
        "\(record.label) (\(record.subject)) is a CA: nothing it signed is believed any more. Type yes to revoke it: ")
      guard let answer else { throw UsageError("\(record.label) is a CA: give --yes to revoke it") }
      guard answer else { throw Declined(message: "\(record.label) was not revoked, nor was anything else") }
    }
  }

  private func time(_ text: String) throws -> UnixTime {
    guard let time = UnixTime(rfc3339: text) else {
      throw UsageError("--invalid-since \"\(text)\" is not understood; accepted: 2026-01-31T12:00:00Z")
    }
    return time
  }

  private func report(_ records: [CertificateRecord], _ crls: [WrittenCRL], lifts: Bool) {
    let act = lifts ? "released" : reason.lowercased() == "certificatehold" ? "held" : "revoked"
    let verb = dryRun ? "not yet " + act : act
    if json {
      let entries = records.map { Entry(serial: $0.serial, subject: $0.subject, name: $0.name, act: verb) }
      return print(JSONText.of(entries))
    }
    for record in records { print(VisibleText.escaped("\(verb) \(record.serial)  \(record.subject)")) }
    for crl in crls { print("  \(crl.path): number \(crl.number), \(crl.entries) revoked") }
    if withoutCRL, !dryRun { StandardError.warn("the CRL does not say so yet: run `countersign ca crl`") }
  }

  private struct Entry: Encodable { let serial, subject, name, act: String }
}

/// Asked, and the answer was no.
struct Declined: CommandFailure {
  let message: String
  var exitCode: Int32 { ExitStatus.refused }
}
