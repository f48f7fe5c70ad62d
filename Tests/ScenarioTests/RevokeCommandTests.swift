import Foundation
import Testing

/// `countersign revoke` beside a running gateway: from then on nobody with that certificate is let in or stays in.
@Suite("countersign revoke and a running gateway")
struct RevokeCommandTests {
  /// A CA of the product's own and a gateway that watches its CRL.
  private struct Stand {
    let directory: TemporaryDirectory
    /// The gateway's, the slow server's and the upgrading server's.
    let ports: Ports
    let gateway: GatewayProcess

    init() throws {
      directory = try TemporaryDirectory()
      ports = try Ports(3)
      try Self.countersign(["ca", "init", "--no-passphrase"], directory)
      try Self.countersign(["issue", "server", "localhost"], directory)
      try Self.countersign(["issue", "client", "alice", "mallory"], directory)
      gateway = try GatewayProcess(Self.configuration, in: directory, ports: ports)
    }

    static func countersign(_ arguments: [String], _ directory: TemporaryDirectory) throws {
      let run = try Program.run(Program.countersign, arguments, directory: directory.path)
      guard run.succeeded else { throw GatewayFailure(text: "\(arguments): \(run.errors)") }
    }

    func revoke(_ name: String) throws { try Self.countersign(["revoke", name], directory) }

    func identity(_ name: String) -> Identity {
      Identity(
        certificate: directory.file("mtls_certs/client/\(name).crt"),
        key: directory.file("mtls_certs/client/\(name).key"))
    }

    func connect(_ name: String, _ protocolName: String, _ version: String) throws -> KeptConnection {
      let connection = try KeptConnection(
        port: ports[0], authority: directory.file("mtls_certs/ca/ca.crt"), identity(name), protocolName: protocolName,
        version: version)
      if protocolName == "h2" { connection.beginHTTP2() }
      return connection
    }

    func curl(_ name: String) -> Curl {
      Curl(port: ports[0], authority: directory.file("mtls_certs/ca/ca.crt"), identity: identity(name))
    }

    private static let configuration = """
      events { }
      http {
        access_log off;
        server {
          listen 127.0.0.1:@PORT1@ ssl;
          http2 on;
          server_name localhost;
          ssl_certificate mtls_certs/server/localhost.crt;
          ssl_certificate_key mtls_certs/server/localhost.key;
          ssl_client_certificate mtls_certs/ca/ca.crt;
          ssl_crl mtls_certs/ca/ca.crl;
          ssl_verify_client on;
          location / { return 200 "hello"; }
          location /slow { proxy_pass http://127.0.0.1:@PORT2@; }
          location /upgrade {
            proxy_pass http://127.0.0.1:@PORT3@;
            proxy_http_version 1.1;
            proxy_upgrade_protocols echo; proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
          }
        }
      }
      """
  }

  @Test(
    "new handshakes are refused; idle, busy and upgraded connections end; others' go on",
    arguments: ["-tls1_2", "-tls1_3"])
  func revoke(version: String) throws {
    let stand = try Stand()
    let slow = try SlowServer(port: stand.ports[1], answer: "slow answer", delay: 2)
    let upgrading = try UpgradeServer(port: stand.ports[2])
    let good = [
      try stand.connect("alice", "http/1.1", version), try stand.connect("alice", "h2", version),
    ]
    let idle = try stand.connect("mallory", "http/1.1", version)
    let idleHTTP2 = try stand.connect("mallory", "h2", version)
    let busy = try stand.connect("mallory", "h2", version)
    let tunnel = try stand.connect("mallory", "http/1.1", version)

    for connection in [good[0], idle] { #expect(connection.get(expecting: "hello")) }
    for connection in [good[1], idleHTTP2] {
      connection.requestHTTP2(1)
      #expect(eventually { connection.hasAnswer(1) })
    }
    tunnel.send(Array("GET /upgrade HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n".utf8))
    #expect(eventually { tunnel.text.hasPrefix("HTTP/1.1 101 ") })
    tunnel.send(Array("there and back".utf8))
    #expect(eventually { tunnel.text.hasSuffix("there and back") })
    busy.requestHTTP2(1, "/slow")
    #expect(eventually { slow.wasAsked })

    try stand.revoke("mallory")
    #expect(try eventually { try stand.curl("mallory").get("/").status == 400 })
    #expect(eventually { idle.isClosed })
    #expect(eventually { idleHTTP2.hasGoAway && idleHTTP2.isClosed })
    #expect(eventually { busy.hasGoAway })
    #expect(eventually { busy.hasAnswer(1) && busy.isClosed }, "what was asked before is answered")
    #expect(eventually { tunnel.isClosed && upgrading.hasEnded })
    #expect(stand.gateway.errorLog.contains("(certificate revoked: "))
    #expect(stand.gateway.errorLog.contains("closing the open connection"))

    #expect(good[0].get(expecting: "hello"))
    good[1].requestHTTP2(3)
    #expect(eventually { good[1].hasAnswer(3) })
    #expect(!good[1].hasGoAway)
    #expect(try stand.curl("alice").get("/").body == "hello")
  }
}
