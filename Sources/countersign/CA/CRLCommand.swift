import ArgumentParser
import Authority
import PKI

struct CRLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crl",
    abstract: "Write the certificate revocation list, PEM and DER, with the next number.",
    usage: "countersign ca crl [<options>]",
    discussion: "`countersign revoke` does this by itself; a CRL also needs renewing before its nextUpdate.")

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var push: PushOptions

  @Option(help: ArgumentHelp("The CA whose CRL to write; every CA of the directory without it.", valueName: "name"))
  var ca: String?

  @Option(
    name: [.customLong("lifetime"), .customLong("days")],
    help: ArgumentHelp("From now on a CRL is good for so long: 30d, 12h.", valueName: "time"))
  var lifetime: Lifetime?

  @Option(help: ArgumentHelp("Write another copy here: PEM, or DER when it ends in .der.", valueName: "file"))
  var out: String?

  @Flag(help: "Print JSON.")
  var json = false

  private struct Entry: Encodable {
    let authority, path, number, nextUpdate: String
    let entries: Int
  }

  func run() throws {
    let lifetime = try lifetime?.checked(asCRLOf: "--lifetime")
    try passphrase.check()
    let authorities = try directory.open()
    let names = try ca.map { [$0] } ?? authorities.authorities().map(\.name)
    if out != nil, names.count > 1 { throw UsageError("--out takes one CRL; name the CA with --ca") }
    var lists: [WrittenCRL] = []
    for name in names {
      let signer = try authorities.unlock(
        name, passphrase: passphrase.unlocking(authorities.layout.authority(name).key))
      let written = try authorities.writeCRL(signer: signer, lifetime: lifetime)
      lists.append(written)
      if let out {
        try AtomicFile.write(out.hasSuffix(".der") ? written.der : written.pem, to: out, mode: AtomicFile.publicMode)
      }
      if json { continue }
      print(
        "\(written.path): number \(written.number), \(written.entries) revoked, next update \(written.nextUpdate.rfc3339)"
      )
    }
    if json {
      let entries = lists.map {
        Entry(
          authority: $0.authority, path: $0.path, number: $0.number, nextUpdate: $0.nextUpdate.rfc3339,
          entries: $0.entries)
      }
      print(JSONText.of(entries))
    }
    try push.push(lists, of: authorities, quietly: json)
  }
}
