import ConfigModel
import Testing

@Suite("warnings about expressions and paths that protect badly")
struct ProtectingPatternTests {
  private func warnings(_ server: String) throws -> [String] {
    let text = """
      http { server { listen 443 ssl; ssl_certificate c; ssl_certificate_key k; ssl_client_certificate ca;
      ssl_verify_client on;
      \(server)
      } }
      """
    return try read(text).diagnostics.filter { $0.severity == .warn }.map(\.description)
  }

  @Test(
    "nested quantifiers are warned of where the expression protects",
    arguments: [
      "location ~ ^/(.*/)*secret/ { ssl_client_allow cn:admin; }",
      "location ~ ([a-z]+)+/admin { ssl_client_deny cn:guest; }",
      "location ~ ([a-z]+)+/admin { ssl_client_certificate other; }",
      "location ~ ([a-z]+)+/admin { internal; }",
      "location ~ ([a-z]+)+/admin { return 403; }",
      "location ~ ([a-z]+)+/admin { if ($arg_x) { return 404; } }",
      "location ~ ([a-z]+)+/admin { location ~ x { internal; } }",
      "location / { if ($uri ~ ([a-z]+)+/admin) { return 403; } }",
      "if ($uri ~ ([a-z]+)+/admin) { return 403; }",
    ])
  func nested(_ server: String) throws {
    let found = try warnings(server)
    #expect(found.count == 1)
    #expect(found.first?.contains("repeats what is repeated") == true)
    #expect(found.first?.contains("nginx.conf:3") == true)
  }

  @Test(
    "expressions that protect nothing, or are tried in one way, are left alone",
    arguments: [
      "location ~ ([a-z]+)+/x { root /srv; }", "location ~ ^/secret/.*$ { ssl_client_allow cn:admin; }",
      "location ~ ^/([a-z]++/)*secret { internal; }", "location ~ ([a-z]+)+ { return 200 x; }",
      "ssl_client_allow cn:a; location ~ ([a-z]+)+/x { root /srv; }",
    ])
  func unwarned(_ server: String) throws { #expect(try warnings(server).isEmpty) }

  @Test("an alias with a slash is warned of where the location's name has none")
  func aliasSlash() throws {
    #expect(try warnings("location /al { alias /srv/pub/; }").first?.contains("\"/al\" does not") == true)
    #expect(try warnings("location ^~ /al { alias /srv/pub/; }").count == 1)
    for server in [
      "location /al/ { alias /srv/pub/; }", "location /al { alias /srv/pub; }", "location = /al { alias /srv/pub/; }",
      "location ~ ^/al/(.*)$ { alias /srv/pub/$1; }",
    ] {
      #expect(try warnings(server).isEmpty)
    }
  }

  @Test("framing that an operator writes is warned of, unless it is empty; names of headers are tokens")
  func framing() throws {
    #expect(try warnings("proxy_set_header Content-Length 5;").first?.contains("is not used") == true)
    #expect(try warnings("proxy_set_header transfer-encoding $http_te;").count == 1)
    #expect(try warnings("proxy_set_header Content-Length \"\";").isEmpty)
    #expect(refusal(inServer("proxy_set_header \"X: a\" b;")) == ["\"X: a\" is no name of a header in nginx.conf:1"])
    #expect(refusal(inServer("proxy_upgrade_protocols \"a b\";")) == ["invalid protocol \"a b\" in nginx.conf:1"])
  }
}
