import ConfigModel
import ConfigSyntax
import Testing

@Suite("OpenSSL's commands, certificates by variable, trusted proxies")
struct TLSCommandTests {
  private func tls(_ text: String) throws -> TLSSettings {
    let http = try #require(try read(inServer(text)).configuration.http)
    return try #require(http.servers.first).tls
  }

  @Test("commands do what the directive of that meaning does")
  func commands() throws {
    let settings = try tls(
      """
      ssl_conf_command MinProtocol TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;
      ssl_conf_command Groups X25519:P-256; ssl_conf_command CipherString HIGH;
      ssl_conf_command SignatureAlgorithms ECDSA+SHA256; ssl_conf_command ClientSignatureAlgorithms ed25519;
      ssl_conf_command NumTickets 3; ssl_conf_command Options -SessionTicket,ServerPreference,KTLS;
      """)
    #expect(settings.protocols == [.tls1_3])
    #expect(settings.commands.ciphersuites == "TLS_AES_256_GCM_SHA384")
    #expect(settings.ecdhCurve == "X25519:P-256")
    #expect(settings.ciphers == "HIGH")
    #expect(settings.commands.signatureAlgorithms == "ECDSA+SHA256")
    #expect(settings.commands.clientSignatureAlgorithms == "ed25519")
    #expect(settings.commands.ticketCount == 3)
    #expect(!settings.sessionTickets)
    #expect(settings.preferServerCiphers)
  }

  @Test("Protocol switches versions on and off", arguments: [("-ALL,TLSv1.2", 1), ("ALL,-TLSv1", 5), ("-TLSv1.2", 1)])
  func protocols(_ value: String, _ count: Int) throws {
    #expect(try tls("ssl_conf_command Protocol \(value);").protocols.count == count)
  }

  @Test("what can't be done is refused with what can, what changes nothing is told once")
  func refusals() throws {
    #expect(refusal(inServer("ssl_conf_command MinProtocol TLSv9;")).first?.contains("failed") == true)
    #expect(refusal(inServer("ssl_conf_command NumTickets many;")).first?.contains("failed") == true)
    #expect(refusal(inServer("ssl_conf_command Options Wild;")).first?.contains("option \"Wild\"") == true)
    let read = try read(
      "events {} http { ssl_conf_command Options PrioritizeChaCha; server { listen 1; } server { listen 2; } }")
    #expect(read.diagnostics.count { $0.description.contains("PrioritizeChaCha") } == 1)
  }

  @Test("a proxy's commands reach its locations")
  func proxy() throws {
    let settings = try location(
      "proxy_ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256; proxy_ssl_conf_command Groups P-384; "
        + "proxy_ssl_conf_command MaxProtocol TLSv1.2; proxy_pass https://127.0.0.1;"
    ).proxy.tls
    #expect(settings.commands.ciphersuites == "TLS_AES_128_GCM_SHA256")
    #expect(settings.commands.groups == "P-384")
    #expect(settings.protocols == [.tls1_2])
  }

  @Test("names with variables keep them; data: is kept as it is")
  func names() throws {
    let settings = try tls(
      "ssl_certificate $ssl_server_name.crt; ssl_certificate_key data:KEY; ssl_certificate_cache max=5 valid=2m;")
    #expect(settings.choosesCertificates)
    #expect(settings.certificate.first?.template?.pieces.count == 2)
    #expect(settings.certificate.first?.folder == "/etc/gateway/")
    #expect(settings.certificateKey.first?.path == "data:KEY")
    #expect(settings.certificateCache?.maximum == 5)
    #expect(settings.certificateCache?.valid == .seconds(120))
    #expect(settings.certificateCache?.inactive == .seconds(10))
    #expect(try tls("ssl_certificate_cache off;").certificateCache == nil)
  }

  @Test(
    "caches without a size, or with words that mean nothing, are refused",
    arguments: [
      ("valid=1m", "\"ssl_certificate_cache\" must have the \"max\" parameter in nginx.conf:1"),
      ("max=0", "invalid parameter \"max=0\" in nginx.conf:1"),
      ("max=1 life=2", "invalid parameter \"life=2\" in nginx.conf:1"),
    ])
  func caches(_ text: String, _ expected: String) {
    #expect(refusal(inServer("ssl_certificate_cache \(text);")) == [expected])
  }

  @Test("trusted proxies are addresses, networks and names")
  func proxies() throws {
    let settings = try location(
      "set_real_ip_from 192.0.2.0/24; set_real_ip_from 2001:db8::/33; set_real_ip_from localhost; set_real_ip_from unix:; "
        + "real_ip_header X-Client; real_ip_recursive on;"
    ).realIP
    #expect(settings.from.count == 4)
    #expect(settings.from[0].contains([192, 0, 2, 255]))
    #expect(!settings.from[0].contains([192, 0, 3, 0]))
    #expect(settings.from[1].contains([0x20, 1, 0x0D, 0xB8, 0x7F] + Array(repeating: 9, count: 11)))
    #expect(!settings.from[1].contains([0x20, 1, 0x0D, 0xB8, 0x80] + Array(repeating: 9, count: 11)))
    #expect(settings.from[2].contains([127, 0, 0, 1]))
    #expect(settings.from[3] == .local)
    #expect(settings.header == .field("x-client"))
    #expect(settings.isRecursive)
    #expect(
      refusal(inLocation("set_real_ip_from 192.0.2.0/33;"))
        == ["host not found in set_real_ip_from \"192.0.2.0/33\" in nginx.conf:1"])
    let stray = try read(inServer("set_real_ip_from 192.0.2.1/24;")).diagnostics
    #expect(stray.contains { $0.description.contains("low address bits of 192.0.2.1/24 are meaningless") })
  }
}
