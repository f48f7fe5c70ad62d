import Foundation
import Testing

/// `ssl_crl_distribution_points`: port 1 is the gateway's, port 2 that of the server of CRLs.
@Suite("CRLs that certificates name")
struct DistributionPointTests {
  private static func server(
    _ scene: Scene, hosts: String = "127.0.0.1", _ more: String = "", mode: String = "continue"
  ) -> String {
    """
    ssl_crl_refresh 1s;
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_crl_distribution_points on;
      ssl_crl_hosts \(hosts);
      ssl_verify_client on;
      ssl_verify_client_failure \(mode);
      \(more)
      location / { return 200 "$ssl_client_verify"; }
    }
    """
  }

  private static let missing = "FAILED:unable to get certificate CRL"
  private static let revoked = "FAILED:certificate revoked"

  /// The extension that names `path` of the server of CRLs.
  private static func point(_ scene: Scene, _ path: String = "/ca.crl", host: String = "127.0.0.1") -> String {
    "crlDistributionPoints = URI:http://\(host):\(scene.ports[1])\(path)\n"
  }

  @Test("the list is fetched in the handshake, once for all, kept, and refreshed: a revocation closes the connection")
  func fetched() throws {
    let scene = try Scene(ports: 2)
    let alice = try scene.authority.issue("alice", extensions: Self.point(scene))
    let mallory = try scene.authority.issue("mallory", extensions: Self.point(scene))
    try scene.authority.writeCRL()
    let lists = try ListServer(port: scene.ports[1])
    try lists.publish(scene.authority)
    let gateway = try scene.start(Self.server(scene))
    for version in ["1.2", "1.3"] {
      #expect(try scene.curl(alice).get("/", ["--tls-max", version]).body == "SUCCESS", "\(gateway.errorLog)")
    }
    let open = try KeptConnection(scene, mallory)
    #expect(open.get(expecting: "SUCCESS"))
    #expect(eventually { lists.count("/ca.crl 304") > 0 })
    #expect(lists.count("/ca.crl 200") == 1)
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    try lists.publish(scene.authority)
    #expect(eventually { open.isClosed }, "\(gateway.errorLog)")
    #expect(try scene.curl(mallory).get("/").body == Self.revoked)
    #expect(try scene.curl(alice).get("/").body == "SUCCESS")
    #expect(lists.count("/ca.crl 200") == 2, "\(lists.requests)")
  }

  @Test(
    "a host that is not allowed is not asked, nor is anyone for a certificate of another CA or one that has expired")
  func notAsked() throws {
    let scene = try Scene(ports: 2)
    let other = try TestAuthority("other", in: scene.directory)
    try scene.authority.writeCRL()
    let lists = try ListServer(port: scene.ports[1])
    try lists.publish(scene.authority)
    let gateway = try scene.start(Self.server(scene))
    let stranger = try scene.authority.issue("stranger", extensions: Self.point(scene, host: "localhost"))
    #expect(try scene.curl(stranger).get("/").body == Self.missing)
    #expect(gateway.errorLog.contains("may not be asked (ssl_crl_hosts)"), "\(gateway.errorLog)")
    let forged = try other.issue("forged", extensions: Self.point(scene))
    #expect(try scene.curl(forged).get("/").body.hasPrefix("FAILED:unable to"))
    let late = try scene.authority.issue("late", from: -9, to: -2, extensions: Self.point(scene))
    #expect(try scene.curl(late).get("/").body == "FAILED:certificate has expired")
    let nameless = try scene.authority.issue("nameless")
    #expect(try scene.curl(nameless).get("/").body == Self.missing)
    #expect(lists.requests.isEmpty)
  }

  @Test("what can't be had, is another's, or redirects to where it may not refuses; the next URL of the point is tried")
  func failures() throws {
    let scene = try Scene(ports: 2)
    let impostor = try TestAuthority(scene.authority.name, in: try TemporaryDirectory())
    try impostor.writeCRL()
    try scene.authority.writeCRL()
    let lists = try ListServer(port: scene.ports[1])
    lists.set("/forged.crl", .file(try ListServer.crl(of: impostor)))
    lists.set("/file.crl", .redirect("file:///etc/passwd"))
    lists.set("/away.crl", .redirect("http://localhost:\(scene.ports[1])/good.crl"))
    lists.set("/large.crl", .endless)
    try lists.publish(scene.authority, at: "/good.crl")
    let gateway = try scene.start(Self.server(scene, "ssl_crl_max_size 1m;"))
    for (path, complaint) in [
      ("/forged.crl", "the signature is not that of its issuer"), ("/file.crl", "which is not allowed"),
      ("/away.crl", "which is not allowed"), ("/large.crl", "more than 1048576 bytes"), ("/none.crl", "status 404"),
    ] {
      let client = try scene.authority.issue("client", extensions: Self.point(scene, path))
      #expect(try scene.curl(client).get("/").body == Self.missing, "\(path)")
      #expect(gateway.errorLog.contains(complaint), "\(path): \(gateway.errorLog)")
    }
    let base = "URI:http://127.0.0.1:\(scene.ports[1])"
    let several = "crlDistributionPoints = ldap\n[ldap]\nfullname = URI:ldap://x/y,\(base)/none.crl,\(base)/good.crl\n"
    let client = try scene.authority.issue("client", extensions: several)
    #expect(try scene.curl(client).get("/").body == "SUCCESS", "\(gateway.errorLog)")
  }

  @Test("a server that says nothing keeps nobody else waiting")
  func stalled() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let lists = try ListServer(port: scene.ports[1])
    try lists.publish(scene.authority)
    lists.set("/stall.crl", .stall)
    let gateway = try scene.start(Self.server(scene, mode: "handshake"))
    let slow = try scene.authority.issue("slow", extensions: Self.point(scene, "/stall.crl"))
    let alice = try scene.authority.issue("alice", extensions: Self.point(scene))
    let waiting = Thread { _ = try? scene.curl(slow).get("/") }
    waiting.start()
    #expect(eventually { lists.count("/stall.crl 0") == 1 })
    #expect(try scene.curl(alice).get("/").body == "SUCCESS")
    #expect(eventually { gateway.errorLog.contains("timed out after") })
  }

  @Test("ssl_crl_distribution_points without ssl_crl_hosts is refused")
  func hosts() throws {
    let scene = try Scene(ports: 2)
    let plan = Self.server(scene).replacingOccurrences(of: "ssl_crl_hosts 127.0.0.1;", with: "")
    try GatewayProcess.write("events { }\nhttp {\n\(plan)\n}\n", in: scene.directory, ports: scene.ports)
    let run = try Program.run(
      Program.countersign, ["gateway", "-t", "-p", scene.directory.path + "/", "-c", "gateway.conf"])
    #expect(run.status != 0 && run.errors.contains("no \"ssl_crl_hosts\""), "\(run.errors)")
  }
}
