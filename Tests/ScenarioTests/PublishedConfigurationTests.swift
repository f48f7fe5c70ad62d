import Foundation
import Testing

/// TLS settings as generators, distributions and guides publish them: they start, and openssl gets through.
@Suite("Published TLS settings")
struct PublishedConfigurationTests {
  struct Published: CustomTestStringConvertible, Sendable {
    var name: String
    var settings: String
    var testDescription: String { name }
  }

  private static let intermediate =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    + "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384"

  static let all: [Published] = [
    Published(
      name: "Mozilla modern",
      settings: """
        ssl_session_timeout 1d; ssl_session_cache shared:MozSSL:10m; ssl_session_tickets off; ssl_protocols TLSv1.3;
        ssl_ecdh_curve X25519:prime256v1:secp384r1; ssl_prefer_server_ciphers off;
        """),
    Published(
      name: "Mozilla intermediate",
      settings: """
        ssl_session_timeout 1d; ssl_session_cache shared:MozSSL:10m; ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1; ssl_dhparam @DIR@/dhparam.pem;
        ssl_ciphers \(intermediate):DHE-RSA-CHACHA20-POLY1305; ssl_prefer_server_ciphers off;
        """),
    Published(
      name: "Mozilla old",
      settings: """
        ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;
        ssl_ciphers @SECLEVEL=0:\(intermediate):ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES256-SHA:AES128-SHA:DES-CBC3-SHA;
        """),
    Published(
      name: "certbot",
      settings: """
        ssl_session_cache shared:le_nginx_SSL:10m; ssl_session_timeout 1440m; ssl_session_tickets off;
        ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers off; ssl_ciphers "\(intermediate)";
        """),
    Published(
      name: "cipherlist",
      settings: """
        ssl_protocols TLSv1.3 TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers EECDH+AESGCM:EDH+AESGCM;
        ssl_ecdh_curve secp384r1; ssl_session_timeout 10m; ssl_session_cache shared:SSL:10m; ssl_session_tickets off;
        """),
    Published(name: "a distribution's profile", settings: "ssl_ciphers PROFILE=SYSTEM; ssl_prefer_server_ciphers on;"),
    Published(
      name: "HIGH by strength",
      settings:
        "ssl_ciphers HIGH:!aNULL:!eNULL:!EXPORT:!DES:!3DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA:!SEED:@STRENGTH; "
        + "ssl_session_cache builtin:1000 shared:SSL:10m;"),
    Published(
      name: "equal preference",
      settings: "ssl_ciphers [ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]:ECDHE+AES128;"
    ),
    Published(
      name: "aliases",
      settings: "ssl_ciphers ECDH+AESGCM:ECDH+CHACHA20:DH+AESGCM:ECDH+AES256:RSA+AES:!aNULL:!MD5:!DSS:!AESCCM;"),
    Published(
      name: "spaces",
      settings: "ssl_ciphers \"EECDH+ECDSA+AESGCM EECDH+aRSA+AESGCM EECDH EDH+aRSA !RC4 !aNULL !LOW !EXP !DSS\";"),
    Published(
      name: "TLS 1.3's suites by command",
      settings: """
        ssl_ciphers TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384; ssl_ecdh_curve X25519:secp521r1:X448:ffdhe3072;
        ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256;
        ssl_conf_command Options PrioritizeChaCha,KTLS;
        """),
  ]

  @Test("start and serve", arguments: all)
  func serves(published: Published) throws {
    let scene = try Scene()
    try scene.directory.write("dhparam.pem", "not looked at")
    let gateway = try scene.start(
      """
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        \(published.settings)
        location / { return 200 "$ssl_protocol"; }
      }
      """)
    #expect(try scene.curl.get("/", ["--tlsv1.3"]).body == "TLSv1.3")
    let older = try scene.curl.get("/", ["--tls-max", "1.2"])
    #expect(published.name == "Mozilla modern" ? older.exit != 0 : older.body == "TLSv1.2", "\(older.errors)")
    #expect(gateway.isRunning)
  }

