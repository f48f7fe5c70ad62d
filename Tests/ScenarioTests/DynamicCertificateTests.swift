import Foundation
import Testing

/// `ssl_certificate` and `proxy_ssl_certificate` with variables, with real clients.
@Suite("Certificates by variable")
struct DynamicCertificateTests {
  private static let server = """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      server_name one.example.com two.example.com;
      ssl_certificate sites/$ssl_server_name.crt;
      ssl_certificate_key sites/$ssl_server_name.key;
      location / { return 200 "$ssl_server_name $ssl_session_reused"; }
    }
    """

  private func copy(_ identity: Identity, _ name: String, in scene: Scene) throws {
    try scene.directory.write("sites/\(name).crt", try String(contentsOfFile: identity.certificate, encoding: .utf8))
    try scene.directory.write("sites/\(name).key", try String(contentsOfFile: identity.key, encoding: .utf8))
  }

  /// The subject of the certificate that openssl is shown.
  private func subject(_ scene: Scene, _ name: String, _ more: [String] = []) throws -> (subject: String, run: Run) {
    let run = try Program.run(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-servername", name] + more, limit: 20)
    let line = run.output.split(separator: "\n").first { $0.hasPrefix("subject=") }
    return (String(line?.dropFirst(8) ?? ""), run)
  }

  @Test("each name gets its certificate; a missing file fails that handshake alone")
  func names() throws {
    let scene = try Scene()
    try copy(try scene.authority.issue("first", .server), "one.example.com", in: scene)
    try copy(try scene.authority.issue("second", .server, kind: "rsa:2048"), "two.example.com", in: scene)
    let gateway = try scene.start(Self.server)
    for version in ["-tls1_2", "-tls1_3"] {
      #expect(try subject(scene, "one.example.com", [version]).subject.contains("CN = first"))
      #expect(try subject(scene, "two.example.com", [version]).subject.contains("CN = second"))
      let missing = try subject(scene, "three.example.com", [version])
      #expect(missing.run.errors.contains("alert internal error"), "\(missing.run.errors)")
    }
    #expect(
      gateway.errorLog.contains(
        "[error]")
        && gateway.errorLog.contains(
          "cannot load certificate \"\(scene.directory.path)/sites/three.example.com.crt\": "
            + "2: No such file or directory while SSL handshaking, client: 127.0.0.1, server: 127.0.0.1:")
    )
    #expect(gateway.errorLog.contains("SSL_do_handshake() failed (SSL: error:1000007E:SSL routines::cert cb error)"))
    let answer = try Curl(
      port: scene.ports[0], authority: scene.authority.certificate, identity: nil, host: "one.example.com"
    ).get()
    #expect(answer.body == "one.example.com .")
  }

  @Test("a name that is no host name reaches no file")
  func traversal() throws {
    let scene = try Scene()
    try copy(try scene.authority.issue("secret", .server), "../secret", in: scene)
    let gateway = try scene.start(Self.server)
    let result = try subject(scene, "../secret")
    #expect(result.subject.isEmpty)
    #expect(gateway.errorLog.contains("/sites/.crt\""))
    #expect(!gateway.errorLog.contains("secret.crt"))
  }

