import ConfigModel
import ConfigSyntax
import HTTPWire
import Synchronization
import TLSEngine
import Testing
import Trust

@testable import Gateway

/// What the judgement gives, and what is done with it where there is no request yet, or somebody is refused.
@Suite("Admission")
struct AdmissionTests {
  /// An upstream that tells what got through to it.
  private final class Upstream: SlashRedirecting {
    private let requests = Mutex<[String]>([])
    var seen: [String] { requests.withLock { $0 } }

    func handle(_ request: Request, _ admission: Admission) {
      let body = request.phases.bodyDiscarded ? "" : " with its body"
      requests.withLock { $0.append("\(request.method.name.asText) \(request.uri.asText)\(body)") }
      request.sendText(Array("upstream".utf8), status: 200, admission)
    }
  }

  private enum Client: String, CaseIterable {
    case nobody, stranger, refusedByRule, plain, good
  }

  private let authority: TestAuthority
  private let upstream = Upstream()
  init() throws { authority = try TestAuthority() }

  private func site(_ server: String, mode: String = "on") throws -> Site {
    let upstream = upstream
    let files = [
      "secret.txt": "secret", "page.html": "page", "page/index.html": "page", "pages/secret.txt": "secret",
      "pages/page.html": "page",
    ]
    return try Site(
      """
      server {
        listen 127.0.0.1:8443 ssl; server_name a; ssl_certificate c.pem; ssl_certificate_key k.pem;
        ssl_client_certificate ca.pem; ssl_verify_client \(mode);
        \(server)
      }
      server {
        listen 127.0.0.1:8443 ssl; server_name b; ssl_certificate c.pem; ssl_certificate_key k.pem;
        error_page 421 =200 /page.html; location / { return 200 secret; }
      }
      """, files: files
    ) { setting, settings, match, context throws(Diagnostic) in upstream }
  }

  private func connection(_ client: Client) throws -> (ClientConnection) -> Void {
    let verdict: Verdict? =
      switch client {
      case .nobody, .plain: nil
      case .stranger: try authority.verdict(subject: "/CN=good", isOurs: false)
      case .refusedByRule: try authority.verdict(subject: "/CN=mallory")
      case .good: try authority.verdict(subject: "/CN=good")
      }
    return { connection in
      if client == .plain { return }
      var facts = TLSSessionFacts()
      facts.serverName = Array("a".utf8)
      connection.tls = facts
      connection.verdict = verdict
    }
  }

  // MARK: - Errors before the phases

  private struct Early {
    var status: Int
    var method = HTTPMethod.get
    var fields: [(String, String)] = []
    var host: String? = "a"
    var version = HTTPVersion.http1_1
    var malformed: Int?
  }

  private static let early: [Early] = [
    Early(status: 405, method: .trace), Early(status: 405, method: .trace, version: .http2),
    Early(status: 405, method: .connect), Early(status: 400, host: nil), Early(status: 400, host: "a b"),
    Early(status: 400, fields: [("Authorization", "Basic YTph"), ("Authorization", "Basic YTpi")]),
    Early(status: 400, fields: [("Authorization", "a"), ("Authorization", "b")], version: .http2),
    Early(status: 400, malformed: 400), Early(status: 400, version: .http2, malformed: 400),
    Early(status: 414, malformed: 414), Early(status: 400, malformed: 494), Early(status: 501, malformed: 501),
    Early(status: 505, malformed: 505),
  ]

  @Test(
    "an error that comes before the phases leads nobody to a page of the site whom the site does not take",
    arguments: [
      "=200 /secret.txt", "=200 $uri", "= @app", "@app", "/api", "=302 https://example.com/$uri", "/page.html",
    ])
  func earlyErrors(_ page: String) throws {
    let site = try site(
      """
      error_page 400 405 414 494 501 505 \(page); ssl_client_deny cn:mallory;
      location / { } location /api { proxy_pass http://127.0.0.1:1; } location @app { proxy_pass http://127.0.0.1:1; }
      """)
    for error in Self.early {
      for client in Client.allCases where client != .good {
        let answer = try site.send(
          "/secret.txt", error.fields, method: error.method, host: error.host, version: error.version,
          malformed: error.malformed, prepare: try connection(client))
        #expect(answer.status == error.status, "\(error) \(client)")
        #expect(answer.body.contains("<hr><center>countersign"), "\(error) \(client): \(answer.body)")
        #expect(answer.fields["location"] == nil)
      }
    }
    #expect(upstream.seen.isEmpty)
    // nginx's behaviour, for those who are let in.
    let good = try site.send("/secret.txt", host: nil, prepare: try connection(.good))
    #expect(!good.body.contains("400 Bad Request"))
  }

