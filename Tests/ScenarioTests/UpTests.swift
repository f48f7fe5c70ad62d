import Foundation
import Testing

/// What a newcomer sees: `countersign up`, the printed curl line, revocation without a restart.
@Suite("countersign up")
struct UpTests {
  /// `up` in a folder of its own, until let go of.
  final class Up {
    let directory: TemporaryDirectory
    let port: Int
    private let process = Process()

    /// - Parameter listens: says where to listen; else it is remembered.
    init(_ arguments: [String] = [], in directory: TemporaryDirectory, port: Int, listens: Bool = true) throws {
      self.directory = directory
      self.port = port
      process.executableURL = URL(fileURLWithPath: Program.countersign)
      process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
      process.arguments = ["up"] + (listens ? ["--listen", "127.0.0.1:\(port)"] : []) + arguments
      process.standardOutput = try directory.writing("stdout")
      process.standardError = try directory.writing("stderr")
      process.standardInput = FileHandle.nullDevice
      try process.run()
      let process = self.process
      _ = eventually(within: 30) { directory.text("stdout").contains("Ctrl-C") || !process.isRunning }
      guard process.isRunning else { throw GatewayFailure(text: directory.text("stderr")) }
    }

    deinit { stop() }

    func stop() {
      guard process.isRunning else { return }
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
    }

    var output: String { directory.text("stdout") }

    /// The curl line as printed, joined to one.
    var curlLine: String {
      let lines = output.components(separatedBy: "\n")
      guard let start = lines.firstIndex(where: { $0.contains("curl --cert") }) else { return "" }
      return (lines[start] + lines[start + 1]).replacingOccurrences(of: "\\", with: " ")
    }

    func shell(_ line: String) throws -> Run { try Program.run("bash", ["-c", line], directory: directory.path) }
  }

