import ConfigModel
import PKI
import TLSEngine
import Testing
import Trust

@testable import Gateway

@Suite("Client certificates in the phases")
struct ClientCertificateTests {
  private let authority: TestAuthority
  init() throws { authority = try TestAuthority() }

  private func site(_ directives: String, location: String = "return 200 $ssl_client_verify;") throws -> Site {
    try Site(
      """
      server {
        listen 127.0.0.1:8443 ssl; server_name a; ssl_certificate c.pem; ssl_certificate_key k.pem;
        ssl_client_certificate ca.pem; \(directives)
        location / { \(location) }
      }
      server {
        listen 127.0.0.1:8443 ssl; server_name b; ssl_certificate c.pem; ssl_certificate_key k.pem;
        return 200 other;
      }
      """)
  }

  private func connection(_ verdict: Verdict?, serverName: String? = "a") -> (ClientConnection) -> Void {
    { connection in
      var facts = TLSSessionFacts()
      facts.serverName = serverName.map { Array($0.utf8) }
      connection.tls = facts
      connection.verdict = verdict
      if let serverName {
        connection.server =
          (try? connection.listener.server(named: Array(serverName.utf8), for: nil)) ?? connection.server
      }
    }
  }

  @Test(
    "each mode answers each kind of certificate as nginx does",
    arguments: [
      ("ssl_verify_client on;", "good", 200, "SUCCESS"), ("ssl_verify_client on;", "none", 400, "No required SSL"),
      ("ssl_verify_client on;", "expired", 400, "The SSL certificate error"),
      ("ssl_verify_client optional;", "none", 200, "NONE"),
      ("ssl_verify_client optional;", "expired", 400, "certificate error"),
      ("ssl_verify_client optional_no_ca;", "foreign", 200, "FAILED:"),
      ("ssl_verify_client optional_no_ca;", "expired", 400, "certificate error"),
      (
        "ssl_verify_client optional; ssl_verify_client_failure continue;", "expired", 200,
        "FAILED:certificate has expired"
      ),
      ("ssl_verify_client off;", "none", 200, "NONE"),
    ])
  func modes(_ directives: String, _ kind: String, _ status: Int, _ text: String) throws {
    let verdict: Verdict? =
      switch kind {
      case "good": try authority.verdict(subject: "/CN=good")
      case "expired": try authority.verdict(subject: "/CN=old", notAfter: UnixTime(1_750_000_000))
      case "foreign": try authority.verdict(subject: "/CN=foreign", isOurs: false)
      default: nil
      }
    let answer = try site(directives).send("/", host: "a", prepare: connection(verdict))
    #expect(answer.status == status)
    #expect(answer.body.contains(text))
  }

  @Test("error pages 495, 496 and 497 apply, and clients see 400")
  func errorPages() throws {
    let site = try site(
      "ssl_verify_client on; error_page 496 /none; error_page 495 =403 /bad; error_page 497 https://a/;",
      location: "return 200 $uri;")
    let none = try site.send("/", host: "a", prepare: connection(nil))
    #expect(none.status == 400)
    #expect(none.body == "/none")
    let bad = try authority.verdict(subject: "/CN=x", isOurs: false)
    #expect(try site.send("/", host: "a", prepare: connection(bad)).status == 403)
    let plain = try site.send("/", host: "a")
    #expect(plain.status == 302)
    #expect(plain.fields["location"] == "https://a/")
  }

  @Test("plain HTTP on a TLS port is told so")
  func plain() throws {
    let answer = try site("ssl_verify_client on;").send("/", host: "a")
    #expect(answer.status == 400)
    #expect(answer.body.contains("<center>The plain HTTP request was sent to HTTPS port</center>"))
  }

  @Test(
    "a Host whose policy differs from the handshake's is misdirected, with SNI or without",
    arguments: [
      ("b", "a", 421), ("a", "b", 421), ("b", nil, 421), ("a", nil, 200), ("b", "b", 200),
    ] as [(String, String?, Int)])
  func misdirected(_ host: String, _ serverName: String?, _ status: Int) throws {
    let verdict = try authority.verdict(subject: "/CN=good")
    let answer = try site("ssl_verify_client on;").send(
      "/", host: host, prepare: connection(verdict, serverName: serverName))
    #expect(answer.status == status)
  }

  @Test(
    "the certificate's variables",
    arguments: [
      ("$ssl_client_s_dn", "CN=client\\, inc,O=Test"), ("$ssl_client_i_dn", "CN=Root,O=Test"),
      ("$ssl_client_s_dn_legacy", "/O=Test/CN=client, inc"), ("$ssl_client_serial", "1001"),
      ("$ssl_client_san_dns|$ssl_client_san_email", "a.test,b.test|x@y"), ("$ssl_client_san_ip", "192.0.2.1"),
      ("$ssl_client_san_uri", "spiffe://t/a%2Cb"), ("$ssl_client_v_end", "Oct  2 07:06:40 2096 GMT"),
    ])
  func variables(_ template: String, _ expected: String) throws {
    let verdict = try authority.verdict(
      subject: "/O=Test/CN=client, inc",
      names: [.dns("a.test"), .dns("b.test"), .email("x@y"), .ip([192, 0, 2, 1]), .uri("spiffe://t/a,b")])
    #expect(verdict.isVerified)
    let site = try site("ssl_verify_client on;", location: "return 200 '\(template)';")
    #expect(try site.send("/", host: "a", prepare: connection(verdict)).body == expected)
  }

  @Test("names of a certificate that was not verified are withheld")
  func unverified() throws {
    let verdict = try authority.verdict(subject: "/CN=liar", names: [.dns("admin.test")], isOurs: false)
    let site = try site(
      "ssl_verify_client optional_no_ca;",
      location: "return 200 '$ssl_client_san_dns|$ssl_client_xfcc|$ssl_client_cert_rfc9440|$ssl_client_s_dn';")
    #expect(try site.send("/", host: "a", prepare: connection(verdict)).body == "|||CN=liar")
  }

  @Test("encodings of the certificate itself")
  func encodings() throws {
    let verdict = try authority.verdict(subject: "/CN=x")
    let texts = try #require(CertificateTexts(verdict))
    #expect(texts.pem.asText.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    #expect(texts.foldedPEM.asText.hasPrefix("-----BEGIN CERTIFICATE-----\n\tMII"))
    #expect(texts.foldedPEM.asText.hasSuffix("\n\t-----END CERTIFICATE-----"))
    #expect(texts.escapedPEM.asText.hasPrefix("-----BEGIN%20CERTIFICATE-----%0AMII"))
    #expect(texts.fingerprint.count == 40)
    #expect(texts.rfc9440?.asText.hasPrefix(":MII") == true)
    #expect(texts.forwarded?.asText == "Hash=\(texts.fingerprintSHA256.asText);Subject=\"CN=x\"")
  }
}
