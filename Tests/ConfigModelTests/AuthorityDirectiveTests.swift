import ConfigModel
import Testing

@Suite("authority_directory and what works with it")
struct AuthorityDirectiveTests {
  private static func kind(_ text: String) throws -> AuthorityContent.Kind? {
    guard case .authority(let content) = try location("authority_directory pki; \(text)").content else { return nil }
    return content.kind
  }

  @Test("each service is the content of its location")
  func content() throws {
    #expect(try Self.kind("authority_ocsp;") == .ocsp)
    #expect(try Self.kind("authority_crl;") == .crl(name: nil))
    #expect(try Self.kind("authority_crl issuing;") == .crl(name: "issuing"))
    #expect(try Self.kind("authority_certificate;") == .certificate(name: nil))
    #expect(try Self.kind("authority_certificate issuing;") == .certificate(name: "issuing"))
  }

  @Test("the directory and the password file are inherited, and relative to the configuration's folder")
  func inheritance() throws {
    let server = try read(
      """
      http { authority_directory pki; authority_password_file pki.pass;
      server { listen 80; location /a { authority_crl; } location /b { authority_directory /other; authority_crl; } } }
      """
    ).server()
    let settings = server.locations.map(\.settings.authority)
    #expect(settings.map { $0.directory?.path } == ["/etc/gateway/pki", "/other"])
    #expect(settings.map { $0.passwordFile?.path } == ["/etc/gateway/pki.pass", "/etc/gateway/pki.pass"])
  }

  @Test("a location has one answer")
  func exclusivity() {
    #expect(
      refusal(inLocation("authority_directory pki; authority_crl;\nproxy_pass http://127.0.0.1;")) == [
        "\"proxy_pass\" directive can't stand beside \"authority_crl\", which answers this location already in nginx.conf:2"
      ])
    #expect(
      refusal(inLocation("authority_directory pki; authority_ocsp;\nauthority_crl;")) == [
        "\"authority_crl\" directive can't stand beside \"authority_ocsp\", which answers this location already "
          + "in nginx.conf:2"
      ])
  }

  @Test(
    "without a directory there is nothing to work with",
    arguments: [
      ("authority_ocsp", "location / { \nauthority_ocsp; }"), ("authority_crl", "location / { \nauthority_crl; }"),
      ("authority_certificate", "location / { location /a { \nauthority_certificate a; } }"),
      ("ssl_crl authority", "\nssl_crl authority;"),
      ("ssl_stapling_responder authority", "\nssl_stapling_responder authority;"),
    ])
  func withoutDirectory(_ directive: String, _ text: String) {
    #expect(refusal(inServer(text)) == ["no \"authority_directory\" is defined for \"\(directive)\" in nginx.conf:2"])
  }

  @Test("ssl_crl authority stands for the directory of its server, beside files")
  func revocationLists() throws {
    let http = try read(
      """
      http { ssl_crl authority; ssl_crl /file.crl; ssl_stapling_responder authority;
      server { listen 80; authority_directory /one; } server { listen 81; authority_directory /two; }
      server { listen 82; authority_directory /three; ssl_crl ./authority; ssl_stapling_responder http://a/; } }
      """)
    let lists = try (0..<3).map { try http.server($0).tls.crl }
    #expect(
      lists.map { $0.map(\.path) } == [["/one", "/file.crl"], ["/two", "/file.crl"], ["/etc/gateway/./authority"]])
    #expect(lists.map { $0.map(\.isAuthority) } == [[true, false], [true, false], [false]])
    #expect(try (0..<3).map { try http.server($0).tls.staplesFromAuthority } == [true, true, false])
  }
}
