import ArgumentParser
import Authority
import Gateway
import Glibc

struct UpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "CA, certificates and gateway in one step; prints the curl line that works.",
    discussion: """
      Makes what is missing and starts: run it as often as you like, nothing is made twice. The CA's key is left
      unencrypted (0400) unless --passphrase-file is given. DIR/gateway.conf is yours to edit: once it differs from what
      this command wrote, it is left alone.

      Example: countersign up --upstream http://127.0.0.1:3000 --name api.internal --client alice --client bob
      """)

  @OptionGroup var directory: DirectoryOptions

  @Option(help: ArgumentHelp("Where the gateway listens.", valueName: "address:port"))
  var listen = "127.0.0.1:8443"

  @Option(
    name: .customLong("name"),
    help: ArgumentHelp(
      "A name or address of the server, beside localhost, 127.0.0.1 and ::1. Repeatable.", valueName: "name"))
  var names: [String] = []

  @Option(help: ArgumentHelp("The service to protect; a greeting answers without it.", valueName: "url"))
  var upstream: String?

  @Option(
    name: .customLong("client"), help: ArgumentHelp("Who gets a client certificate. Repeatable.", valueName: "name"))
  var clients: [String] = ["client1"]

  @OptionGroup var passphrase: PassphraseOptions

  func validate() throws {
    guard ListenAddress(listen) != nil else {
      throw ValidationError("--listen takes ADDRESS:PORT, as 127.0.0.1:8443 or [::1]:8443")
    }
    if let upstream, !upstream.hasPrefix("http://"), !upstream.hasPrefix("https://") {
      throw ValidationError("--upstream takes a URL that begins with http:// or https://")
    }
    for text in [upstream ?? ""] + names where text.contains(where: { " \t\r\n;{}\"'$\\".contains($0) }) {
      throw ValidationError("\"\(text)\" has a character that is no part of a URL or a name")
    }
  }

  func run() throws {
    guard let address = ListenAddress(listen) else { throw UsageError("--listen \(listen)") }
    let pki = try UpAuthority(directory, passphrase: passphrase)
    let server = try pki.server(names: names)
    let holders = try clients.map { try pki.client($0) }
    try pki.refreshCRL()
    let trust = try pki.trust()
    let configuration = UpConfiguration(
      address: address, names: names, upstream: upstream, server: server, trust: trust, root: directory.path,
      passwordFile: passphrase.file.flatMap(Self.absolute))
    let isOurs = try configuration.write()
    let summary = UpSummary(
      address: address, directory: directory.path, trust: trust, clients: holders, isConfigurationOurs: isOurs,
      isKeyEncrypted: passphrase.file != nil)
    let options = GatewayOptions(configurationFile: "gateway.conf", prefix: directory.path)
    try GatewayRunner(options: options) { _ in summary.print() }.run()
  }
}

extension UpCommand {
  fileprivate static func absolute(_ path: String) -> String? {
    guard let full = realpath(path, nil) else { return nil }
    defer { free(full) }
    return String(cString: full)
  }
}

/// `ADDRESS:PORT` as `--listen` takes it.
struct ListenAddress {
  let host: String
  let port: Int

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65535).contains(port)
    else { return nil }
    host = String(text[..<colon])
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    guard !host.isEmpty, isBracketed || !host.contains(":"), host.allSatisfy({ $0.isASCII && !$0.isWhitespace }) else {
      return nil
    }
    self.port = port
  }

  var text: String { "\(host):\(port)" }

  /// What a client on this machine calls it.
  var clientHost: String {
    ["127.0.0.1", "0.0.0.0", "*", "[::]", "[::1]", "localhost"].contains(host) ? "localhost" : host
  }
}
