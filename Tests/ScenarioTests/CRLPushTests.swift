import Foundation
import Testing

/// CRLs brought to `ssl_crl_push`, by curl and by `countersign ca push`.
@Suite("CRLs pushed to a gateway")
struct CRLPushTests {
  /// Port 1 judges clients and takes CRLs; the unix socket takes them too.
  static func configuration(_ scene: Scene, crl: String? = nil, _ more: String = "") -> String {
    """
    ssl_client_certificate \(scene.authority.certificate);
    ssl_crl \(crl ?? scene.authority.crl);
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_verify_client optional;
      \(more)
      location / { return 200 "$ssl_client_verify"; }
      location = /crl { client_max_body_size 1m; ssl_crl_push; }
      location = /restricted { ssl_client_allow cn:operator; ssl_crl_push; }
      location = /metrics { metrics; }
    }
    server {
      listen unix:@DIR@/admin.sock;
      location = /crl { ssl_crl_push; }
    }
    """
  }

  /// curl's answer to a list put at `path`, and the JSON in it.
  private static func push(
    _ file: String, _ curl: Curl, _ path: String = "/crl", method: String = "PUT"
  ) throws -> (answer: Answer, json: [String: Any]) {
    let answer = try curl.get(
      path, ["-X", method, "--data-binary", "@\(file)", "-H", "Content-Type: application/pkix-crl"])
    let json = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
    return (answer, json ?? [:])
  }

  /// Keeps the CA's CRL of now under another name, PEM or DER.
  private static func keep(_ authority: TestAuthority, as name: String, der: Bool = false) throws -> String {
    let file = authority.directory.file(name)
    let run = try Program.run(
      "openssl", ["crl", "-in", authority.crl, "-out", file, "-outform", der ? "DER" : "PEM"])
    guard run.succeeded else { throw GatewayFailure(text: run.errors) }
    return file
  }

