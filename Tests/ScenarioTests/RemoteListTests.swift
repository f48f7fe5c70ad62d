import Foundation
import Testing

/// `ssl_crl` with URLs: port 1 is the gateway's, port 2 that of the server of CRLs.
@Suite("CRLs by URL")
struct RemoteListTests {
  static func server(
    _ scene: Scene, crl: String = "http://127.0.0.1:@PORT2@/ca.crl", _ more: String = "", mode: String = "continue"
  ) -> String {
    """
    ssl_crl_refresh 1s;
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      http2 on;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_crl \(crl);
      ssl_verify_client on;
      ssl_verify_client_failure \(mode);
      \(more)
      location / { return 200 "$ssl_client_verify"; }
    }
    """
  }

  private static let revoked = "FAILED:certificate revoked"

  /// What a start that fails says.
  private func refusal(_ scene: Scene, _ http: String) throws -> String {
    try GatewayProcess.write("events { }\nhttp {\n\(http)\n}\n", in: scene.directory, ports: scene.ports)
    let run = try Program.run(
      Program.countersign, ["gateway", "-t", "-p", scene.directory.path + "/", "-c", "gateway.conf"])
    #expect(run.status != 0)
    return run.errors
  }

  @Test("a revocation takes effect by the next fetch, open connections are closed, unchanged lists are not sent again")
  func refresh() throws {
    let scene = try Scene(ports: 2)
    let (alice, mallory) = (try scene.authority.issue("alice"), try scene.authority.issue("mallory"))
    try scene.authority.writeCRL()
    let lists = try ListServer(port: scene.ports[1])
    try lists.publish(scene.authority)
    let gateway = try scene.start(Self.server(scene))
    #expect(try scene.curl(mallory).get("/").body == "SUCCESS")
    let open = try KeptConnection(scene, mallory)
    #expect(open.get(expecting: "SUCCESS"))
    #expect(eventually { lists.count("/ca.crl 304") > 1 })
    #expect(lists.count("/ca.crl 200") == 1)
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    try lists.publish(scene.authority)
    #expect(eventually { open.isClosed }, "\(gateway.errorLog)")
    #expect(try scene.curl(mallory).get("/").body == Self.revoked)
    #expect(try scene.curl(alice).get("/").body == "SUCCESS")
    #expect(gateway.errorLog.contains("/ca.crl\" fetched, "))
  }

  @Test("without server and copy the start is refused; with a copy it is not, until that has ended")
  func start() throws {
    let scene = try Scene(ports: 2)
    let alice = try scene.authority.issue("alice")
    let errors = try refusal(scene, Self.server(scene))
    #expect(errors.contains("CRL \"http://127.0.0.1:\(scene.ports[1])/ca.crl\": no connection"), "\(errors)")
    #expect(errors.contains("there is no copy in") && errors.contains("gateway.conf:"), "\(errors)")
    try scene.authority.writeCRL()
    let lists = try ListServer(port: scene.ports[1])
    try lists.publish(scene.authority)
    try scene.start(Self.server(scene)).stop()
    lists.stop()
    unlink(scene.directory.file("gateway.pid"))
    let again = try scene.start(Self.server(scene))
    #expect(try scene.curl(alice).get("/").body == "SUCCESS")
    #expect(again.errorLog.contains("crl_cache/127.0.0.1"), "\(again.errorLog)")
    again.stop()
    let copies = try FileManager.default.contentsOfDirectory(atPath: scene.directory.file("crl_cache"))
    let copy = try #require(copies.first { $0.hasSuffix(".crl") })
    try scene.authority.writeCRL(days: -5)
    try scene.directory.write("crl_cache/" + copy, try ListServer.crl(of: scene.authority))
    #expect(try refusal(scene, Self.server(scene)).contains("can't be used: it expired at"))
    unlink(scene.directory.file("gateway.pid"))
    let graced = try scene.start(Self.server(scene, "ssl_crl_grace 30d;"))
    #expect(try scene.curl(alice).get("/").body == "SUCCESS")
    graced.stop()
    let other = try TestAuthority(scene.authority.name, in: try TemporaryDirectory())
    try other.writeCRL()
    try scene.directory.write("crl_cache/" + copy, try ListServer.crl(of: other))
    #expect(try refusal(scene, Self.server(scene)).contains("the signature is not that of its issuer"))
  }

