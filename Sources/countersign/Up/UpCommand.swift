import ArgumentParser
import Authority
import Gateway
import Glibc

struct UpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "CA, certificates and gateway in one step; prints the curl line that works.",
    usage: "countersign up [<options>]",
    discussion: """
      Makes what is missing and starts. What it is told it keeps in DIR/up.json: run
      it again without options and it serves the same, with nothing made twice and
      nothing added; --name and --client add, --upstream and --listen replace. A
      change that can't be served changes nothing.
      The CA's key is left unencrypted (0400) unless --passphrase-file is given.
      DIR/gateway.conf is yours to edit: once it differs from what this command
      wrote, it is left alone.

      Example:
        countersign up --upstream http://127.0.0.1:3000 --name api.internal \\
            --client alice --client bob
      """)

  @OptionGroup var directory: DirectoryOptions

  @Option(help: ArgumentHelp("Where the gateway listens: 127.0.0.1:8443 at first.", valueName: "address:port"))
  var listen: String?

  @Option(
    name: .customLong("name"), parsing: .singleValue,
    help: ArgumentHelp(
      "A name or address of the server, beside localhost, 127.0.0.1 and ::1. Repeatable.", valueName: "name"))
  var names: [String] = []

  @Option(help: ArgumentHelp("The service to protect; a greeting answers without it.", valueName: "url"))
  var upstream: String?

  @Option(
    name: .customLong("client"), parsing: .singleValue,
    help: ArgumentHelp("Who gets a client certificate: client1 at first. Repeatable.", valueName: "name"))
  var clients: [String] = []

  @OptionGroup var passphrase: PassphraseOptions

  func validate() throws {
    if let listen, ListenAddress(listen) == nil {
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
    let known = try UpState.read(in: root)
    let asked = known == nil && clients.isEmpty ? ["client1"] : clients
    let state = (known ?? UpState()).merged(
      listen: listen, upstream: upstream, names: names, clients: asked,
      passphraseFile: passphrase.file.flatMap(Self.absolute))
    guard let address = ListenAddress(state.listen ?? "127.0.0.1:8443") else {
      throw UsageError("\(UpState.path(in: root)): listen is not ADDRESS:PORT")
    }
    try check(state, address)
    var unlocking = passphrase
    unlocking.file = state.passphraseFile
    let pki = try UpAuthority(directory, passphrase: unlocking)
    let server = try pki.server(names: state.names)
    let holders = try state.clients.compactMap { try pki.client($0, isAsked: asked.contains($0)) }
    let trust = try pki.trust()
    let configuration = UpConfiguration(
      address: address, names: state.names, upstream: state.upstream, server: server, trust: trust, root: root,
      passwordFile: state.passphraseFile)
    let summary = UpSummary(
      address: address, directory: root, trust: trust, clients: holders,
      isConfigurationOurs: try configuration.isOurs(), isKeyEncrypted: state.passphraseFile != nil)
    try serve(configuration, state, summary)
  }

  /// What was there before stays, unless the gateway serves what takes its place.
  private func serve(_ configuration: UpConfiguration, _ state: UpState, _ summary: UpSummary) throws {
    let before = try configuration.write()
    var failure: (any Error)?
    var isServing = false
    do {
      // In the foreground, whatever starts the same file elsewhere says.
      let options = GatewayOptions(
        configurationFile: "gateway.conf", prefix: root, globalDirectives: try configuration.globalDirectives())
      try GatewayRunner(options: options) { _ in
        isServing = true
        do { try state.write(in: root) } catch { failure = error }
        summary.print()
      }.run()
    } catch {
      if !isServing { try configuration.restore(before) }
      throw error
    }
    if let failure { throw failure }
  }

  /// Nothing is written yet.
  private func check(_ state: UpState, _ address: ListenAddress) throws {
    let check = UpCheck(root: root)
    let configuration = UpConfiguration.Site(address: address, names: state.names, upstream: state.upstream)
    let path = root + "/gateway.conf"
    if FileReader.exists(path), try !UpConfiguration.isUnedited(path) {
      for address in try check.check(file: "gateway.conf") { try check.bind(address) }
    } else {
      try check.check(configuration.probe)
      try check.bind(address.text)
    }
  }

  private var root: String { Layout(root: directory.path).root }
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