  @Test("a later list is in effect before the answer: the revoked client is refused, its open connection closed")
  func good() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let first = try Self.keep(scene.authority, as: "first.pem")
    let held = try Self.keep(scene.authority, as: "held.pem")
    chmod(held, 0o640)
    let gateway = try scene.start(Self.configuration(scene, crl: held))
    let (alice, mallory) = (try scene.authority.issue("alice"), try scene.authority.issue("mallory"))
    let connection = try KeptConnection(scene, mallory)
    let other = try KeptConnection(scene, alice)
    #expect(connection.get(expecting: "SUCCESS"))
    #expect(other.get(expecting: "SUCCESS"))
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    let second = try Self.keep(scene.authority, as: "second.der", der: true)
    let (answer, json) = try Self.push(second, scene.curl)
    #expect(answer.status == 200, "\(answer.body) \(gateway.errorLog)")
    #expect(answer.headers["content-type"] == "application/json")
    #expect(json["issuer"] as? String == "CN=ca CA,O=Test")
    #expect(json["number"] as? String == "02")
    #expect(json["entries"] as? Int == 1)
    #expect(json["changed"] as? Bool == true)
    #expect(json["closedConnections"] as? Int == 1)
    #expect(try scene.curl(mallory).get().status == 400)
    #expect(try scene.curl(alice).get().body == "SUCCESS")
    #expect(eventually { connection.isClosed })
    #expect(other.get(expecting: "SUCCESS"))
    // In the file, which keeps its form and its mode.
    #expect(scene.directory.text("held.pem").hasPrefix("-----BEGIN X509 CRL-----"))
    let attributes = try FileManager.default.attributesOfItem(atPath: held)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scene.directory.path).allSatisfy {
        !$0.contains("unfinished")
      })
    // The same again changes nothing; the first one is older.
    let again = try Self.push(second, scene.curl, method: "POST")
    #expect(again.answer.status == 200)
    #expect(again.json["changed"] as? Bool == false)
    let older = try Self.push(first, scene.curl)
    #expect(older.answer.status == 409)
    #expect(older.json["error"] as? String == "older")
    #expect(try scene.curl(mallory).get().status == 400)
    let seen = try Exposition(scene.curl.get("/metrics").body)
    #expect(seen.value("crl_pushes_total", ["result": "taken"]) == 1)
    #expect(seen.value("crl_pushes_total", ["result": "unchanged"]) == 1)
    #expect(seen.value("crl_pushes_total", ["result": "older"]) == 1)
  }

  @Test("a pushed list counts for tunnels of the configuration before, too, and its answer counts them")
  func olderGeneration() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let held = try Self.keep(scene.authority, as: "held.pem")
    let echo = try EchoUpgrade(port: scene.ports[1])
    let configuration = Self.configuration(
      scene, crl: held,
      """
      location /echo { proxy_pass http://127.0.0.1:@PORT2@; proxy_http_version 1.1;
        proxy_upgrade_protocols echo; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_read_timeout 5m; }
      """)
    let gateway = try scene.start(configuration)
    let (alice, mallory) = (try scene.authority.issue("alice"), try scene.authority.issue("mallory"))
    let tunnels = try [mallory, alice].map { try KeptConnection(scene, $0) }
    for tunnel in tunnels {
      tunnel.send(
        Array("GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n".utf8))
      #expect(eventually { tunnel.text.contains("101 Switching Protocols") }, "\(tunnel.text)")
    }
    gateway.signal(SIGHUP)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    let (answer, json) = try Self.push(try Self.keep(scene.authority, as: "second.pem"), scene.curl)
    #expect(answer.status == 200, "\(answer.body) \(gateway.errorLog)")
    #expect(json["closedConnections"] as? Int == 1)
    #expect(eventually { tunnels[0].isClosed })
    tunnels[1].send(Array("still there".utf8))
    #expect(eventually { tunnels[1].text.hasSuffix("still there") })
    #expect(echo.isRunning)
  }

  @Test("what is no later list of a trusted CA is refused, and nothing changes")
  func bad() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let held = try Self.keep(scene.authority, as: "held.pem")
    let before = scene.directory.text("held.pem")
    let foreign = try TestAuthority("foreign", in: scene.directory)
    try foreign.writeCRL()
    // Of the same name, and another key.
    let impostor = try TestAuthority("ca", in: try TemporaryDirectory())
    try impostor.writeCRL()
    try impostor.writeCRL()
    try scene.authority.writeCRL(days: -1)
    let expired = try Self.keep(scene.authority, as: "expired.pem")
    try scene.authority.writeCRL()
    let next = try Self.keep(scene.authority, as: "next.der", der: true)
    let whole = try Data(contentsOf: URL(fileURLWithPath: next))
    var damaged = Array(whole)
    damaged[damaged.count - 3] ^= 1
    let gateway = try scene.start(Self.configuration(scene, crl: held))
    for (bytes, status, error) in [
      (try Data(contentsOf: URL(fileURLWithPath: foreign.crl)), 422, "unknown_issuer"),
      (try Data(contentsOf: URL(fileURLWithPath: impostor.crl)), 422, "foreign_signature"),
      (Data(damaged), 422, "foreign_signature"),
      (try Data(contentsOf: URL(fileURLWithPath: expired)), 422, "expired"),
      (whole.dropLast(9), 400, "malformed"),
      (whole + Data([0]), 400, "malformed"),
      (Data("hello".utf8), 400, "malformed"),
      (try Data(contentsOf: URL(fileURLWithPath: scene.server.certificate)), 400, "malformed"),
      (Data((before + before).utf8), 400, "several"),
      (Data(), 400, "empty"),
    ] {
      let file = try scene.directory.write("body", Array(bytes))
      let (answer, json) = try Self.push(file, scene.curl)
      #expect(answer.status == status, "\(error): \(answer.body)")
      #expect(json["error"] as? String == error)
      #expect(scene.directory.text("held.pem") == before)
    }
    #expect(try scene.curl.get("/crl").status == 405)
    let large = try scene.directory.write("body", [UInt8](repeating: 0x30, count: 2 << 20))
    #expect(try Self.push(large, scene.curl).answer.status == 413)
    #expect(try Self.push(next, scene.curl).answer.status == 200)
    #expect(gateway.isRunning)
  }

  @Test("ssl_client_allow keeps others out; an admin socket needs no certificate")
  func admission() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let held = try Self.keep(scene.authority, as: "held.pem")
    let gateway = try scene.start(Self.configuration(scene, crl: held))
    let mallory = try scene.authority.issue("mallory")
    let stranger = try scene.authority.issue("stranger")
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    for curl in [scene.curl, scene.curl(stranger)] {
      #expect(try Self.push(scene.authority.crl, curl, "/restricted").answer.status == 403)
    }
    #expect(try scene.curl(mallory).get().body == "SUCCESS")
    let run = try Program.run(
      "curl",
      [
        "-sS", "--unix-socket", scene.directory.file("admin.sock"), "-T", scene.authority.crl, "http://localhost/crl",
      ])
    #expect(run.output.contains("\"changed\":true"), "\(run.output) \(gateway.errorLog)")
    #expect(try scene.curl(mallory).get().status == 400)
    let fresh = try scene.authority.issue("operator")
    try scene.authority.writeCRL()
    #expect(try Self.push(scene.authority.crl, scene.curl(fresh), "/restricted").answer.status == 200)
  }

  @Test("a list of a CA that had none goes into the directory; other lists of a file stay")
  func places() throws {
    let scene = try Scene()
    let second = try TestAuthority("second", in: scene.directory)
    let third = try TestAuthority("third", in: scene.directory)
    for authority in [scene.authority, second, third] { try authority.writeCRL() }
    func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    let bundle = try [scene.authority, second, third].map { try text($0.certificate) }.joined()
    try scene.directory.write("bundle.crt", bundle)
    try scene.directory.write("crls/two.pem", try text(scene.authority.crl) + text(second.crl))
    let gateway = try scene.start(
      Self.configuration(
        scene, crl: scene.directory.file("crls"), "ssl_client_certificate \(scene.directory.file("bundle.crt"));"))
    let guest = try third.issue("guest")
    #expect(try scene.curl(guest).get().status == 400)
    #expect(try Self.push(third.crl, scene.curl).answer.status == 200)
    #expect(try scene.curl(guest).get().body == "SUCCESS")
    let files = try FileManager.default.contentsOfDirectory(atPath: scene.directory.file("crls"))
    #expect(files.count == 2)
    #expect(files.contains { $0.hasPrefix("third-CA-") && $0.hasSuffix(".crl") })
    let mallory = try second.issue("mallory")
    #expect(try scene.curl(mallory).get().body == "SUCCESS")
    try second.revoke(mallory)
    try second.writeCRL()
    #expect(try Self.push(second.crl, scene.curl).answer.status == 200)
    #expect(try scene.curl(mallory).get().status == 400)
    let two = scene.directory.text("crls/two.pem")
    #expect(two.contains(try text(second.crl).trimmingCharacters(in: .newlines)))
    #expect(two.components(separatedBy: "BEGIN X509 CRL").count == 3)
    #expect(gateway.isRunning)
  }

  @Test("ssl_crl_push without lists or CAs doesn't start")
  func configurationFaults() throws {
    let scene = try Scene()
    for (http, complaint) in [
      ("server { listen 127.0.0.1:@PORT1@; location / { ssl_crl_push; } }", "no \"ssl_crl\" is defined"),
      (
        "server { listen 127.0.0.1:@PORT1@; ssl_crl \(scene.authority.crl); location / { ssl_crl_push; } }",
        "no ssl_client_certificate or ssl_trusted_certificate"
      ),
    ] {
      #expect {
        _ = try scene.start(http)
      } throws: { "\($0)".contains(complaint) }
    }
  }
}
