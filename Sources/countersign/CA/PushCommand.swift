import ArgumentParser
import Authority
import Glibc
import PKI

struct PushCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Bring the CRLs to gateways, where they take effect at once.",
    usage: "countersign ca push [<options>]",
    discussion: """
      A gateway takes CRLs at a location with ssl_crl_push. The CRL's signature is
      what it believes, so that nothing secret is needed; a gateway that admits only
      some clients is shown --cert.

        countersign ca push --to https://gw1.example:9443/crl --remember
        countersign revoke alice    # revokes, writes the CRL, pushes it to gw1
        countersign ca push         # to all that are remembered, after a failure

      Exit status: 0 in effect everywhere, 1 not everywhere, 2 wrong usage.
      """)

  @OptionGroup var directory: DirectoryOptions

  @Option(
    name: .customLong("to"), parsing: .singleValue,
    help: ArgumentHelp(
      "https://HOST[:PORT]/PATH, http://… or unix:/SOCKET:/PATH; may be repeated. Without it: all that are remembered.",
      valueName: "url"))
  var targets: [String] = []

  @Option(
    name: .customLong("cert"), help: ArgumentHelp("Client certificate for gateways that ask, PEM.", valueName: "file"))
  var certificate: String?

  @Option(help: ArgumentHelp("Its key, PEM, without passphrase.", valueName: "file"))
  var key: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "CAs that vouch for the gateways' own certificates; those of the directory without it.", valueName: "file"))
  var trust: [String] = []

  @Option(help: ArgumentHelp("The CA whose CRL to push; every CA of the directory without it.", valueName: "name"))
  var ca: String?

  @Flag(help: "Remember the targets of --to: from now on `revoke` and `ca crl` push to them.")
  var remember = false

  @Option(parsing: .singleValue, help: ArgumentHelp("Forget a target.", valueName: "url"))
  var forget: [String] = []

  @Flag(help: "Print the remembered targets and push nothing.")
  var list = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if key != nil, certificate == nil { throw ValidationError("--key needs --cert") }
    if remember, targets.isEmpty { throw ValidationError("--remember needs --to") }
  }

  func run() throws {
    let opened = try directory.open()
    let known = try updated(PushTargetFile(opened.layout))
    if list { return show(known) }
    let chosen = targets.isEmpty ? known : named
    if chosen.isEmpty {
      if !forget.isEmpty { return }
      throw UsageError("there is no target: give --to URL, or remember some by --to URL --remember")
    }
    let outcomes = CRLPusher(trust: try opened.certificatesOfAuthorities()).push(try lists(opened), to: chosen)
    if json {
      print(JSONText.of(outcomes))
    } else {
      for outcome in outcomes where outcome.error == nil { print(outcome.line) }
    }
    try PushOptions.report(failuresOf: outcomes)
  }

  private var named: [PushTarget] {
    targets.map {
      PushTarget(
        url: $0, certificate: certificate.map(Self.absolute), key: key.map(Self.absolute),
        trust: trust.map(Self.absolute))
    }
  }

  /// Remembers and forgets what the command line says.
  private func updated(_ file: PushTargetFile) throws -> [PushTarget] {
    let before = try file.read()
    var after = before.filter { !forget.contains($0.url) }
    for url in forget where !before.contains(where: { $0.url == url }) {
      StandardError.warn("\(url) was not remembered")
    }
    if remember { after = after.filter { !targets.contains($0.url) } + named }
    if after != before { try file.write(after) }
    return after
  }

  private func lists(_ opened: AuthorityDirectory) throws -> [PushedList] {
    let records = try ca.map { [try opened.authority($0)] } ?? opened.authorities()
    for record in records where record.crlIsStale {
      StandardError.warn("the CRL of \(record.name) lacks a revocation: run `countersign ca crl`")
    }
    let lists = records.compactMap { PushedList($0) }
    guard !lists.isEmpty else { throw UsageError("there is no CRL yet: run `countersign ca crl`") }
    return lists
  }

  private func show(_ known: [PushTarget]) {
    if json { return print(JSONText.of(known)) }
    for target in known { print(target.url) }
  }

  /// Remembered paths must hold wherever the next command runs.
  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    return String(cString: directory) + "/" + path
  }
}
