import Foundation
import Testing

/// The CA's services inside the gateway, asked by programs that others wrote.
@Suite("the CA in the gateway's process")
struct AuthorityServiceTests {
  /// A CA, a gateway that publishes for it on a plain port, and curl for that port.
  struct Stand {
    let directory: TemporaryDirectory
    let authority: OwnAuthority
    let gateway: GatewayProcess
    let ports: Ports

    init(passphrase: String? = nil, servers: (OwnAuthority) throws -> String = { _ in "" }) throws {
      directory = try TemporaryDirectory()
      ports = try Ports(2)
      authority = try OwnAuthority(in: directory, passphrase: passphrase)
      let password = passphrase == nil ? "" : "authority_password_file pki.pass;"
      gateway = try GatewayProcess(
        """
        events { }
        http {
          authority_directory pki; \(password)
          server {
            listen 127.0.0.1:@PORT1@;
            location /ocsp { authority_ocsp; }
            location /crl/ { authority_crl; }
            location = /ca.crl { authority_crl ca; }
            location /issuers/ { authority_certificate; }
          }
          \(try servers(authority))
        }
        """, in: directory, ports: ports)
    }

    var url: String { "http://127.0.0.1:\(ports[0])" }
    var plain: Curl { Curl(port: ports[0], authority: nil) }

    func curl(_ identity: Identity) -> Curl {
      Curl(port: ports[1], authority: authority.certificate, identity: identity)
    }

    func fetch(_ path: String, to file: String) throws -> String {
      let run = try Program.run("curl", ["-sSf", "-o", directory.file(file), url + path])
      guard run.succeeded else { throw GatewayFailure(text: "\(path): \(run.errors)") }
      return directory.file(file)
    }

    /// What `openssl ocsp` prints of an answer that it verified.
    func status(_ arguments: [String]) throws -> String {
      let run = try Program.run(
        "openssl",
        ["ocsp", "-issuer", authority.certificate, "-CAfile", authority.certificate, "-url", url + "/ocsp"] + arguments)
      #expect(run.errors.contains("Response verify OK"), "\(run.errors)")
      return run.output
    }
  }

  private static func protected(_ authority: OwnAuthority, _ more: String) throws -> String {
    let server = try authority.server()
    return """
      server {
        listen 127.0.0.1:@PORT2@ ssl;
        server_name localhost;
        ssl_certificate \(server.certificate);
        ssl_certificate_key \(server.key);
        ssl_client_certificate \(authority.certificate);
        ssl_verify_client optional;
        ssl_verify_client_failure continue;
        \(more)
        location / { return 200 "$ssl_client_verify"; }
      }
      """
  }

  @Test("openssl accepts the CRL and the certificate, and the CRL has a revocation at once")
  func publishing() throws {
    let stand = try Stand()
    let certificate = try stand.fetch("/issuers/ca.crt", to: "fetched.crt")
    let shown = try Program.run("openssl", ["x509", "-inform", "DER", "-in", certificate, "-noout", "-subject"])
    #expect(shown.output.contains("CN = pki") || shown.output.contains("CN=pki"))
    func list(_ path: String, _ form: String) throws -> Run {
      try Program.run(
        "openssl",
        [
          "crl", "-inform", form, "-in", try stand.fetch(path, to: "fetched.crl"), "-CAfile",
          stand.authority.certificate, "-noout", "-text", "-verify",
        ])
    }
    let empty = try list("/ca.crl", "DER")
    #expect(empty.errors.contains("verify OK") && empty.output.contains("No Revoked Certificates"))
    _ = try stand.authority.client("bob")
    try stand.authority.run("revoke", "bob", "--reason", "keyCompromise")
    for (path, form) in [("/ca.crl", "DER"), ("/crl/ca.crl", "DER"), ("/crl/", "DER"), ("/crl/ca.crl.pem", "PEM")] {
      let one = try list(path, form)
      #expect(one.errors.contains("verify OK") && one.output.contains("Key Compromise"), "\(path)")
    }
  }

