import Foundation
import Testing

/// An API and, beside it on the same port, an admin's place with a CA of its own.
struct TwoAuthorities {
  let scene: Scene
  let admin: TestAuthority
  let apiClient: Identity
  let adminClient: Identity

  init(ports: Int = 1) throws {
    scene = try Scene(ports: ports)
    admin = try TestAuthority("admin", in: scene.directory)
    apiClient = try scene.authority.issue("api client")
    adminClient = try admin.issue("admin client")
  }

  static let locations = """
    location / { return 200 "api $ssl_client_verify $ssl_client_s_dn\\n"; }
    location /admin { ssl_client_certificate @ADMIN@; return 200 "admin $ssl_client_verify $ssl_client_s_dn\\n"; }
    """

  func server(_ more: String = "", mode: String = "on", locations: String = locations) -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      http2 on;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_verify_client \(mode);
      \(more)
      \(locations.replacingOccurrences(of: "@ADMIN@", with: admin.certificate))
    }
    """
  }
}

@Suite("A client CA for each location")
struct LocationTrustTests {
  @Test("each place takes the clients of its own CA, over HTTP/1.1 and HTTP/2", arguments: ["--http1.1", "--http2"])
  func places(version: String) throws {
    let two = try TwoAuthorities()
    let gateway = try two.scene.start(two.server())
    let (api, admin) = (two.scene.curl(two.apiClient), two.scene.curl(two.adminClient))
    #expect(try api.get("/", [version]).body == "api SUCCESS CN=api client,O=Test\n")
    #expect(try admin.get("/admin/x", [version]).body == "admin SUCCESS CN=admin client,O=Test\n")
    for answer in [try api.get("/admin", [version]), try admin.get("/", [version])] {
      #expect(answer.status == 400)
      #expect(answer.body.contains("The SSL certificate error"))
    }
    #expect(try two.scene.curl.get("/admin", [version]).body.contains("No required SSL certificate was sent"))
    #expect(gateway.errorLog.contains("client SSL certificate verify error"))
    #expect(gateway.errorLog.contains("refusal "))
    #expect(two.scene.directory.text("access.log").contains("GET /admin"))
  }

  @Test("the handshake names the CAs of all places, each once")
  func names() throws {
    let two = try TwoAuthorities()
    let more = "location /too { ssl_client_certificate @ADMIN@; }\n" + TwoAuthorities.locations
    let gateway = try two.scene.start(two.server(locations: more))
    let run = try Program.run(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(two.scene.ports[0])", "-servername", "localhost"])
    #expect(gateway.isRunning)
    let named = run.output.components(separatedBy: "Acceptable client certificate CA names\n").last ?? ""
    #expect(named.components(separatedBy: "CN = ca CA").count == 2, "\(run.output)")
    #expect(named.components(separatedBy: "CN = admin CA").count == 2)
  }

  @Test("two streams of one HTTP/2 connection, two places, two verdicts; upstreams and logs hear each its own")
  func oneConnection() throws {
    let two = try TwoAuthorities(ports: 2)
    let upstream = """
      server { listen 127.0.0.1:@PORT2@; location / { return 200 "$http_x_verify $http_x_name\\n"; } }
      log_format places "$connection $uri $ssl_client_verify $status";
      """
    let headers =
      "proxy_set_header X-Verify $ssl_client_verify; proxy_set_header X-Name $ssl_client_s_dn; "
      + "proxy_pass http://127.0.0.1:@PORT2@;"
    let locations =
      "location / { \(headers) } location /admin { ssl_client_certificate @ADMIN@; \(headers) }"
    let gateway = try two.scene.start(
      upstream
        + two.server("ssl_verify_client_failure continue; access_log @DIR@/places.log places;", locations: locations))
    let port = two.scene.ports[0]
    let run = try Program.run(
      "curl",
      [
        "-sS", "--http2", "--parallel", "--parallel-max", "4", "--cacert", two.scene.authority.certificate, "--cert",
        two.adminClient.certificate, "--key", two.adminClient.key, "https://localhost:\(port)/a",
        "https://localhost:\(port)/admin", "https://localhost:\(port)/b", "https://localhost:\(port)/admin/2",
      ])
    #expect(run.succeeded, "\(run.errors)")
    let lines = run.output.split(separator: "\n").sorted()
    #expect(lines.filter { $0 == "SUCCESS CN=admin client,O=Test" }.count == 2, "\(run.output)")
    #expect(lines.filter { $0.hasPrefix("FAILED:") && $0.hasSuffix("CN=admin client,O=Test") }.count == 2)
    func logged() -> [Substring] { two.scene.directory.text("places.log").split(separator: "\n") }
    #expect(eventually { logged().count == 4 }, "\(two.scene.directory.text("places.log"))")
    #expect(Set(logged().map { $0.split(separator: " ")[0] }).count == 1)
    #expect(logged().filter { $0.contains("/admin") && $0.contains(" SUCCESS 200") }.count == 2)
    #expect(logged().filter { !$0.contains("/admin") && $0.contains(" FAILED:") }.count == 2)
    #expect(gateway.isRunning)
  }

  @Test("a handshake is ended only where no place would take the certificate")
  func handshake() throws {
    let two = try TwoAuthorities()
    let gateway = try two.scene.start(two.server("ssl_verify_client_failure handshake;"))
    let stranger = try TestAuthority("stranger", in: two.scene.directory).issue("stranger")
    #expect(try two.scene.curl(two.apiClient).get("/").status == 200)
    #expect(try two.scene.curl(two.adminClient).get("/admin").status == 200)
    #expect(try two.scene.curl(two.adminClient).get("/").status == 400)
    let refused = try two.scene.curl(stranger).get("/admin")
    #expect(refused.exit != 0 && refused.status == 0)
    #expect(refused.errors.contains("unknown ca") || refused.errors.contains("alert"), "\(refused.errors)")
    #expect(try two.scene.curl.get("/admin").status == 0)
    #expect(gateway.errorLog.contains("while SSL handshaking"))
  }

  @Test("a session is resumed into each place with the verdict of that place", arguments: ["-tls1_2", "-tls1_3"])
  func resumption(version: String) throws {
    let two = try TwoAuthorities()
    let locations = """
      location / { return 200 "api $ssl_client_verify $ssl_session_reused."; }
      location /admin { ssl_client_certificate @ADMIN@; return 200 "admin $ssl_client_verify $ssl_session_reused."; }
      """
    let gateway = try two.scene.start(two.server(locations: locations))
    let session = two.scene.directory.file("session")
    func get(_ path: String, _ more: [String]) throws -> String {
      let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
      return try Program.run(
        "openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(two.scene.ports[0])", "-servername", "localhost", version, "-ign_eof",
          "-CAfile", two.scene.authority.certificate, "-cert", two.adminClient.certificate, "-key",
          two.adminClient.key,
        ] + more, input: request
      ).output
    }
    #expect(try get("/admin", ["-sess_out", session]).contains("admin SUCCESS .."))
    #expect(try get("/admin", ["-sess_in", session, "-sess_out", session]).contains("admin SUCCESS r."))
    #expect(try get("/", ["-sess_in", session, "-sess_out", session]).contains("The SSL certificate error"))
    // Another CA for the place is another policy: no session of the old one returns.
    let other = try TestAuthority("other", in: two.scene.directory)
    let changed = locations.replacingOccurrences(of: "@ADMIN@", with: other.certificate)
    let whole = "events { }\nhttp {\naccess_log off;\n\(two.server(locations: changed))\n}\n"
    try gateway.reload(whole, ports: two.scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    #expect(try get("/admin", ["-sess_in", session]).contains("The SSL certificate error"))
  }

  @Test("a revoked admin is refused at once, and the open connection that let it in is closed; the API's lives on")
  func revocation() throws {
    let two = try TwoAuthorities()
    try two.scene.authority.writeCRL()
    try two.admin.writeCRL()
    let gateway = try two.scene.start(
      two.server("ssl_crl \(two.scene.authority.crl);\nssl_crl \(two.admin.crl);"))
    let good = try KeptConnection(two.scene, two.apiClient)
    let bad = try KeptConnection(two.scene, two.adminClient)
    #expect(good.get(expecting: "CN=api client,O=Test\n"))
    #expect(bad.get("/admin", expecting: "admin SUCCESS CN=admin client,O=Test\n"))
    try two.admin.revoke(two.adminClient)
    try two.admin.writeCRL()
    #expect(eventually { bad.isClosed })
    #expect(good.get(expecting: "CN=api client,O=Test\n"))
    #expect(try two.scene.curl(two.adminClient).get("/admin").status == 400)
    #expect(gateway.errorLog.contains("closing the open connection"))
  }

  @Test("the place's CA file is taken without a reload")
  func changedFile() throws {
    let two = try TwoAuthorities()
    let file = two.scene.directory.file("place.crt")
    try FileManager.default.copyItem(atPath: two.admin.certificate, toPath: file)
    let gateway = try two.scene.start(
      two.server(locations: TwoAuthorities.locations.replacingOccurrences(of: "@ADMIN@", with: file)))
    let other = try TestAuthority("other", in: two.scene.directory)
    let newcomer = try other.issue("newcomer")
    #expect(try two.scene.curl(newcomer).get("/admin").status == 400)
    try String(contentsOfFile: other.certificate, encoding: .utf8).write(
      toFile: file, atomically: true, encoding: .utf8)
    #expect(try eventually { try two.scene.curl(newcomer).get("/admin").status == 200 })
    #expect(try two.scene.curl(two.adminClient).get("/admin").status == 400)
    #expect(gateway.isRunning)
  }

  @Test("where the server asks for no certificate the start is refused, with the cure")
  func refusedStart() throws {
    let two = try TwoAuthorities()
    do {
      _ = try two.scene.start(two.server(mode: "off"))
      Issue.record("the gateway started")
    } catch {
      #expect("\(error)".contains("\"ssl_client_certificate\" stands in a location"))
      #expect("\(error)".contains("gateway.conf:"))
      #expect("\(error)".contains("write \"ssl_verify_client on\""))
    }
  }

  @Test("no way within the gateway leads past the CA of a place, over HTTP/2")
  func ways() throws {
    let two = try TwoAuthorities()
    let locations = """
      location / { return 200 open; }
      location /rewritten { rewrite ^ /admin/x last; }
      location /tried { root /nonexistent; try_files /none /admin/x; }
      location /named { root /nonexistent; try_files /none @admin; }
      location /paged { error_page 418 =200 /admin/x; return 418; }
      location /conditional { if ($ssl_client_verify = SUCCESS) { rewrite ^ /admin/x last; } return 200 open; }
      location /admin { ssl_client_certificate @ADMIN@; return 200 secret; }
      location @admin { ssl_client_certificate @ADMIN@; return 200 secret; }
      """
    let gateway = try two.scene.start(two.server(mode: "optional", locations: locations))
    let everybody = two.scene.curl
    let (api, admin) = (two.scene.curl(two.apiClient), two.scene.curl(two.adminClient))
    for path in ["/rewritten", "/tried", "/named", "/paged", "/conditional"] {
      let answer = try api.get(path, ["--http2"])
      #expect(!answer.body.contains("secret"), "\(path)")
      #expect(answer.body.contains("The SSL certificate error"), "\(path): \(answer.status) \(answer.body)")
      // Who is refused at the first place gets no further, though the second would take him.
      #expect(try admin.get(path, ["--http2"]).status == 400, "\(path)")
    }
    #expect(
      try everybody.get("/admin", ["--http2"]).body == "secret", "optional lets everybody in without a certificate")
    #expect(gateway.isRunning)
  }

  @Test("a Host whose locations have other CAs than those of the handshake's server is misdirected")
  func misdirected() throws {
    let two = try TwoAuthorities()
    func server(_ name: String, _ locations: String) -> String {
      two.server(locations: locations).replacingOccurrences(
        of: "server_name localhost;", with: "server_name \(name);")
    }
    let plain = "location / { return 200 \"$server_name $ssl_client_verify\"; }"
    let gateway = try two.scene.start(
      server("first.test", plain) + server("same.test", plain)
        + server("other.test", plain + " location /admin { ssl_client_certificate @ADMIN@; }"))
    func ask(_ host: String) throws -> String {
      try Program.run(
        "openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(two.scene.ports[0])", "-noservername", "-ign_eof", "-quiet", "-cert",
          two.apiClient.certificate, "-key", two.apiClient.key,
        ], input: "GET / HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
      ).output
    }
    #expect(try ask("first.test").hasSuffix("first.test SUCCESS"))
    #expect(try ask("same.test").hasSuffix("same.test SUCCESS"))
    #expect(try ask("other.test").contains("421 Misdirected Request"))
    #expect(gateway.isRunning)
  }

  @Test("with ssl_ocsp the status of a place's clients is asked as well")
  func status() throws {
    let two = try TwoAuthorities(ports: 2)
    let (good, bad) = (
      try two.admin.issue("good", ocsp: two.scene.ports[1]), try two.admin.issue("bad", ocsp: two.scene.ports[1])
    )
    let silent = two.adminClient
    try two.admin.revoke(bad)
    let signer = try two.admin.issue("responder", .responder)
    let responder = try OCSPResponder(two.admin, port: two.scene.ports[1], signer: signer)
    let gateway = try two.scene.start(
      two.server("ssl_ocsp leaf; ssl_ocsp_hosts 127.0.0.1; ssl_verify_client_failure continue;"))
    #expect(try two.scene.curl(good).get("/admin").body.hasPrefix("admin SUCCESS CN=good"), "\(gateway.errorLog)")
    #expect(try two.scene.curl(good).get("/").body.hasPrefix("api FAILED:"))
    #expect(try two.scene.curl(bad).get("/admin").body.hasPrefix("admin FAILED:certificate revoked"))
    #expect(try two.scene.curl(silent).get("/admin").body.hasPrefix("admin FAILED:certificate status request failed"))
    #expect(responder.questions >= 2)
    #expect(gateway.isRunning)
  }
}
