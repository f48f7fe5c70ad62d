import ArgumentParser
import Authority
import Cryptography
import PKI

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Export a certificate: p12 (key, certificate, chain), pem (the certificate) or chain.",
    usage: "countersign export [<options>] <form> <certificate>",
    discussion: """
      p12 is encrypted with AES-256 and has a SHA-256 MAC (OpenSSL 3, Java, NSS,
      Windows 10); --legacy is for older key stores. chain is the certificate, then
      its intermediates; --with-root adds the root.
      """)

  enum Form: String, ExpressibleByArgument, CaseIterable, Sendable { case p12, pem, chain }

  @OptionGroup var directory: DirectoryOptions

  @Argument(help: "p12, pem or chain.")
  var form: Form

  @Argument(help: ArgumentHelp("A serial number, a name or a certificate file.", valueName: "certificate"))
  var certificate: String

  @Option(help: ArgumentHelp("The file to write; standard output for pem and chain without it.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("The private key, where the ledger does not know it.", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("The name key stores show.", valueName: "text"))
  var friendlyName: String?

  @Flag(help: "With chain: the root as well.")
  var withRoot = false

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var password: P12PasswordOptions

  func run() throws {
    let opened = try directory.open()
    let record = try opened.newest(certificate)
    switch form {
    case .pem: try write(try opened.pem(of: record))
    case .chain: try write(try opened.chainPEM(of: record, withRoot: withRoot))
    case .p12: try writeP12(record, in: opened)
    }
  }

  private func write(_ bytes: [UInt8]) throws {
    guard let out, out != "-" else { return print(String(decoding: bytes, as: UTF8.self), terminator: "") }
    guard force || !FileReader.exists(out) else { throw AuthorityError.fileExists(path: out) }
    try AtomicFile.write(bytes, to: out, mode: AtomicFile.publicMode)
    print(out)
  }

  private func writeP12(_ record: CertificateRecord, in opened: AuthorityDirectory) throws {
    let path = out ?? opened.p12Path(of: record)
    guard force || !FileReader.exists(path) else { throw AuthorityError.fileExists(path: path) }
    let keyPath = key ?? record.keyPath ?? "the key"
    let bytes = try opened.p12(
      of: record, keyPath: key, friendlyName: friendlyName, password: password.forWriting(), legacy: password.legacy
    ) { PassphrasePrompt.ask("Passphrase for \(keyPath): ") }
    try AtomicFile.writeKey(SecretBytes(bytes), to: path, force: force)
    print(path)
  }
}
