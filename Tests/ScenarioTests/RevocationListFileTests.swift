import Foundation
import Testing

/// What `ssl_crl` may name, whose CRLs are asked for, and what becomes of old ones.
@Suite("CRL files")
struct RevocationListFileTests {
  private static func server(_ scene: Scene, crl: String, _ more: String = "", port: Int = 1) -> String {
    """
    server {
      listen 127.0.0.1:@PORT\(port)@ ssl;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_crl \(crl);
      ssl_verify_client optional;
      ssl_verify_client_failure continue;
      \(more)
      location / { return 200 "$ssl_client_verify"; }
    }
    """
  }

  @Test("a directory of CRLs is read whole, and a file replaced in it is taken at once")
  func directory() throws {
    let scene = try Scene()
    let other = try TestAuthority("other", in: scene.directory)
    try scene.authority.writeCRL()
    try other.writeCRL()
    let mallory = try scene.authority.issue("mallory")
    func publish(_ authority: TestAuthority) throws {
      let text = try String(contentsOfFile: authority.crl, encoding: .utf8)
      try scene.directory.write("crls/\(authority.name).crl", text)
    }
    try publish(scene.authority)
    try publish(other)
    let gateway = try scene.start(Self.server(scene, crl: scene.directory.file("crls")))
    #expect(try scene.curl(mallory).get("/").body == "SUCCESS")
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    try publish(scene.authority)
    #expect(try eventually { try scene.curl(mallory).get("/").body == "FAILED:certificate revoked" })
    #expect(gateway.isRunning)
  }

  @Test("ssl_crl_check leaf asks for the CRL of the client's issuer alone, chain for those of all CAs")
  func offlineRoot() throws {
    for (check, expected) in [("leaf", "SUCCESS"), ("chain", "FAILED:unable to get certificate CRL")] {
      let scene = try Scene()
      let intermediate = try TestAuthority("intermediate", in: scene.directory, issuer: scene.authority)
      try intermediate.writeCRL()
      var alice = try intermediate.issue("alice")
      let chain = try [alice.certificate, intermediate.certificate].map {
        try String(contentsOfFile: $0, encoding: .utf8)
      }
      alice.certificate = try scene.directory.write("alice-chain.crt", chain.joined())
      let gateway = try scene.start(
        Self.server(scene, crl: intermediate.crl, "ssl_verify_depth 2; ssl_crl_check \(check);"))
      #expect(try scene.curl(alice).get("/").body == expected, "\(check)")
      #expect(gateway.isRunning)
    }
  }

  @Test("an expired CRL refuses, within ssl_crl_grace it does not; both are in the error log")
  func grace() throws {
    for (more, expected, warning) in [
      ("", "FAILED:CRL has expired", "certificates of this CA are refused"),
      ("ssl_crl_grace 2d;", "FAILED:CRL has expired", "certificates of this CA are refused"),
      ("ssl_crl_grace 30d;", "SUCCESS", "its grace (ssl_crl_grace) ends at"),
    ] {
      let scene = try Scene()
      try scene.authority.writeCRL(days: -5)
      let gateway = try scene.start(Self.server(scene, crl: scene.authority.crl, more))
      #expect(try scene.curl(try scene.authority.issue("alice")).get("/").body == expected, "\(more)")
      #expect(gateway.errorLog.contains("[warn]") && gateway.errorLog.contains(warning), "\(gateway.errorLog)")
    }
  }

  @Test("a CRL that ends within three days is warned of, once for all servers that use it; a young one is not")
  func warnings() throws {
    for (days, count) in [(2, 1), (10, 0)] {
      let scene = try Scene(ports: 2)
      try scene.authority.writeCRL(days: days)
      let servers = [1, 2].map { Self.server(scene, crl: scene.authority.crl, port: $0) }
      let gateway = try scene.start(servers.joined(separator: "\n"))
      let lines = gateway.errorLog.split(separator: "\n").filter { $0.contains("put a new one in its place") }
      #expect(lines.count == count, "\(gateway.errorLog)")
    }
  }

  @Test("a proxy_ssl_crl that its CA did not sign is refused at the start")
  func upstream() throws {
    let scene = try Scene()
    let impostor = try TestAuthority(scene.authority.name, in: try TemporaryDirectory())
    try impostor.writeCRL()
    let location =
      "proxy_pass https://127.0.0.1:1; proxy_ssl_verify on; proxy_ssl_crl \(impostor.crl); "
      + "proxy_ssl_trusted_certificate \(scene.authority.certificate);"
    try GatewayProcess.write(
      """
      events {}
      http { server { listen 127.0.0.1:@PORT1@; location / { \(location) } } }
      """, in: scene.directory, ports: scene.ports)
    let run = try Program.run(
      Program.countersign, ["gateway", "-t", "-p", scene.directory.path + "/", "-c", "gateway.conf"])
    #expect(run.status != 0)
    #expect(run.errors.contains("not its issuer's (proxy_ssl_crl)"), "\(run.errors)")
  }
}