  @Test("caches are served: types, validators, 304, HEAD, and what is not there")
  func caching() throws {
    let stand = try Stand()
    let first = try stand.plain.get("/ca.crl", ["-o", "/dev/null", "-D", "-"])
    #expect(first.headers["content-type"] == "application/pkix-crl")
    #expect(first.headers["cache-control"] == "max-age=3600" && first.headers["expires"] != nil)
    let tag = try #require(first.headers["etag"])
    #expect(try stand.plain.get("/ca.crl", ["-H", "If-None-Match: \(tag)"]).status == 304)
    #expect(
      try stand.plain.get("/ca.crl", ["-H", "If-Modified-Since: \(first.headers["last-modified"] ?? "")"]).status == 304
    )
    let head = try stand.plain.get("/issuers/ca.crt", ["-I"])
    #expect(head.status == 200 && head.headers["content-type"] == "application/pkix-cert" && head.body.isEmpty)
    try stand.authority.run("ca", "crl")
    #expect(
      try stand.plain.get("/ca.crl", ["-H", "If-None-Match: \(tag)", "-o", "/dev/null", "-D", "-"]).status == 200)
    #expect(try stand.plain.get("/crl/other.crl").status == 404)
    let post = try stand.plain.get("/ca.crl", ["-d", "x"])
    #expect(post.status == 405 && post.headers["allow"] == "GET, HEAD")
  }

  @Test("openssl ocsp is told good, revoked right after the revocation, unknown, good again when a hold is lifted")
  func statuses() throws {
    let stand = try Stand()
    let bob = try stand.authority.client("bob")
    #expect(try stand.status(["-cert", bob.certificate]).contains("bob.crt: good"))
    #expect(try stand.status(["-cert", bob.certificate, "-no_nonce"]).contains("bob.crt: good"))
    try stand.authority.run("revoke", "bob", "--reason", "certificateHold")
    let held = try stand.status(["-cert", bob.certificate, "-no_nonce"])
    #expect(held.contains("bob.crt: revoked") && held.contains("Reason: certificateHold"))
    try stand.authority.run("revoke", "bob", "--remove")
    #expect(try stand.status(["-cert", bob.certificate, "-no_nonce"]).contains("bob.crt: good"))
    #expect(try stand.status(["-serial", "0x1234"]).contains("0x1234: unknown"))
    let stranger = try OwnAuthority("other", in: stand.directory)
    let run = try Program.run(
      "openssl",
      [
        "ocsp", "-issuer", stranger.certificate, "-CAfile", stranger.certificate, "-url", stand.url + "/ocsp", "-cert",
        try stranger.client("eve").certificate,
      ])
    #expect(run.output.contains("unauthorized") || run.errors.contains("unauthorized"), "\(run)")
  }

  @Test("a GET with the request in its path gets the same answer, which caches may keep; one with a nonce they may not")
  func get() throws {
    let stand = try Stand()
    // Requests differ in their serial numbers: some have slashes and plus signs in their base64.
    var seen = Set<Character>()
    for number in 0..<40 where !seen.isSuperset(of: "+/=") {
      let request = stand.directory.file("request.der")
      let serial = "0x\(String(format: "%02X", 0x10 + number))FBEFBEFBEFFFFF\(number % 2 == 0 ? "" : "FF")"
      try Program.run(
        "openssl",
        ["ocsp", "-issuer", stand.authority.certificate, "-serial", serial, "-no_nonce", "-reqout", request])
      let text = try Data(contentsOf: URL(fileURLWithPath: request)).base64EncodedString()
      seen.formUnion(text)
      let escaped = text.replacingOccurrences(of: "+", with: "%2B").replacingOccurrences(of: "/", with: "%2F")
        .replacingOccurrences(of: "=", with: "%3d")
      for path in ["/ocsp/\(text)", "/ocsp/\(escaped)", "/ocsp//\(text)"] {
        let answer = try stand.fetch(path, to: "answer.der")
        let run = try Program.run(
          "openssl",
          [
            "ocsp", "-respin", answer, "-issuer", stand.authority.certificate, "-serial", serial, "-CAfile",
            stand.authority.certificate,
          ])
        #expect(run.output.contains("unknown") && run.errors.contains("Response verify OK"), "\(path): \(run)")
      }
    }
    #expect(seen.isSuperset(of: "+/="))
  }

  @Test("answers to GET say how long they are good; those with a nonce, and errors, are not to be kept")
  func ocspCaching() throws {
    let stand = try Stand()
    let bob = try stand.authority.client("bob")
    func path(_ option: String) throws -> String {
      let file = stand.directory.file("request.der")
      try Program.run(
        "openssl",
        ["ocsp", "-issuer", stand.authority.certificate, "-cert", bob.certificate, option, "-reqout", file])
      return "/ocsp/" + (try Data(contentsOf: URL(fileURLWithPath: file)).base64EncodedString())
    }
    let headers = ["-o", "/dev/null", "-D", "-"]
    let plain = try stand.plain.get(try path("-no_nonce"), headers)
    #expect(plain.status == 200 && plain.headers["content-type"] == "application/ocsp-response")
    #expect(plain.headers["cache-control"]?.contains("must-revalidate") == true && plain.headers["etag"] != nil)
    let again = try stand.plain.get(
      try path("-no_nonce"), headers + ["-H", "If-None-Match: \(plain.headers["etag"] ?? "")"])
    #expect(again.status == 304)
    #expect(try stand.plain.get(try path("-nonce"), headers).headers["cache-control"] == "no-store")
    let malformed = try stand.plain.get("/ocsp/nonsense", headers)
    #expect(malformed.status == 200 && malformed.headers["cache-control"] == "no-store")
    #expect(try stand.plain.get("/ocsp", ["-d", "x"]).status == 415)
    #expect(try stand.plain.get("/ocsp", ["-X", "PUT"]).status == 405)
    let large = try stand.directory.write("large", [UInt8](repeating: 0x30, count: 70_000))
    let refused = try stand.plain.get(
      "/ocsp", ["-H", "Content-Type: application/ocsp-request", "--data-binary", "@" + large])
    #expect(refused.status == 413)
  }

  @Test("ocsptool agrees, with the CA's own key and with a delegated signer")
  func ocsptool() throws {
    let stand = try Stand()
    let bob = try stand.authority.client("bob")
    func ask(_ trust: [String]) throws -> Run {
      try Program.run(
        "ocsptool",
        [
          "--ask=" + stand.url + "/ocsp", "--load-cert", bob.certificate, "--load-issuer", stand.authority.certificate,
        ] + trust)
    }
    let own = try ask(["--load-signer", stand.authority.certificate])
    #expect(own.output.contains("Certificate Status: good") && own.output.contains("Success"), "\(own)")
    try stand.authority.run("ca", "ocsp-signer")
    let delegated = try ask(["--load-trust", stand.authority.certificate])
    #expect(
      delegated.output.contains("Certificate Status: good") && delegated.output.contains("Success"), "\(delegated)")
    try stand.authority.run("revoke", "bob")
    #expect(try ask([]).output.contains("Certificate Status: revoked"))
  }

  @Test("an encrypted key is opened with authority_password_file")
  func encrypted() throws {
    let directory = try TemporaryDirectory()
    let ports = try Ports(1)
    let authority = try OwnAuthority(in: directory, passphrase: "secret")
    try directory.writeSecret("empty.pass", "\n")
    let server = "server { listen 127.0.0.1:@PORT1@; location / { authority_directory pki; authority_ocsp; %% } }"
    #expect(throws: GatewayFailure.self) {
      try GatewayProcess(
        "events { } http { \(server.replacingOccurrences(of: "%%", with: "authority_password_file empty.pass;")) }",
        in: directory, ports: ports)
    }
    let gateway = try GatewayProcess(
      "events { } http { \(server.replacingOccurrences(of: "%%", with: "authority_password_file pki.pass;")) }",
      in: directory, ports: ports)
    let run = try Program.run(
      "openssl",
      [
        "ocsp", "-issuer", authority.certificate, "-CAfile", authority.certificate, "-serial", "0x12", "-url",
        "http://127.0.0.1:\(ports[0])/",
      ])
    #expect(run.output.contains("unknown") && run.errors.contains("Response verify OK"), "\(gateway.errorLog)")
  }

  @Test("ssl_crl authority refuses a client right after its revocation")
  func revocation() throws {
    let stand = try Stand { try Self.protected($0, "ssl_crl authority;") }
    let alice = try stand.authority.client("alice")
    let bob = try stand.authority.client("bob")
    #expect(try stand.curl(bob).get("/").body == "SUCCESS")
    try stand.authority.run("revoke", "bob")
    #expect(try eventually { try stand.curl(bob).get("/").body == "FAILED:certificate revoked" })
    #expect(try stand.curl(alice).get("/").body == "SUCCESS")
  }

  @Test("a CA that is added while the gateway runs is published, answered for, and its revocations count")
  func intermediate() throws {
    let stand = try Stand { try Self.protected($0, "ssl_crl authority; ssl_verify_depth 2;") }
    try stand.authority.run("ca", "intermediate", "issuing", "--subject", "/O=Test/CN=issuing", "--no-passphrase")
    let chain = try stand.plain.get("/issuers/issuing.pem").body
    #expect(chain.components(separatedBy: "BEGIN CERTIFICATE").count == 3)
    let list = try Program.run(
      "openssl",
      [
        "crl", "-inform", "DER", "-in", try stand.fetch("/crl/issuing.crl", to: "issuing.crl"), "-CAfile",
        stand.directory.file("pki/ca/issuing.crt"), "-noout", "-verify",
      ])
    #expect(list.errors.contains("verify OK"), "\(list)")
    var carol = try stand.authority.client("carol")
    func status() throws -> String {
      try Program.run(
        "openssl",
        [
          "ocsp", "-issuer", stand.directory.file("pki/ca/issuing.crt"), "-CAfile", stand.authority.certificate, "-url",
          stand.url + "/ocsp", "-cert", carol.certificate,
        ]
      ).output
    }
    #expect(try status().contains("carol.crt: good"))
    carol.certificate = stand.directory.file("pki/client/carol-chain.crt")
    #expect(try eventually { try stand.curl(carol).get("/").body == "SUCCESS" }, "\(stand.gateway.errorLog)")
    try stand.authority.run("revoke", "carol")
    #expect(try eventually { try stand.curl(carol).get("/").body == "FAILED:certificate revoked" })
    carol.certificate = stand.directory.file("pki/client/carol.crt")
    #expect(try status().contains("carol.crt: revoked"))
  }

  @Test("a reload changes who is published, and what it leaves goes on")
  func reload() throws {
    let stand = try Stand()
    let other = try OwnAuthority("other", in: stand.directory)
    try stand.gateway.reload(
      """
      events { }
      http { server { listen 127.0.0.1:@PORT1@; location = /ca.crt { authority_directory other; authority_certificate; }
        location = /mine.crt { authority_directory pki/; authority_certificate; } } }
      """, ports: stand.ports)
    #expect(eventually { stand.gateway.errorLog.contains("generation 2 serves") })
    for (path, authority) in [("/ca.crt", other), ("/mine.crt", stand.authority)] {
      let shown = try Program.run(
        "openssl", ["x509", "-inform", "DER", "-in", try stand.fetch(path, to: "got.crt"), "-noout", "-subject"])
      #expect(shown.output.contains(authority.name), "\(path)")
    }
    #expect(try stand.plain.get("/ca.crl").status == 404)
    try stand.gateway.reload(
      "events { } http { server { listen 127.0.0.1:@PORT1@; authority_directory none; } }", ports: stand.ports)
    #expect(eventually { stand.gateway.errorLog.contains("generation 2 goes on") })
    #expect(try stand.plain.get("/ca.crt", ["-I"]).status == 200)
  }

  @Test("ssl_ocsp asks the responder of its own process")
  func ownResponder() throws {
    let stand = try Stand { try Self.protected($0, "ssl_ocsp on; ssl_ocsp_responder http://127.0.0.1:@PORT1@/ocsp;") }
    let alice = try stand.authority.client("alice")
    let bob = try stand.authority.client("bob")
    try stand.authority.run("revoke", "bob")
    #expect(try stand.curl(alice).get("/").body == "SUCCESS", "\(stand.gateway.errorLog)")
    #expect(try stand.curl(bob).get("/").body == "FAILED:certificate revoked")
  }

  @Test("the staple comes from the CA in the process, and of a delegated signer once there is one")
  func stapling() throws {
    let stand = try Stand {
      try Self.protected($0, "ssl_stapling on; ssl_stapling_verify on; ssl_stapling_responder authority;")
    }
    func status() throws -> String {
      try Program.run(
        "openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(stand.ports[1])", "-servername", "localhost", "-status", "-CAfile",
          stand.authority.certificate,
        ], input: "Q\n"
      ).output
    }
    #expect(try eventually { try status().contains("Cert Status: good") }, "\(stand.gateway.errorLog)")
  }

  @Test(
    "what can't work stops the start, with its place",
    arguments: [
      ("authority_directory none; authority_crl;", "(authority_directory)"),
      ("authority_directory pki; authority_crl other;", "there is no CA \"other\""),
      ("authority_crl;", "no \"authority_directory\" is defined for \"authority_crl\""),
      ("authority_directory pki; authority_password_file none; authority_ocsp;", "none"),
    ])
  func refusals(_ directives: String, _ reason: String) throws {
    let directory = try TemporaryDirectory()
    _ = try OwnAuthority(in: directory)
    try directory.write(
      "gateway.conf", "events { }\nhttp { server { listen 127.0.0.1:1; location / {\n\(directives)\n} } }\n")
    let run = try Program.run(Program.countersign, ["gateway", "-t", "-p", directory.path, "-c", "gateway.conf"])
    #expect(run.status == 1)
    #expect(run.errors.contains(reason) && run.errors.contains("gateway.conf:3"), "\(run.errors)")
  }
}