  @Test("without a cache a replaced file is shown at once, and a broken one fails until it is mended")
  func replaced() throws {
    let scene = try Scene()
    try copy(try scene.authority.issue("old", .server), "one.example.com", in: scene)
    let gateway = try scene.start(Self.server)
    #expect(try subject(scene, "one.example.com").subject.contains("CN = old"))
    let fresh = try scene.authority.issue("new", .server)
    try copy(fresh, "one.example.com", in: scene)
    #expect(try subject(scene, "one.example.com").subject.contains("CN = new"))
    try scene.directory.write("sites/one.example.com.key", "junk")
    #expect(try subject(scene, "one.example.com").run.errors.contains("alert internal error"))
    #expect(
      gateway.errorLog.contains("cannot load certificate key \"\(scene.directory.path)/sites/one.example.com.key\""))
    try copy(try scene.authority.issue("other", .server), "two.example.com", in: scene)
    try FileManager.default.removeItem(atPath: scene.directory.file("sites/one.example.com.key"))
    try FileManager.default.copyItem(
      atPath: scene.directory.file("sites/two.example.com.key"),
      toPath: scene.directory.file("sites/one.example.com.key"))
    #expect(try subject(scene, "one.example.com").run.errors.contains("alert internal error"))
    #expect(gateway.errorLog.contains("the key is not that of the certificate"))
    try copy(fresh, "one.example.com", in: scene)
    #expect(try subject(scene, "one.example.com").subject.contains("CN = new"))
  }

  @Test("with a cache a file is taken as it was while it is valid")
  func cached() throws {
    let scene = try Scene()
    try copy(try scene.authority.issue("old", .server), "one.example.com", in: scene)
    let gateway = try scene.start("ssl_certificate_cache max=10 valid=1h inactive=1h;\n" + Self.server)
    #expect(try subject(scene, "one.example.com").subject.contains("CN = old"))
    try copy(try scene.authority.issue("new", .server), "one.example.com", in: scene)
    #expect(try subject(scene, "one.example.com").subject.contains("CN = old"))
    try scene.directory.write("sites/one.example.com.crt", "junk")
    #expect(try subject(scene, "one.example.com").subject.contains("CN = old"))
    #expect(gateway.isRunning)
    let expiring = Self.server.replacingOccurrences(
      of: "server {", with: "server { ssl_certificate_cache max=1 valid=0;")
    let second = try Scene()
    try copy(try second.authority.issue("old", .server), "one.example.com", in: second)
    let other = try second.start(expiring)
    #expect(try subject(second, "one.example.com").subject.contains("CN = old"))
    try copy(try second.authority.issue("new", .server), "one.example.com", in: second)
    #expect(eventuallyShows("CN = new", second))
    #expect(other.isRunning)
  }

  private func eventuallyShows(_ text: String, _ scene: Scene) -> Bool {
    (try? eventually { try subject(scene, "one.example.com").subject.contains(text) }) ?? false
  }

  @Test("locked keys, PEM in the configuration itself, and fixed names beside variable ones")
  func forms() throws {
    let scene = try Scene()
    let first = try scene.authority.issue("locked", .server)
    let second = try scene.authority.issue("rsa", .server, kind: "rsa:2048")
    try copy(first, "one.example.com", in: scene)
    try Program.run(
      "openssl",
      [
        "pkcs8", "-topk8", "-in", first.key, "-out", scene.directory.file("sites/one.example.com.key"), "-passout",
        "pass:secret",
      ])
    try scene.directory.write("passwords", "wrong\nsecret\n")
    let pem = try String(contentsOfFile: second.certificate, encoding: .utf8)
    let key = try String(contentsOfFile: second.key, encoding: .utf8)
    let gateway = try scene.start(
      """
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        ssl_certificate sites/$ssl_server_name.crt;
        ssl_certificate_key sites/$ssl_server_name.key;
        ssl_certificate "data:\(pem)";
        ssl_certificate_key "data:\(key)";
        ssl_password_file passwords;
        return 200 "";
      }
      """)
    #expect(
      try subject(scene, "one.example.com", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]).subject.contains(
        "locked"))
    #expect(
      try subject(scene, "one.example.com", ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"]).subject.contains(
        "rsa"))
    #expect(gateway.isRunning)
  }

  @Test("sessions return under their own name and no other, through tickets and the cache")
  func sessions() throws {
    for sessions in ["", "ssl_session_tickets off; ssl_session_cache shared:S:1m;"] {
      let scene = try Scene()
      try copy(try scene.authority.issue("first", .server), "one.example.com", in: scene)
      try copy(try scene.authority.issue("second", .server), "two.example.com", in: scene)
      let gateway = try scene.start(sessions + Self.server)
      for version in ["-tls1_2", "-tls1_3"] {
        let file = scene.directory.file("session\(version)")
        func ask(_ name: String, _ more: [String]) throws -> String {
          let request = "GET / HTTP/1.1\r\nHost: \(name)\r\nConnection: close\r\n\r\n"
          let arguments = [
            "s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-servername", name, version, "-ign_eof",
          ]
          return try Program.run("openssl", arguments + more, input: request, limit: 20).output
        }
        #expect(try ask("one.example.com", ["-sess_out", file]).contains("one.example.com ."))
        #expect(try ask("one.example.com", ["-sess_in", file]).contains("one.example.com r"), "\(version) \(sessions)")
        #expect(try ask("two.example.com", ["-sess_in", file]).contains("two.example.com ."))
      }
      #expect(gateway.isRunning)
    }
  }

  @Test("an upstream is shown the certificate that the request chose; connections are not shared between them")
  func upstream() throws {
    let scene = try Scene(ports: 2)
    try copy(try scene.authority.issue("alice"), "alice", in: scene)
    try copy(try scene.authority.issue("bob"), "bob", in: scene)
    let gateway = try scene.start(
      """
      upstream back { server 127.0.0.1:@PORT2@; keepalive 8; }
      server {
        listen 127.0.0.1:@PORT1@;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_ssl_certificate $arg_file;
        proxy_ssl_certificate_key sites/$arg_who.key;
        location / { proxy_pass https://back; }
        location /cached { proxy_ssl_certificate_cache max=4; proxy_pass https://back; }
      }
      server {
        listen 127.0.0.1:@PORT2@ ssl;
        ssl_certificate \(scene.server.certificate); ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.authority.certificate); ssl_verify_client optional;
        location / { return 200 "$ssl_client_s_dn $connection $ssl_session_reused"; }
      }
      """)
    let curl = Curl(port: scene.ports[0])
    for path in ["/", "/cached"] {
      func ask(_ who: String) throws -> [String] {
        try curl.get("\(path)?file=sites/\(who).crt&who=\(who)").body.split(separator: " ").map(String.init)
      }
      let alice = try ask("alice")
      #expect(alice.first == "CN=alice,O=Test", "\(gateway.errorLog)")
      let bob = try ask("bob")
      #expect(bob.first == "CN=bob,O=Test")
      #expect(alice[1] != bob[1])
      #expect(try ask("alice")[1] == alice[1])
      #expect(try ask("bob")[1] == bob[1])
    }
    // Nothing to show, nothing there, and a way out of the folder.
    #expect(try curl.get("/?file=&who=").body.hasPrefix(" "))
    #expect(try curl.get("/?file=sites/carol.crt&who=carol").status == 500)
    #expect(gateway.errorLog.contains("cannot load certificate \"\(scene.directory.path)/sites/carol.crt\""))
    #expect(try curl.get("/?file=sites/../sites/bob.crt&who=bob").status == 500)
  }
}