  @Test("where no certificate is required the server's page is shown, but its place judges for itself")
  func optional() throws {
    let site = try site(
      """
      error_page 405 /page.html; error_page 400 =200 /inner;
      location / { } location /inner { ssl_client_allow cn:good; return 200 secret; }
      """, mode: "optional")
    #expect(try site.send("/", method: .trace, host: "a", prepare: connection(.nobody)).body == "page")
    #expect(
      try site.send("/", method: .trace, host: "a", prepare: connection(.stranger)).body.contains("405 Not Allowed"))
    for client in [Client.nobody, .stranger, .refusedByRule] {
      let answer = try site.send("/", host: nil, prepare: connection(client))
      #expect(answer.status >= 400 && answer.body.contains("<hr><center>countersign"), "\(client)")
    }
    #expect(try site.send("/", host: nil, prepare: connection(.good)).body == "secret")
  }

  @Test("a server that the handshake was not for shows nothing but the built-in 421")
  func misdirected() throws {
    let answer = try site("").send("/", host: "b", prepare: connection(.good))
    #expect(answer.status == 421 && answer.body.contains("<h1>421 Misdirected Request</h1>"))
  }

  @Test("a redirect to the path with its slash is an answer of the place")
  func slash() throws {
    let site = try site("location /app/ { ssl_client_allow cn:good; proxy_pass http://127.0.0.1:1; }", mode: "optional")
    #expect(try site.send("/app", host: "a", prepare: connection(.good)).fields["location"] == "https://a:8080/app/")
    for client in [Client.nobody, .refusedByRule] {
      let answer = try site.send("/app", host: "a", prepare: connection(client))
      #expect(answer.status == 403 && answer.fields["location"] == nil)
    }
  }

  @Test("an admission is worth nothing in another place")
  func otherPlace() throws {
    struct Wanderer: ContentHandler {
      func handle(_ request: Request, _ admission: Admission) {
        if let other = request.server.namedLocation("@other") { request.enter(other) }
        request.sendText(Array("secret".utf8), status: 200, admission)
      }
    }
    let site = try Site(
      """
      server {
        listen 127.0.0.1:8443 ssl; ssl_client_certificate ca.pem; ssl_verify_client optional;
        ssl_certificate c.pem; ssl_certificate_key k.pem;
        location / { proxy_pass http://127.0.0.1:1; } location @other { ssl_client_allow cn:bob; return 200 x; }
      }
      """
    ) { _, _, _, _ throws(Diagnostic) in Wanderer() }
    let answer = try site.send("/", prepare: connection(.good))
    #expect(answer.status == 500 && !answer.body.contains("secret"))
    #expect(site.text(of: "error.log").contains("[alert]"))
  }

  // MARK: - The page of a refusal

  @Test(
    "the page of 495, 496 and 497 is what the configuration names, by GET, and nothing of the client's choice",
    arguments: [
      // Pages, in nginx's ways.
      ("/page.html", "location / { }", "page"), ("/page", "location /page { return 200 page; }", "page"),
      ("/page/", "location / { }", "page"), ("/page.html?why=$ssl_client_verify", "location / { }", "page"),
      ("@page", "location @page { return 200 page; }", "page"),
      ("@page", "location @page { rewrite ^ /page.html break; }", "page"),
      ("/page.html", "location / { try_files $uri @app; }", "page"),
      ("/page", "location = /page { proxy_pass http://127.0.0.1:1; }", "upstream"),
      ("/page/x", "location /page/ { internal; proxy_pass http://127.0.0.1:1; }", "upstream"),
      // What would be more.
      ("=200 $uri", "location / { }", nil), ("=200 $request_uri", "location / { }", nil),
      ("@files", "location @files { root %%; }", nil), ("@app", "location / { }", nil),
      ("= @app", "location / { }", nil),
      ("/page", "location /page { proxy_pass http://127.0.0.1:1; }", nil),
      ("/none", "location / { try_files $uri @app; }", nil), ("/none", "location / { error_page 404 @app; }", nil),
      ("/page", "location = /page { rewrite ^ $request_uri break; }", nil),
      ("/page", "location = /page { rewrite ^ $request_uri last; }", nil),
      ("/page", "recursive_error_pages on; location / { proxy_pass http://127.0.0.1:1; }", nil),
      ("/page", "location = /page { ssl_client_allow any; return 200 secret; }", nil),
    ] as [(String, String, String?)])
  func refusalPages(_ page: String, _ locations: String, _ expected: String?) throws {
    let site = try site(
      "error_page 495 496 497 \(page); \(locations) location @app { proxy_pass http://127.0.0.1:1; }")
    for client in [Client.nobody, .stranger, .plain] {
      let answer = try site.send(
        "/secret.txt", [("Content-Length", "5")], method: .post, host: "a", prepare: connection(client))
      #expect(!answer.body.contains("secret"), "\(client)")
      if let expected {
        #expect(answer.body == expected, "\(client)")
      } else {
        #expect(answer.body.contains("<hr><center>countersign"), "\(client): \(answer.body)")
        #expect((400..<500).contains(answer.status), "\(client): \(answer.status)")
      }
    }
    let path = String(page.prefix { $0 != "?" })
    #expect(upstream.seen == (expected == "upstream" ? Array(repeating: "GET \(path)", count: 3) : []))
  }

  @Test("a refusal may send clients elsewhere, as 497 to https")
  func elsewhere() throws {
    let site = try site("error_page 495 496 497 =301 https://$host/help?from=$request_uri; location / { }")
    for client in [Client.nobody, .stranger, .plain] {
      let answer = try site.send("/x", host: "a", prepare: connection(client))
      #expect(answer.status == 301 && answer.fields["location"] == "https://a/help?from=/x", "\(client)")
    }
    let denied = try self.site("ssl_client_deny cn:mallory; error_page 403 https://example.com/denied; location / { }")
      .send("/x", host: "a", prepare: connection(.refusedByRule))
    #expect(denied.fields["location"] == "https://example.com/denied")
  }
}