  @Test(
    "what is older, cut short, forged, too large, redirected elsewhere or never comes is kept out, and the last good goes on"
  )
  func keptOut() throws {
    let scene = try Scene(ports: 2)
    let mallory = try scene.authority.issue("mallory")
    try scene.authority.writeCRL()
    let before = try ListServer.crl(of: scene.authority)
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    let lists = try ListServer(port: scene.ports[1])
    try lists.publish(scene.authority)
    let gateway = try scene.start(Self.server(scene, "ssl_crl_max_size 1m;"))
    let impostor = try TestAuthority(scene.authority.name, in: try TemporaryDirectory())
    try impostor.writeCRL()
    let stranger = try TestAuthority("stranger", in: scene.directory)
    try stranger.writeCRL()
    for (reply, complaint) in [
      (.file(before), "older than the one in use"),
      (.truncated(try ListServer.crl(of: scene.authority)), "connection closed before the response was complete"),
      (.file(Array(try ListServer.crl(of: scene.authority).dropLast(100))), "refused: not a CRL"),
      (.file(try ListServer.crl(of: impostor)), "the signature is not that of its issuer"),
      (.file(try ListServer.crl(of: stranger)), "is none of the CAs here"),
      (.file(Array("<html>".utf8)), "refused: not a CRL"),
      (.endless, "more than 1048576 bytes"),
      (.redirect("file:///etc/passwd"), "redirected to \"file:///etc/passwd\", which is not allowed"),
      (.redirect("http://localhost:\(scene.ports[1])/ca.crl"), "which is not allowed"),
      (.status(503), "status 503"),
    ] as [(ListServer.Reply, String)] {
      lists.set("/ca.crl", reply)
      #expect(eventually { gateway.errorLog.contains(complaint) }, "\(complaint): \(gateway.errorLog)")
      #expect(try scene.curl(mallory).get("/").body == Self.revoked)
    }
    lists.set("/ca.crl", .stall)
    #expect(eventually { lists.count("/ca.crl 0") > 0 })
    #expect(try scene.curl(mallory).get("/").body == Self.revoked, "serving does not wait")
  }

  @Test("the server may redirect to itself and to ssl_crl_hosts")
  func redirects() throws {
    let scene = try Scene(ports: 2)
    let alice = try scene.authority.issue("alice")
    try scene.authority.writeCRL()
    let lists = try ListServer(port: scene.ports[1])
    try lists.publish(scene.authority, at: "/there.crl")
    lists.set("/ca.crl", .redirect("here.crl"))
    lists.set("/here.crl", .redirect("http://localhost:\(scene.ports[1])/there.crl"))
    let gateway = try scene.start("ssl_crl_hosts localhost;\n" + Self.server(scene))
    #expect(try scene.curl(alice).get("/").body == "SUCCESS")
    #expect(gateway.isRunning)
  }

  @Test("files and URLs stand side by side, and a reload asks for nothing that it has")
  func mixed() throws {
    let scene = try Scene(ports: 2)
    let other = try TestAuthority("other", in: scene.directory)
    try scene.authority.writeCRL()
    try other.writeCRL()
    let both = try [scene.authority, other].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
    try scene.directory.write("both.crt", both.joined())
    let lists = try ListServer(port: scene.ports[1])
    try lists.publish(scene.authority)
    let plan = Self.server(scene, "ssl_crl \(other.crl);")
      .replacingOccurrences(of: scene.authority.certificate, with: scene.directory.file("both.crt"))
      .replacingOccurrences(of: "ssl_crl_refresh 1s;", with: "")
    let gateway = try scene.start(plan)
    for authority in [scene.authority, other] {
      #expect(try scene.curl(try authority.issue("client")).get("/").body == "SUCCESS")
    }
    try gateway.reload(ports: scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    #expect(lists.requests == ["/ca.crl 200"])
    let mallory = try other.issue("mallory")
    try other.revoke(mallory)
    try other.writeCRL()
    #expect(try eventually { try scene.curl(mallory).get("/").body == Self.revoked })
  }

  @Test("https: the server is verified by ssl_crl_trusted_certificate, and there must be one")
  func https() throws {
    let scene = try Scene(ports: 3)
    let alice = try scene.authority.issue("alice")
    try scene.authority.writeCRL()
    try scene.directory.write("www/ca.crl", try ListServer.crl(of: scene.authority))
    let web = try TemporaryDirectory()
    let sites = try TestAuthority("sites", in: web)
    let identity = try sites.issue("localhost", .server)
    let store = try GatewayProcess(
      """
      events {}
      http {
        server {
          listen 127.0.0.1:@PORT2@ ssl;
          ssl_certificate \(identity.certificate);
          ssl_certificate_key \(identity.key);
          root \(scene.directory.file("www"));
        }
      }
      """, in: web, ports: scene.ports)
    let plan = Self.server(scene, crl: "https://localhost:@PORT2@/ca.crl")
    #expect(try refusal(scene, plan).contains("no \"ssl_crl_trusted_certificate\" or \"ssl_trusted_certificate\""))
    let wrong = "ssl_crl_trusted_certificate \(scene.authority.certificate);\n" + plan
    #expect(try refusal(scene, wrong).contains("the server's certificate is refused: unable to"))
    let gateway = try scene.start("ssl_crl_trusted_certificate \(sites.certificate);\n" + plan)
    #expect(try scene.curl(alice).get("/").body == "SUCCESS")
    #expect(gateway.isRunning && store.isRunning)
  }
}
