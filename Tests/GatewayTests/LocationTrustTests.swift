import PKI
import TLSEngine
import Testing
import Trust

@testable import Gateway

@Suite("CAs of locations in the phases")
struct LocationTrustTests {
  private let api: TestAuthority
  private let admin: TestAuthority
  init() throws {
    api = try TestAuthority()
    admin = try TestAuthority()
  }

  private func site(_ server: String, mode: String = "on", listen: String = "") throws -> Site {
    try Site(
      """
      server {
        listen 127.0.0.1:8443 ssl; \(listen) ssl_certificate c.pem; ssl_certificate_key k.pem;
        ssl_client_certificate api.pem; ssl_verify_client \(mode);
        \(server)
      }
      """, files: ["index.html": "home", "admin/index.html": "secret", "admin/inner": "secret"])
  }

  /// What each policy says: the server's first, then those of its locations in their order.
  private func client(_ verdicts: Verdict...) -> (ClientConnection) -> Void {
    { connection in
      connection.tls = TLSSessionFacts()
      for (position, verdict) in verdicts.enumerated() {
        connection.take(verdict, from: nil, under: position == 0 ? .server : .location(position - 1))
      }
    }
  }

  private func good() throws -> Verdict { try api.verdict(subject: "/CN=alice") }
  private func bad() throws -> Verdict { try api.verdict(subject: "/CN=alice", isOurs: false) }

  @Test(
    "a client of the API's CA never reaches what the admin's CA guards, whichever way leads there",
    arguments: [
      "location /admin/ { ssl_client_certificate admin.pem; }",
      "location /admin/ { ssl_client_certificate admin.pem; return 200 secret; }",
      "location /admin/ { ssl_client_certificate admin.pem; return 302 /secret; }",
      "location /admin/ { ssl_client_certificate admin.pem; rewrite ^ https://example.com/secret; }",
      "location /admin/ { ssl_client_certificate admin.pem; proxy_pass http://127.0.0.1:1; }",
      "location /admin/ { ssl_client_certificate admin.pem; location ~ html$ { return 200 secret; } }",
      "location /admin/ { ssl_client_certificate admin.pem; if ($request_method = GET) { return 200 secret; } }",
      "location /admin/ { ssl_client_certificate admin.pem; limit_except POST { deny_nothing; } }",
      "location /admin/ { rewrite ^ /inner last; } location /inner { ssl_client_certificate admin.pem; return 200 secret; }",
      "location /admin/ { rewrite ^ /inner last; } location = /inner { ssl_client_certificate admin.pem; return 200 secret; }",
      "location /admin/ { try_files /none /inner; } location /inner { ssl_client_certificate admin.pem; return 200 secret; }",
      "location /admin/ { try_files /none @in; } location @in { ssl_client_certificate admin.pem; return 200 secret; }",
      "location /admin/ { error_page 418 =200 /inner; return 418; } location /inner { ssl_client_certificate admin.pem; return 200 secret; }",
      "location /admin/ { error_page 418 = @in; return 418; } location @in { ssl_client_certificate admin.pem; return 200 secret; }",
      "rewrite ^/admin/ /inner; location /inner { ssl_client_certificate admin.pem; internal; return 200 secret; }",
      "location /admin/ { index none.html inner; } location /admin/inner { ssl_client_certificate admin.pem; return 200 secret; }",
    ])
  func crossing(_ server: String) throws {
    let server = server.replacing(
      " limit_except POST { deny_nothing; }", with: " limit_except POST { ssl_client_allow any; }")
    let site = try site(server)
    let path = server.contains("index none") ? "/admin/" : "/admin/index.html"
    let answer = try site.send(path, prepare: client(try good(), try bad()))
    #expect(answer.status >= 400, "\(answer.status)")
    #expect(!answer.body.contains("secret") && !answer.body.contains("echo"))
    #expect(answer.fields["location"] == nil)
    // The other way round nothing is in the way but the server's policy where it answers first.
    let other = try site.send(path, prepare: client(try good(), try good()))
    #expect([200, 302].contains(other.status), "\(other.status) \(other.body)")
  }

  @Test("a place with its own CA is judged by that alone, the rest by the server's alone")
  func own() throws {
    let site = try site(
      "location / { return 200 $ssl_client_verify; } "
        + "location /admin { ssl_client_certificate admin.pem; return 200 admin:$ssl_client_verify; }")
    let apiOnly = client(try good(), try bad())
    let adminOnly = client(try bad(), try good())
    #expect(try site.send("/", prepare: apiOnly).body == "SUCCESS")
    #expect(try site.send("/admin", prepare: apiOnly).status == 400)
    #expect(try site.send("/", prepare: adminOnly).status == 400)
    #expect(try site.send("/admin", prepare: adminOnly).body == "admin:SUCCESS")
    #expect(site.text(of: "error.log").contains("rule selfSigned") || site.text(of: "error.log").contains("refusal "))
  }

  @Test("required is asked of each place, and optional lets the uncertified into each")
  func modes() throws {
    let places =
      "location / { return 200 \"$ssl_client_verify\"; } "
      + "location /admin { ssl_client_certificate admin.pem; return 200 \"$ssl_client_verify\"; }"
    let nobody: (ClientConnection) -> Void = { $0.tls = TLSSessionFacts() }
    let required = try site(places)
    #expect(try required.send("/", prepare: nobody).body.contains("No required SSL certificate was sent"))
    #expect(try required.send("/admin", prepare: nobody).body.contains("No required SSL certificate was sent"))
    let optional = try site(places, mode: "optional")
    #expect(try optional.send("/", prepare: nobody).body == "NONE")
    #expect(try optional.send("/admin", prepare: nobody).body == "NONE")
    #expect(try optional.send("/admin", prepare: client(try good(), try bad())).status == 400)
    let untrusted = try site(places, mode: "optional_no_ca")
    #expect(try untrusted.send("/admin", prepare: client(try good(), try bad())).body.hasPrefix("FAILED:"))
    let continuing = try site("ssl_verify_client_failure continue; " + places)
    #expect(try continuing.send("/admin", prepare: client(try good(), try bad())).body.hasPrefix("FAILED:"))
    #expect(try continuing.send("/", prepare: client(try good(), try bad())).body == "SUCCESS")
  }

