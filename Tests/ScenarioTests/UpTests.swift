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

    init(_ arguments: [String] = [], in directory: TemporaryDirectory, port: Int) throws {
      self.directory = directory
      self.port = port
      process.executableURL = URL(fileURLWithPath: Program.countersign)
      process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
      process.arguments = ["up", "--listen", "127.0.0.1:\(port)"] + arguments
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

  @Test("--upstream protects a service, which learns who the client is")
  func upstream() throws {
    let directory = try TemporaryDirectory()
    let ports = try Ports(2)
    let backend = try GatewayProcess(
      "events { } http { server { listen 127.0.0.1:@PORT2@; return 200 \"$http_x_ssl_client_dn $request_uri\"; } }",
      in: try TemporaryDirectory(), ports: ports)
    let up = try Up(["--upstream", "http://127.0.0.1:\(ports[1])"], in: directory, port: ports[0])
    let line = up.curlLine.replacingOccurrences(of: "curl ", with: "curl -sS ")
    #expect(try up.shell(line + "x?y=1").output == "CN=client1 /x?y=1")
    #expect(backend.isRunning)
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