  @Test("the printed curl line works; no certificate, a foreign one and a revoked one are refused")
  func wholeStory() throws {
    let directory = try TemporaryDirectory()
    let up = try Up(in: directory, port: try Ports()[0])
    let line = up.curlLine.replacingOccurrences(of: "curl ", with: "curl -sS ")
    let welcome = try up.shell(line)
    #expect(
      welcome.output == "mTLS Authentication Successful!\nClient DN: CN=client1\nVerify Status: SUCCESS\n",
      "\(welcome.errors)")
    let url = "https://localhost:\(up.port)/"
    let nobody = try up.shell("curl -sS -o /dev/null -w '%{http_code}' --cacert mtls_certs/ca/ca.crt \(url)")
    #expect(nobody.output == "400")
    let stranger = try TestAuthority("other", in: directory).issue("client1")
    let foreign = try up.shell(
      "curl -sS -o /dev/null -w '%{http_code}' --cert \(stranger.certificate) --key \(stranger.key) --cacert mtls_certs/ca/ca.crt \(url)"
    )
    #expect(foreign.output == "400")
    let revoked = try up.shell("\(Program.countersign) revoke client1")
    #expect(revoked.succeeded, "\(revoked.errors)")
    #expect(try eventually { try up.shell(line).output.contains("The SSL certificate error") })
  }

  @Test("run again it makes nothing twice, and an edited configuration is left alone")
  func idempotent() throws {
    let directory = try TemporaryDirectory()
    let port = try Ports()[0]
    try Up(in: directory, port: port).stop()
    let certificate = directory.text("mtls_certs/client/client1.crt")
    let authority = directory.text("mtls_certs/ca/ca.crt")
    let configuration = directory.text("mtls_certs/gateway.conf")
    #expect(!certificate.isEmpty && !configuration.isEmpty)
    try Up(["--client", "client1", "--client", "bob"], in: directory, port: port).stop()
    #expect(directory.text("mtls_certs/client/client1.crt") == certificate)
    #expect(directory.text("mtls_certs/ca/ca.crt") == authority)
    #expect(directory.text("mtls_certs/gateway.conf") == configuration)
    #expect(directory.exists("mtls_certs/client/bob.p12"))
    try directory.write("mtls_certs/gateway.conf", configuration + "# mine\n")
    let third = try Up(in: directory, port: port)
    #expect(third.output.contains("edited by you"))
    third.stop()
    #expect(directory.text("mtls_certs/gateway.conf").hasSuffix("# mine\n"))
  }

  @Test(
    "--upstream protects a service, which learns who the client is and what they asked for: port, WebSocket, any body")
  func upstream() throws {
    let directory = try TemporaryDirectory()
    let ports = try Ports(2)
    let backend = try GatewayProcess(
      """
      events { } http { server { listen 127.0.0.1:@PORT2@; client_max_body_size 0;
      return 200 "$http_x_ssl_client_dn $http_host $request_uri $http_upgrade,$http_connection"; } }
      """, in: try TemporaryDirectory(), ports: ports)
    let up = try Up(["--upstream", "http://127.0.0.1:\(ports[1])"], in: directory, port: ports[0])
    let line = up.curlLine.replacingOccurrences(of: "curl ", with: "curl -sS ")
    let plain = "CN=client1 localhost:\(ports[0]) /x?y=1 ,"
    #expect(try up.shell(line + "x?y=1").output == plain)
    #expect(try up.shell(line + "x?y=1 --http1.1").output == plain)
    let forged = " -H 'X-SSL-Client-DN: CN=admin' -H 'X_SSL_Client_DN: CN=admin'"
    #expect(try up.shell(line + "x?y=1" + forged).output == plain)
    func upgrade(_ name: String) throws -> String {
      try up.shell(line + "x?y=1 --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: \(name)'").output
    }
    #expect(try upgrade("WebSocket") == plain.dropLast() + "websocket,upgrade")
    #expect(try upgrade("h2c") == plain)
    try directory.write("large", String(repeating: "x", count: 3 << 20))
    #expect(try up.shell(line + "x?y=1 --data-binary @large").output == plain)
    #expect(backend.isRunning)
  }

  @Test("run again without options it serves the same, and makes nothing that nobody asked for")
  func remembers() throws {
    let directory = try TemporaryDirectory()
    let ports = try Ports(2)
    let told = ["--upstream", "http://127.0.0.1:\(ports[1])", "--name", "api.internal", "--client", "alice"]
    try Up(told, in: directory, port: ports[0]).stop()
    // Handed over, and not to be made once more with another password.
    try FileManager.default.removeItem(atPath: directory.file("mtls_certs/client/alice.p12"))
    let before = try Self.files(directory)
    let again = try Up(in: directory, port: ports[0], listens: false)
    #expect(again.output.contains("https://localhost:\(ports[0])/"))
    again.stop()
    #expect(try Self.files(directory) == before)
    #expect(directory.text("mtls_certs/gateway.conf").contains("proxy_pass http://127.0.0.1:\(ports[1]);"))
    #expect(directory.text("mtls_certs/gateway.conf").contains("server_name localhost api.internal;"))
    #expect(!directory.exists("mtls_certs/client/client1.crt"))
    try Up(["--client", "bob"], in: directory, port: ports[0], listens: false).stop()
    let third = try Self.files(directory)
    #expect(third["mtls_certs/gateway.conf"] == before["mtls_certs/gateway.conf"])
    #expect(third["mtls_certs/client/bob.p12"] != nil && third["mtls_certs/client/alice.p12"] == nil)
  }

  @Test(
    "what cannot be served changes no file: a taken port, a host that is none, an edited configuration with a mistake")
  func changesNothing() throws {
    let directory = try TemporaryDirectory()
    let ports = try Ports(2)
    func refused(_ arguments: [String], in folder: TemporaryDirectory) throws -> Run {
      try Program.run(Program.countersign, ["up"] + arguments, directory: folder.path)
    }
    let up = try Up(["--name", "api.internal"], in: directory, port: ports[0])
    let before = try Self.files(directory)
    let taken = ["--listen", "127.0.0.1:\(ports[0])", "--client", "mallory", "--name", "other.internal"]
    let run = try refused(taken, in: directory)
    #expect(run.status == 1 && run.errors.contains("127.0.0.1:\(ports[0])"), "\(run.errors)")
    #expect(run.errors.contains("nothing was changed"))
    let fresh = try TemporaryDirectory()
    #expect(try refused(taken, in: fresh).status == 1)
    #expect(!fresh.exists("mtls_certs"))
    up.stop()
    let nowhere = ["--listen", "127.0.0.1:\(ports[1])", "--upstream", "http://no-such-host.invalid:1"]
    #expect(try refused(nowhere, in: directory).status == 1)
    #expect(try Self.files(directory) == before)
    try directory.write("mtls_certs/gateway.conf", directory.text("mtls_certs/gateway.conf") + "nonsense;\n")
    let edited = try Self.files(directory)
    #expect(try refused(["--client", "mallory"], in: directory).status == 1)
    #expect(try Self.files(directory) == edited)
  }

  @Test("what it wrote runs as it is by the command of the documented systemd unit")
  func systemd() throws {
    let directory = try TemporaryDirectory()
    let ports = try Ports()
    let up = try Up(in: directory, port: ports[0])
    let line = up.curlLine.replacingOccurrences(of: "curl ", with: "curl -sS ")
    up.stop()
    let manual = Program.packageDirectory.appendingPathComponent("docs/operations.md")
    let lines = try String(contentsOf: manual, encoding: .utf8).components(separatedBy: "\n")
    let start = try #require(lines.first { $0.hasPrefix("ExecStart=") })
    let root = directory.file("mtls_certs")
    let command = start.dropFirst("ExecStart=".count)
      .replacingOccurrences(of: "/usr/local/bin/countersign gateway", with: "\(Program.countersign) gateway -p \(root)")
      .replacingOccurrences(of: "/etc/countersign", with: root)
    #expect(command.contains("daemon off;"))
    let unit = Process()
    unit.executableURL = URL(fileURLWithPath: "/bin/sh")
    unit.arguments = ["-c", "exec \(command)"]
    unit.standardError = try directory.writing("unit.out")
    try unit.run()
    defer { if unit.isRunning { unit.terminate() } }
    let isServing = try eventually { try up.shell(line).output.contains("Verify Status: SUCCESS") }
    #expect(isServing, "\(directory.text("unit.out"))")
    #expect(try up.shell("\(Program.countersign) gateway -p \(root) -c gateway.conf -s quit").succeeded)
    #expect(eventually { !unit.isRunning })
  }

  /// What lies below `mtls_certs`, but for logs and the ledger, by path.
  private static func files(_ directory: TemporaryDirectory) throws -> [String: String] {
    var files: [String: String] = [:]
    let all = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
    for path in all
    where [".conf", ".json", ".crt", ".key", ".csr", ".p12", ".password", ".crl"].contains(where: path.hasSuffix) {
      files[path] = try Data(contentsOf: URL(fileURLWithPath: directory.file(path))).base64EncodedString()
    }
    return files
  }

  @Test("an intermediate that signs by default is served with its chain, and revocations of the whole chain are known")
  func intermediate() throws {
    let directory = try TemporaryDirectory()
    func countersign(_ arguments: String...) throws {
      let run = try Program.run(Program.countersign, arguments, directory: directory.path)
      #expect(run.succeeded, "\(run.errors)")
    }
    try countersign("ca", "init", "--no-passphrase")
    try countersign("ca", "intermediate", "issuing", "--no-passphrase")
    let up = try Up(in: directory, port: try Ports()[0])
    let line = up.curlLine.replacingOccurrences(of: "curl ", with: "curl -sS ")
    let welcome = try up.shell(line)
    #expect(welcome.output.contains("Verify Status: SUCCESS"), "\(welcome.errors)")
    // Who trusts the root alone gets the whole chain.
    let root = try up.shell(
      "curl -sS -o /dev/null -w '%{http_code}' --cacert mtls_certs/ca/ca.crt https://localhost:\(up.port)/")
    #expect(root.output == "400", "\(root.errors)")
    try countersign("revoke", "ca/issuing", "--yes")
    #expect(try eventually { try up.shell(line).output.contains("The SSL certificate error") })
  }

  @Test("an intermediate whose root is elsewhere: clients are checked for revocation, the chain cannot be")
  func offlineRoot() throws {
    let directory = try TemporaryDirectory()
    for arguments in [
      ["ca", "init", "--no-passphrase", "--dir", "root"],
      ["ca", "intermediate", "--parent", "root", "--no-passphrase"],
    ] {
      let run = try Program.run(Program.countersign, arguments, directory: directory.path)
      #expect(run.succeeded, "\(run.errors)")
    }
    try FileManager.default.removeItem(atPath: directory.file("root"))
    let up = try Up(in: directory, port: try Ports()[0])
    #expect(directory.text("mtls_certs/gateway.conf").contains("ssl_crl_check          leaf;"))
    let line = up.curlLine.replacingOccurrences(of: "curl ", with: "curl -sS ")
    let welcome = try up.shell(line)
    #expect(welcome.output.contains("Verify Status: SUCCESS"), "\(welcome.errors)")
    let revoked = try up.shell("\(Program.countersign) revoke client1")
    #expect(revoked.succeeded, "\(revoked.errors)")
    #expect(try eventually { try up.shell(line).output.contains("The SSL certificate error") })
  }

  @Test("bad arguments are refused with exit code 2")
  func badArguments() throws {
    for arguments in [["--listen", "8443"], ["--upstream", "ftp://x"], ["--name", "a; evil"]] {
      let run = try Program.run(Program.countersign, ["up"] + arguments)
      #expect(run.status == 2, "\(arguments)")
      #expect(run.errors.contains("countersign: "))
    }
  }
}
