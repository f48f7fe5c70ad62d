import PKI
import TLSEngine
import Testing
import Trust

@testable import Gateway

@Suite("Rules on clients in the phases")
struct ClientAccessTests {
  private let authority: TestAuthority
  init() throws { authority = try TestAuthority() }

  private func site(_ server: String) throws -> Site {
    try Site(
      """
      server {
        listen 127.0.0.1:8443 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem;
        ssl_client_certificate ca.pem; ssl_verify_client optional;
        \(server)
      }
      """, files: ["index.html": "home"])
  }

  private func connection(_ verdict: Verdict?) -> (ClientConnection) -> Void {
    { connection in
      connection.tls = TLSSessionFacts()
      connection.verdict = verdict
    }
  }

  private func alice() throws -> Verdict {
    try authority.verdict(subject: "/O=Test/CN=alice", names: [.dns("web.example.com")])
  }

  @Test(
    "files, return, redirects and upstreams are behind the rules of the place that answers",
    arguments: [
      "location / { ssl_client_allow cn:bob; }", "location / { ssl_client_allow cn:bob; return 200 secret; }",
      "location / { ssl_client_allow cn:bob; return 302 /secret; }",
      "location / { ssl_client_allow cn:bob; rewrite ^ https://example.com/secret; }",
      "location / { ssl_client_allow cn:bob; rewrite ^ /secret redirect; }",
      "location / { ssl_client_allow cn:bob; proxy_pass http://127.0.0.1:1; }",
      "location / { ssl_client_allow cn:bob; try_files /index.html =404; }",
      "location / { ssl_client_allow cn:bob; if ($ssl_client_verify = SUCCESS) { return 200 secret; } }",
      "location / { limit_except POST { ssl_client_allow cn:bob; } return 200 secret; }",
      "location / { rewrite ^ /inner last; } location /inner { ssl_client_allow cn:bob; return 200 secret; }",
      "ssl_client_allow cn:bob; return 200 secret;", "ssl_client_allow cn:bob; location / { return 200 secret; }",
      "ssl_client_deny dns:*.example.com; location / { return 200 secret; }",
      "ssl_client_deny cn:alice; ssl_client_allow any; location / { return 200 secret; }",
      "ssl_client_allow cn:bob; error_page 403 =200 /page; location /page { return 200 secret; }",
    ])
  func refused(_ server: String) throws {
    let answer = try site(server).send("/", prepare: connection(try alice()))
    #expect(answer.status == 403 || answer.body.contains("403 Forbidden"))
    #expect(!answer.body.contains("secret"))
    #expect(answer.fields["location"] == nil)
  }

  @Test(
    "whoever the rules admit gets in, and a location's own rules replace the server's",
    arguments: [
      "ssl_client_allow cn:bob; ssl_client_allow dns:*.example.com; return 200 secret;",
      "ssl_client_deny cn:bob; return 200 secret;",
      "ssl_client_allow cn:bob; location / { ssl_client_allow cn:alice dns:web.example.com; return 200 secret; }",
      "ssl_client_allow cn:bob; error_page 403 =200 /page; location /page { ssl_client_allow any; return 200 secret; }",
    ])
  func admitted(_ server: String) throws {
    let answer = try site(server).send("/", prepare: connection(try alice()))
    #expect(answer.status == 200)
    #expect(answer.body == "secret")
  }

  @Test("without a certificate, or without TLS, nobody is allowed anything")
  func nobody() throws {
    let site = try site("location / { ssl_client_allow any; return 200 secret; }")
    #expect(try site.send("/", prepare: connection(nil)).status == 403)
    let plain = try Site(
      """
      server {
        listen 127.0.0.1:8080; listen 127.0.0.1:8443 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem;
        ssl_client_certificate ca.pem; ssl_verify_client on; ssl_client_deny cn:bob; return 200 secret;
      }
      """)
    #expect(try plain.send("/").status == 403)
  }

  @Test("a set of rules is asked once for a connection, and again when the verdict changes")
  func remembered() throws {
    let site = try site("ssl_client_allow cn:alice; location /a { return 200 a; } location /b { return 200 b; }")
    var known: ClientConnection?
    _ = try site.send("/a") { connection in
      connection.tls = TLSSessionFacts()
      connection.verdict = try? alice()
      known = connection
    }
    let connection = try #require(known)
    #expect(Array(connection.standing.admissions.values) == [.admitted])
    let server = site.listener.defaultServer
    #expect(connection.standing.admission(under: try #require(server.root.clientAccess)) == .admitted)
    #expect(connection.standing.admissions.count == 1)
    connection.verdict = try authority.verdict(subject: "/CN=alice", isOurs: false)
    #expect(connection.standing.admissions.isEmpty)
    #expect(connection.standing.admission(under: try #require(server.root.clientAccess)) == .notAllowed)
  }

  @Test("a matcher that cannot be read stops the start, with its place")
  func malformed() {
    #expect {
      try site("ssl_client_allow ou:x;")
    } throws: { error in
      "\(error)".contains("\"ssl_client_allow\": invalid matcher \"ou:x\"")
    }
  }
}
