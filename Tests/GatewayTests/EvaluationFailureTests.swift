import HTTPWire
import Testing

@testable import Gateway

/// An expression that runs out of its limit says neither yes nor no.
@Suite("Expressions that can't be evaluated")
struct EvaluationFailureTests {
  /// Always behind a `^`: the limit is one for each place where a match may begin.
  private static let costly = "(a+)+(c|d)$"
  private static let subject = String(repeating: "a", count: 64)

  @Test(
    "the answer is 500, wherever the expression stands",
    arguments: [
      "location ~ ^/\(costly) { return 403; } location / { return 200 open; }",
      "location / { location ~ ^/\(costly) { return 403; } return 200 open; }",
      "location ~ ^/a { location ~ ^/\(costly) { return 403; } return 200 open; }",
      "location / { if ($uri ~ \"^/\(costly)\") { return 403; } return 200 open; }",
      "location / { if ($uri !~ \"^/\(costly)\") { return 200 open; } return 403; }",
      "if ($request_uri ~ \"^/\(costly)\") { return 403; } location / { return 200 open; }",
      "location / { rewrite \"^/\(costly)\" /denied last; return 200 open; } location /denied { return 403; }",
      "location / { set $x 1; if ($arg_q ~* \"^\(costly)\") { set $x 0; } return 200 \"open $x\"; }",
    ])
  func places(_ server: String) throws {
    let site = try Site(server)
    let answer = try site.send("/\(Self.subject)?q=\(Self.subject)")
    #expect(answer.status == 500)
    #expect(!answer.body.contains("open"))
    let log = site.text(of: "error.log")
    #expect(log.contains("pcre2_match() failed"))
    #expect(log.contains("using \"") && log.contains("nginx.conf:1"))
    #expect(try site.send("/b").status != 500)
  }

  @Test("a Host that no server's expression can be tried on is not the default server's")
  func host() throws {
    let site = try Site(
      """
      server { listen 127.0.0.1:8080; return 200 open; }
      server { listen 127.0.0.1:8080; server_name ~^\(Self.costly); return 403; }
      """)
    #expect(try site.send("/", host: Self.subject).status == 500)
    #expect(try site.send("/", host: "b").body == "open")
    // Nor the name in a handshake, where there is no request.
    #expect(throws: EvaluationFailure.self) { try site.listener.server(named: Array(Self.subject.utf8), for: nil) }
    #expect(try site.listener.server(named: Array("b".utf8), for: nil) === site.listener.defaultServer)
  }

  @Test("a file's name that leads away is neither there nor absent")
  func fileTest() throws {
    let site = try Site(
      "location / { if (!-f $document_root/$arg_f) { return 200 open; } return 403; }", files: ["x": "y"])
    #expect(try site.send("/?f=../x").status == 500)
    #expect(try site.send("/?f=x").status == 403)
    #expect(try site.send("/?f=z").body == "open")
  }

  @Test(
    "fields of an upstream that can't be rewritten are not passed on",
    arguments: [
      "proxy_redirect \"~^\(costly)\" /x;", "proxy_cookie_path \"~^\(costly)\" /x;",
      "proxy_cookie_domain \"~^\(costly)\" x;", "proxy_cookie_flags \"~^\(costly)\" secure;",
    ])
  func upstreamFields(_ directive: String) async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; \(directive) }") { _ in
      .send(
        "HTTP/1.1 302 Found\r\nLocation: \(Self.subject)\r\n"
          + "Set-Cookie: \(Self.subject)=1; Path=\(Self.subject); Domain=\(Self.subject)\r\nContent-Length: 0\r\n\r\n")
    }
    let answer = try await stand.send("/")
    #expect(answer.status == 500)
    #expect(answer.fields["location"] == nil && answer.fields["set-cookie"] == nil)
    #expect(stand.errorLog.contains("pcre2_match() failed"))
  }
}
