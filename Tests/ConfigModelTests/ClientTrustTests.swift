import ConfigModel
import Testing

@Suite("Who vouches for clients, by place")
struct ClientTrustTests {
  private func configuration(
    _ server: String, http: String = "", verify: String = "ssl_verify_client on;", listen: String = "443 ssl"
  ) -> String {
    """
    http { \(http) server { listen \(listen); ssl_certificate c; ssl_certificate_key k;
    ssl_client_certificate ca; \(verify)
    \(server)
    } }
    """
  }

  private func names(_ trust: ClientTrustSetting) -> [String] {
    trust.files.map { String($0.path.split(separator: "/").last ?? "") }
  }

  @Test("a location's own CAs hold for the locations in it, its if and limit_except blocks; others have the server's")
  func inheritance() throws {
    let server = try read(
      configuration(
        """
        location / { location /deep { } }
        location /admin { ssl_client_certificate admin; if ($x) { return 403; } limit_except GET { ssl_client_allow any; }
          location /admin/deep { } }
        location @named { ssl_client_certificate named; }
        location /same { ssl_client_certificate ca; }
        """)
    ).server()
    let locations = server.locations
    #expect(locations[0].settings.clientTrust == server.tls.clientTrust)
    #expect(locations[0].locations[0].settings.clientTrust == server.tls.clientTrust)
    #expect(names(locations[1].settings.clientTrust) == ["admin"])
    #expect(names(locations[1].locations[0].settings.clientTrust) == ["admin"])
    #expect(locations[1].limitExcept.map { names($0.settings.clientTrust) } == ["admin"])
    guard case .if(let block) = locations[1].settings.rewrite.first else { throw Missing() }
    #expect(names(block.settings.clientTrust) == ["admin"])
    #expect(names(locations[2].settings.clientTrust) == ["named"])
    #expect(locations[3].settings.clientTrust == server.tls.clientTrust)
  }

  private struct Missing: Error {}

  @Test("a block that names a CA or a bundle inherits neither")
  func eitherBeginsAnew() throws {
    let server = try read(
      configuration(
        """
        ssl_client_spiffe_bundle a.test a.json;
        ssl_client_spiffe_bundle b.test b.json;
        location /ca { ssl_client_certificate admin; }
        location /bundle { ssl_client_spiffe_bundle c.test c.json; }
        location /both { ssl_client_certificate admin; ssl_client_spiffe_bundle a.test a.json; }
        """)
    ).server()
    #expect(names(server.tls.clientTrust) == ["ca", "a.json", "b.json"])
    #expect(names(server.locations[0].settings.clientTrust) == ["admin"])
    #expect(names(server.locations[1].settings.clientTrust) == ["c.json"])
    #expect(names(server.locations[2].settings.clientTrust) == ["admin", "a.json"])
  }

  @Test("the order of bundles makes no difference")
  func order() throws {
    let server = try read(
      configuration(
        """
        location /1 { ssl_client_spiffe_bundle a.test a; ssl_client_spiffe_bundle b.test b; }
        location /2 { ssl_client_spiffe_bundle b.test b; ssl_client_spiffe_bundle a.test a; }
        """)
    ).server()
    #expect(server.locations[0].settings.clientTrust == server.locations[1].settings.clientTrust)
  }

  @Test("bundles alone are enough to verify clients")
  func bundlesAlone() throws {
    let text = """
      http { server { listen 443 ssl; ssl_certificate c; ssl_certificate_key k; ssl_verify_client on;
      ssl_client_spiffe_bundle a.test a.json; } }
      """
    #expect(try read(text).server().tls.clientCertificate == nil)
  }

  @Test(
    "a location's CA where the server asks for no certificate is refused, once, with the cure",
    arguments: ["ssl_client_certificate admin;", "ssl_client_spiffe_bundle a.test a.json;"])
  func nobodyAsked(_ directive: String) {
    let name = directive.prefix { $0 != " " }
    let off = refusal(
      configuration("location /admin { location /admin/a { \(directive) location /admin/a/b { } } }", verify: ""))
    #expect(off.count == 1)
    #expect(off[0].hasPrefix("\"\(name)\" stands in a location, but the server at "))
    #expect(
      off[0].contains(
        "asks for no client certificate; write \"ssl_verify_client on\" or \"ssl_verify_client optional\" there"))
    #expect(off[0].hasSuffix("nginx.conf:3"))
    let plain = refusal(configuration("location /admin { \(directive) }", listen: "80"))
    #expect(plain.count == 1)
    #expect(plain[0].contains("does not listen with \"ssl\""))
  }

  @Test(
    "trust domains are names, each with one bundle in a block",
    arguments: [
      ("spiffe://a.test", "invalid trust domain \"spiffe://a.test\""), ("A.test", "invalid trust domain \"A.test\""),
      ("a.test:1", "invalid trust domain"), ("\"\"", "invalid trust domain \"\""),
      ("twice", "the trust domain \"twice\" has a bundle already"),
    ])
  func domains(domain: String, message: String) {
    let lines = refusal(
      configuration("ssl_client_spiffe_bundle twice x;\nssl_client_spiffe_bundle \(domain) b.json;"))
    #expect(lines.count == 1)
    #expect(lines.first?.contains(message) == true)
    #expect(lines.first?.hasSuffix("nginx.conf:4") == true)
  }
}
