import Foundation
import Testing

/// A refused client's way to the reason: the page's id, the error log's line, `countersign why`.
@Suite("Refusals and their ids")
struct RefusalTests {
  static func server(_ scene: Scene, _ more: String = "", location: String = "return 200 hello;") -> String {
    RevocationTests.server(scene, more, location: location)
  }

  /// The id of the last refusal in the log.
  private func lastID(_ gateway: GatewayProcess) -> String? {
    gateway.errorLog.split(separator: "\n").compactMap { line -> String? in
      guard let start = line.range(of: ": refusal ") ?? line.range(of: " refusal ") else { return nil }
      return String(line[start.upperBound...].prefix(8))
    }.last
  }

  private func why(_ id: String, _ arguments: [String]) throws -> Run {
    try Program.run(Program.countersign, ["why", id] + arguments)
  }

  @Test("by default the page is nginx's and the log has the id; countersign why explains it")
  func withoutDetail() throws {
    let scene = try Scene()
    let mallory = try scene.authority.issue("mallory")
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.server(scene))
    let answer = try scene.curl(mallory).get("/")
    #expect(answer.status == 400)
    #expect(!answer.body.contains("Refusal"))
    #expect(eventually { lastID(gateway) != nil })
    let id = try #require(lastID(gateway))
    let line = try #require(gateway.errorLog.split(separator: "\n").first { $0.contains(id) })
    #expect(line.contains("[error]") && line.contains("rule revoked, subject: \"CN=mallory,O=Test\", serial: "))
    #expect(line.contains("cure: \"if that is not as it should be"))
    #expect(line.contains("client SSL certificate verify error: (certificate revoked"))
    let found = try why(id.uppercased(), ["-e", scene.directory.file("error.log")])
    #expect(found.status == 0, "\(found.errors)")
    for text in ["refusal \(id)", "revoked: The CA has taken", "CN=mallory,O=Test", "cure", String(line)] {
      #expect(found.output.contains(text), "\(text) in \(found.output)")
    }
    #expect(try why(id, ["--dir", scene.directory.path]).output == found.output)
  }

  @Test(
    "a client that does not accept the server's certificate is told apart, with its alert", arguments: ["1.2", "1.3"])
  func serverRejected(version: String) throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.server(scene))
    let run = try Program.run(
      "curl", ["-sS", "--max-time", "20", "--tls-max", version, "https://localhost:\(scene.ports[0])/"])
    #expect(run.status == 60, "\(run.errors)")
    #expect(eventually { gateway.errorLog.contains("rule tls_server_rejected") }, "\(gateway.errorLog)")
    #expect(gateway.errorLog.contains("alert unknown ca:SSL alert number 48) while SSL handshaking"))
    let id = try #require(lastID(gateway))
    let found = try why(id, ["-e", scene.directory.file("error.log")])
    #expect(found.output.contains("the client does not accept the server's certificate"), "\(found.output)")
    #expect(found.output.contains("curl: --cacert"))
  }

  @Test("with ssl_verify_client_detail the page shows the id alone, on 400 and on 403")
  func withDetail() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(
      Self.server(scene, "ssl_verify_client_detail on; ssl_client_deny \"cn:mallory\";"))
    let expired = try scene.authority.issue("old", from: -20, to: -2)
    let mallory = try scene.authority.issue("mallory")
    for (identity, status, rule) in [(expired, 400, "expired"), (mallory, 403, "ssl_client_deny")] {
      let answer = try scene.curl(identity).get("/")
      #expect(answer.status == status)
      #expect(eventually { gateway.errorLog.contains("rule \(rule)") })
      let id = try #require(lastID(gateway))
      #expect(answer.body.contains("<center>Refusal \(id)</center>\r\n"), "\(answer.body)")
      #expect(!answer.body.contains("CN="))
      let found = try why(id, ["-e", scene.directory.file("error.log")])
      #expect(found.output.contains("  rule     \(rule): "), "\(found.output)")
    }
    #expect(gateway.errorLog.contains("denied by \"ssl_client_deny cn:mallory\" in "))
    #expect(try scene.curl(try scene.authority.issue("alice")).get("/").body == "hello")
  }

  @Test("who comes without a certificate, without TLS or for another server gets an id that why explains")
  func wrongWay() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let other = Self.server(scene, "ssl_verify_client_detail on; ssl_verify_depth 3;").replacingOccurrences(
      of: "server_name localhost;", with: "server_name other.example;")
    let gateway = try scene.start(Self.server(scene, "ssl_verify_client_detail on;") + other)
    let alice = try scene.authority.issue("alice")
    let ways: [(rule: String, answer: () throws -> Answer)] = [
      ("no_certificate", { try scene.curl.get("/") }),
      ("plaintext_on_tls_port", { try Curl(port: scene.ports[0]).get("/") }),
      ("misdirected", { try scene.curl(alice).get("/", ["-H", "Host: other.example"]) }),
    ]
    for way in ways {
      let answer = try way.answer()
      #expect(answer.status >= 400)
      #expect(eventually { gateway.errorLog.contains("rule \(way.rule), cure") }, "\(gateway.errorLog)")
      let id = try #require(lastID(gateway))
      #expect(answer.body.contains("<center>Refusal \(id)</center>\r\n"), "\(way.rule): \(answer.body)")
      let found = try why(id, ["-e", scene.directory.file("error.log")])
      #expect(found.output.contains("  rule  \(way.rule): "), "\(found.output)")
    }
  }

  @Test("refusals within the handshake and of open connections have their ids, too")
  func elsewhere() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.server(scene, "ssl_verify_client_failure handshake;"))
    let expired = try scene.authority.issue("old", from: -20, to: -2)
    #expect(try scene.curl(expired).get("/").exit != 0)
    #expect(eventually { gateway.errorLog.contains("rule expired, subject: \"CN=old,O=Test\"") })
    let mallory = try scene.authority.issue("mallory")
    let connection = try KeptConnection(scene, mallory)
    #expect(connection.get(expecting: "hello"))
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    #expect(eventually { connection.isClosed && gateway.errorLog.contains("closing the open connection") })
    let found = try why(try #require(lastID(gateway)), ["-e", scene.directory.file("error.log")])
    #expect(found.output.contains("revoked: "), "\(found.output)")
  }

  @Test("an unknown id, a log that is not there, and what is no id")
  func unknown() throws {
    let directory = try TemporaryDirectory()
    let log = try directory.write(
      "error.log", "2026/11/21 12:00:00 [error] 1#1: *1 client sent refusal aaaaaaaa, rule revoked: x\n")
    #expect(try why("aaaaaaaa", ["-e", log]).status == 1)
    #expect(try why("aaaaaaaa", ["-e", directory.file("none")]).status == 2)
    #expect(try why("aaaaaaaa", ["--dir", directory.file("none")]).status == 2)
    #expect(try why("a", ["-e", log]).status == 2)
    try directory.write(
      "error.log",
      "2026/11/21 12:00:00 [error] 1#1: *1 refusal aaaaaaaa, rule later, subject: \"CN=a\\\", rule revoked: x\", cure: \"wait\": text: more, client: b\n"
    )
    let found = try why("aaaaaaaa", ["-e", log])
    #expect(found.status == 0)
    #expect(found.output.contains("later: a rule that this version does not know"))
    #expect(found.output.contains("subject  CN=a\\\", rule revoked: x\n"))
    #expect(found.output.contains("said     text: more, client: b\n"))
    #expect(found.output.contains("cure     wait\n"))
  }
}