  @Test("the suites of a command are all that is spoken")
  func suites() throws {
    let scene = try Scene()
    let gateway = try scene.start(
      """
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        ssl_certificate \(scene.server.certificate); ssl_certificate_key \(scene.server.key);
        ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256;
        location / { return 200 "$ssl_cipher $ssl_ciphers $ssl_curves"; }
      }
      """)
    let answer = try scene.curl.get("/", ["--tlsv1.3"])
    #expect(answer.body.hasPrefix("TLS_CHACHA20_POLY1305_SHA256 "))
    #expect(answer.body.contains("TLS_EMPTY_RENEGOTIATION_INFO_SCSV"))
    #expect(answer.body.contains(":X448:"))
    #expect(!answer.body.contains("0x"), "\(answer.body)")
    #expect(try scene.curl.get("/", ["--tls13-ciphers", "TLS_AES_128_GCM_SHA256", "--tlsv1.3"]).exit != 0)
    #expect(gateway.isRunning)
  }

  @Test("a key log opens what was captured: its secrets are those of the handshake")
  func keyLog() throws {
    let scene = try Scene()
    let gateway = try scene.start(
      """
      ssl_key_log keys.log;
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        ssl_certificate \(scene.server.certificate); ssl_certificate_key \(scene.server.key);
        return 200 "";
      }
      """)
    let theirs = scene.directory.file("theirs.log")
    for version in ["-tls1_2", "-tls1_3"] {
      try Program.run(
        "openssl", ["s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-keylogfile", theirs, version], limit: 20)
    }
    let client = Set(scene.directory.text("theirs.log").split(separator: "\n").filter { !$0.hasPrefix("#") })
    let server = Set(scene.directory.text("keys.log").split(separator: "\n"))
    #expect(client.contains { $0.hasPrefix("CLIENT_RANDOM ") })
    #expect(client.contains { $0.hasPrefix("SERVER_TRAFFIC_SECRET_0 ") })
    #expect(client.isSubset(of: server))
    let mode = try FileManager.default.attributesOfItem(atPath: scene.directory.file("keys.log"))[.posixPermissions]
    #expect((mode as? Int) == 0o600)
    #expect(gateway.errorLog.contains("[warn]"))
  }

  @Test("a ticket key that seals no more still opens, until it is gone")
  func ticketKeys() throws {
    let scene = try Scene()
    try scene.directory.write("first", [UInt8](repeating: 1, count: 80))
    try scene.directory.write("second", [UInt8](repeating: 2, count: 48))
    func configuration(_ keys: String...) -> String {
      """
      events { }
      http {
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        ssl_certificate \(scene.server.certificate); ssl_certificate_key \(scene.server.key);
        \(keys.map { "ssl_session_ticket_key \($0);" }.joined(separator: " "))
        location / { return 200 "reused=$ssl_session_reused"; }
      } }
      """
    }
    let gateway = try GatewayProcess(configuration("first"), in: scene.directory, ports: scene.ports)
    let ticket = scene.directory.file("ticket")
    func ask(_ more: [String]) throws -> String {
      try Program.run(
        "openssl", ["s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-servername", "x", "-ign_eof"] + more,
        input: "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", limit: 20
      ).output
    }
    func serve(_ generation: Int, _ keys: String) throws {
      try gateway.reload(keys, ports: scene.ports)
      #expect(eventually { gateway.errorLog.contains("generation \(generation) serves") })
    }
    #expect(try ask(["-sess_out", ticket]).contains("reused=."))
    #expect(try ask(["-sess_in", ticket]).contains("reused=r"))
    try serve(2, configuration("second", "first"))
    #expect(try ask(["-sess_in", ticket]).contains("reused=r"))
    try serve(3, configuration("second"))
    #expect(try ask(["-sess_in", ticket]).contains("reused=."))
  }
}
