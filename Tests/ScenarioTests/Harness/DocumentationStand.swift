import Foundation
import Testing

/// How a block of the documentation is run, and what must come of it.
struct DocumentationRow: CustomTestStringConvertible, Sendable {
  enum Kind: Sendable {
    /// Commands, run as they are by sh.
    case commands
    /// Commands of which the last one serves until it is ended.
    case serving
    /// A configuration, or a part of one, for `countersign gateway -t`.
    case configuration(Place)
    /// Another file: `block.txt`.
    case file
    /// Not run, and why.
    case exempt(String)
  }

  /// What stands around a part of a configuration.
  enum Place: Sendable { case main, http, server }

  let file: String
  /// The beginning of the block.
  let begins: String
  let kind: Kind
  /// Commands that make what the block needs.
  var prepare = ""
  /// What stands for hosts, ports and paths of the example, and for the answers to its prompts.
  var replacing: [(String, String)] = []
  /// Before a part of a configuration.
  var before = ""
  /// The beginning of another block of the file: a configuration that becomes `gateway.conf`, or a text in `other.txt`.
  var uses: String?
  /// Commands that fail unless the block did what it should.
  var then = ""

  var testDescription: String { "\(file): \(begins.prefix { $0 != "\n" })" }

  func replaced(_ text: String) -> String {
    replacing.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }

  func configuration(_ text: String, _ place: Place) -> String {
    let inner = before + replaced(text)
    switch place {
    case .main: return "events { }\n\(inner)"
    case .http: return "events { }\nhttp {\n\(inner)}\n"
    case .server:
      return """
        events { }
        http { server {
          listen 127.0.0.1:@PORT1@ ssl; ssl_certificate www.crt; ssl_certificate_key www.key;
          ssl_client_certificate ca.crt; ssl_verify_client on;
        \(inner)} }

        """
    }
  }
}

/// A folder with a CA, where blocks are run; each block has a copy of its own.
final class DocumentationStand: Sendable {
  private let ready: TemporaryDirectory

  init() throws {
    ready = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: ready.file("bin"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: ready.file("bin/countersign"), withDestinationPath: Program.countersign)
    let run = try Self.shell(
      """
      umask 077; mkdir work; cd work; mkdir logs crls; printf 'secret\\n' > p12.pass
      countersign ca init --no-passphrase --subject /O=Test/CN=Root
      countersign ca intermediate issuing --no-passphrase --keep-default --subject /O=Test/CN=Issuing
      countersign issue server www --san dns:localhost --san dns:gw1.example
      countersign issue client alice ca-operator
      cp mtls_certs/server/www.crt mtls_certs/server/www.key mtls_certs/ca/ca.crt .; cp mtls_certs/ca/ca.crl crls
      """, in: ready.path, path: ready.file("bin"))
    guard run.succeeded else { throw GatewayFailure(text: run.errors) }
  }

  /// Runs a block by its row; `block.sh`, `block.txt` or `gateway.conf` is the block, `block.out` what it printed.
  func run(
    _ block: DocumentationBlock, by row: DocumentationRow, beside others: [(DocumentationRow, DocumentationBlock)]
  )
    throws -> Run
  {
    let folder = try TemporaryDirectory()
    let work = folder.file("work")
    try FileManager.default.copyItem(atPath: ready.file("work"), toPath: work)
    let ports = try Ports(3)
    func fill(_ text: String) -> String { ports.fill(text.replacingOccurrences(of: "@DIR@", with: work)) }
    for (other, text) in others {
      guard case .configuration(let place) = other.kind else {
        try folder.write("work/other.txt", text.text)
        continue
      }
      try folder.write("work/gateway.conf", fill(other.configuration(text.text, place)))
    }
    let script: String
    switch row.kind {
    case .commands:
      try folder.write("work/block.sh", fill(row.replaced(block.text)))
      script = "sh -e block.sh > block.out 2> block.err || { cat block.err >&2; exit 1; }"
    case .serving:
      try folder.write("work/block.sh", "exec " + fill(row.replaced(block.text)))
      script = "sh -e block.sh > block.out 2>&1 & echo $! > block.pid; until_serving block"
    case .configuration(let place):
      try folder.write("work/gateway.conf", fill(row.configuration(block.text, place)))
      script = "countersign gateway -t -p \"$PWD/\" -c gateway.conf"
    case .file:
      try folder.write("work/block.txt", block.text)
      script = ""
    case .exempt: return Run(status: 0, output: "", errors: "")
    }
    return try Self.shell(
      [Self.functions, fill(row.prepare), script, fill(row.then)].joined(separator: "\n"), in: work,
      path: ready.file("bin"))
  }

  private static func shell(_ script: String, in folder: String, path: String) throws -> Run {
    let path = path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    return try Program.run("sh", ["-e", "-c", script], directory: folder, environment: ["PATH": path], limit: 60)
  }

  /// What rows have in common. Whatever they start leaves its number in a file, and ends with the script.
  private static let functions = """
    umask 077
    trap 'for file in *.pid; do kill "$(cat "$file")" || true; done 2> /dev/null' EXIT
    serve() { countersign gateway -p "$PWD/" -c "$1" -g "pid $PWD/$1.pid; error_log $PWD/$1.log info;"; }
    until_serving() {
      until grep -qs Ctrl-C "$1.out"; do kill -0 "$(cat "$1.pid")" || { cat "$1.out" >&2; exit 1; }; sleep 0.1; done
    }
    up() { countersign up "$@" > up.out 2>&1 & echo $! > up.pid; until_serving up; }
    ask() { curl -sSf --cacert ca.crt --cert mtls_certs/client/alice.crt --key mtls_certs/client/alice.key "$@"; }
    """
}
