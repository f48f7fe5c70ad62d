import ConfigModel
import Testing

@Suite("ssl_client_allow and ssl_client_deny")
struct ClientRuleTests {
  private func configuration(_ server: String, http: String = "", verify: String = "ssl_verify_client on;") -> String {
    """
    http { \(http) server { listen 443 ssl; ssl_certificate c; ssl_certificate_key k; ssl_client_certificate ca;
    \(verify)
    \(server)
    } }
    """
  }

  @Test("both kinds add up in their order, and a location that has any inherits none")
  func inheritance() throws {
    let server = try read(
      configuration(
        """
        ssl_client_allow cn:a "dn:CN=b, O=c";
        ssl_client_deny serial:1;
        location / { }
        location /own { ssl_client_allow any; }
        """)
    ).server()
    #expect(server.settings.clientRules.map(\.directive) == ["ssl_client_allow", "ssl_client_deny"])
    #expect(server.settings.clientRules[0].matchers == ["cn:a", "dn:CN=b, O=c"])
    #expect(server.locations[0].settings.clientRules == server.settings.clientRules)
    #expect(server.locations[1].settings.clientRules.map(\.matchers) == [["any"]])
  }

  @Test(
    "rules where no certificate is asked for are refused, wherever they stand",
    arguments: [
      "ssl_client_allow any;", "location / { ssl_client_allow any; }",
      "location / { location /b { ssl_client_allow any; } }",
      "location / { limit_except GET { ssl_client_allow any; } }", "location @named { ssl_client_allow any; }",
    ])
  func withoutCertificate(_ text: String) {
    #expect(
      refusal(configuration(text, verify: ""))
        == [
          "\"ssl_client_allow\" holds where no client certificate is asked for: the server at /etc/gateway/nginx.conf:1 "
            + "has no \"ssl_verify_client\" in nginx.conf:3"
        ].map { $0.replacing("/etc/gateway/nginx.conf", with: "nginx.conf") })
  }

  @Test("rules of the http block are refused once where one server asks for none, or does not speak TLS")
  func inherited() {
    let plain = configuration("", http: "ssl_client_deny cn:a;\nserver { listen 80; ssl_verify_client off; }")
    #expect(refusal(plain).count == 1)
    let untold = refusal(
      "http { server { listen 80;\nssl_client_certificate ca; ssl_verify_client on;\nssl_client_deny cn:a; } }")
    #expect(untold.count == 1)
    #expect(untold[0].contains("does not listen with \"ssl\""))
  }
}
