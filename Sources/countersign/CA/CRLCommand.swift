import ArgumentParser
import Authority
import PKI

struct CRLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crl",
    abstract: "Write the certificate revocation list, PEM and DER, with the next number.",
    discussion: "`countersign revoke` does this by itself; a CRL also needs renewing before its nextUpdate.")

  @OptionGroup var directory: DirectoryOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var push: PushOptions

  @Option(help: ArgumentHelp("The CA whose CRL to write; every CA of the directory without it.", valueName: "name"))
  var ca: String?

  @Option(help: ArgumentHelp("Days until nextUpdate, from now on.", valueName: "days"))
  var days: Int?

  @Option(help: ArgumentHelp("Write another copy here: PEM, or DER when it ends in .der.", valueName: "file"))
  var out: String?

  func run() throws {
    if let days, !(1...3650).contains(days) { throw UsageError("--days \(days) is not possible; accepted: 1 to 3650") }
    try passphrase.check()
    let authorities = try directory.open()
    let names = try ca.map { [$0] } ?? authorities.authorities().map(\.name)
    if out != nil, names.count > 1 { throw UsageError("--out takes one CRL; name the CA with --ca") }
    var lists: [WrittenCRL] = []
    for name in names {
      let signer = try authorities.unlock(
        name, passphrase: passphrase.unlocking(authorities.layout.authority(name).key))
      let written = try authorities.writeCRL(signer: signer, days: days)
      lists.append(written)
      if let out {
        try AtomicFile.write(out.hasSuffix(".der") ? written.der : written.pem, to: out, mode: AtomicFile.publicMode)
      }
      print(
        "\(written.path): number \(written.number), \(written.entries) revoked, next update \(written.nextUpdate.rfc3339)"
      )
    }
    try push.push(lists, of: authorities)
  }
}