  @Test("the page of a refusal comes from a place of the policy that refused, or of one that takes the client")
  func pages() throws {
    let site = try site(
      """
      error_page 495 496 /help;
      location / { return 200 secret; }
      location /help { return 200 "help"; }
      location /admin { ssl_client_certificate admin.pem; }
      location /ops { ssl_client_certificate admin.pem; error_page 495 496 /ops-help; }
      location /ops-help { ssl_client_certificate admin.pem; return 200 "ops help"; }
      location /fall { ssl_client_certificate admin.pem; error_page 495 =200 /; }
      """)
    let (good, bad) = (try good(), try bad())
    #expect(try site.send("/", prepare: client(bad, good)).body == "help")
    #expect(try site.send("/admin", prepare: client(good, bad)).body == "help")
    #expect(try site.send("/ops", prepare: client(bad, bad)).body == "ops help")
    #expect(try site.send("/fall", prepare: client(good, bad)).body == "secret")
    for path in ["/admin", "/fall"] {
      let answer = try site.send(path, prepare: client(bad, bad))
      #expect(answer.status == 400 || answer.status == 200)
      #expect(answer.body.contains("The SSL certificate error"), "\(path): \(answer.body)")
    }
  }

  @Test("rules on identities are asked of the verdict of their place")
  func rules() throws {
    let site = try site(
      """
      location / { ssl_client_allow cn:alice; return 200 "in"; }
      location /admin { ssl_client_certificate admin.pem; ssl_client_allow cn:root; return 200 "in"; }
      """)
    let root = try admin.verdict(subject: "/CN=root")
    #expect(try site.send("/", prepare: client(try good(), root)).body == "in")
    #expect(try site.send("/admin", prepare: client(try good(), root)).body == "in")
    #expect(try site.send("/admin", prepare: client(try good(), try good())).status == 403)
    #expect(try site.send("/", prepare: client(root, root)).status == 403)
  }

  @Test("without TLS, places with their own CA stay shut where certificates are required")
  func withoutTLS() throws {
    let places =
      "location / { return 200 open; } location /admin { ssl_client_certificate admin.pem; return 200 secret; }"
    func site(_ mode: String) throws -> Site {
      try Site(
        """
        server { listen 127.0.0.1:8080; listen 127.0.0.1:8443 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem;
          ssl_client_certificate api.pem; ssl_verify_client \(mode); \(places) }
        """)
    }
    #expect(try site("on").send("/").body == "open")
    #expect(try site("on").send("/admin").status == 403)
    #expect(try site("optional").send("/admin").body == "secret")
  }

  @Test("pages of errors that come before any place are for those whom the server takes, and the page's place too")
  func earlyErrors() throws {
    let site = try site(
      """
      error_page 405 /early; error_page 400 /admin;
      location /early { return 200 "early"; }
      location /admin { ssl_client_certificate admin.pem; return 200 secret; }
      """)
    let nobody: (ClientConnection) -> Void = { $0.tls = TLSSessionFacts() }
    #expect(try site.send("/", method: .trace, prepare: nobody).body.contains("405 Not Allowed"))
    #expect(try site.send("/", method: .trace, prepare: client(try bad(), try good())).body.contains("405 Not Allowed"))
    #expect(try site.send("/", method: .trace, prepare: client(try good(), try bad())).body == "early")
    #expect(try site.send("/", host: nil, prepare: client(try good(), try good())).body == "secret")
    #expect(try site.send("/", host: nil, prepare: client(try good(), try bad())).body.contains("400 Bad Request"))
    #expect(try site.send("/", host: nil, prepare: client(try bad(), try good())).body.contains("400 Bad Request"))
  }

  @Test("a connection ends when any policy that let its client in refuses it")
  func lostTrust() throws {
    let connection = try Wire().handler.connection
    connection.verdict = try good()
    connection.take(try good(), from: nil, under: .location(0))
    connection.take(try bad(), from: nil, under: .location(1))
    #expect(connection.lostTrust == nil)
    connection.take(try bad(), from: nil, under: .location(0))
    #expect(connection.lostTrust != nil)
  }

  @Test("equal CAs are one policy, and after a reload a place keeps its counterpart")
  func counterparts() throws {
    func trust(_ locations: String) throws -> LocationTrust {
      let site = try site(locations)
      return LocationTrust(site.listener.defaultServer.block)
    }
    let old = try trust(
      """
      location /a { ssl_client_certificate 1.pem; } location /b { ssl_client_certificate 2.pem; }
      location /c { ssl_client_certificate 1.pem; location ~ x { ssl_client_certificate 3.pem; } }
      """)
    #expect(old.policies.map { $0.setting.files.count } == [1, 1, 1])
    let new = try trust(
      "location /b { ssl_client_certificate 9.pem; } location /a { ssl_client_certificate 2.pem; } location /c { }")
    let pairs = old.counterparts(in: new).map(Set.init)
    #expect(pairs == [[.location(1), .server], [.location(0)], [.server]])
  }
}
