import Foundation
import Testing

/// `proxy_ssl_*` against a server of our own and against openssl's.
@Suite("TLS to upstreams")
struct UpstreamTLSTests {
  private static func configuration(_ scene: Scene, _ other: TestAuthority, _ client: Identity) -> String {
    """
    upstream back { server 127.0.0.1:@PORT2@; keepalive 8; }
    server {
      listen 127.0.0.1:@PORT1@;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_ssl_trusted_certificate \(scene.authority.certificate);
      location /plain { proxy_pass https://back; }
      location /good { proxy_ssl_verify on; proxy_ssl_name localhost; proxy_pass https://back; }
      location /name { proxy_ssl_verify on; proxy_ssl_name wrong.test; proxy_pass https://back; }
      location /ca {
        proxy_ssl_verify on; proxy_ssl_name localhost; proxy_ssl_trusted_certificate \(other.certificate);
        proxy_pass https://back;
      }
      location /sni { proxy_ssl_server_name on; proxy_ssl_name $arg_name; proxy_pass https://back; }
      location /old { proxy_ssl_protocols TLSv1.1; proxy_pass https://back; }
      location /suite { proxy_ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384; proxy_pass https://back; }
      location /cipher {
        proxy_ssl_protocols TLSv1.2; proxy_ssl_ciphers ECDHE-ECDSA-CHACHA20-POLY1305; proxy_pass https://back;
      }
      location /client {
        proxy_ssl_certificate \(client.certificate); proxy_ssl_certificate_key \(client.key); proxy_pass https://back;
      }
      location /once { proxy_pass https://127.0.0.1:@PORT2@/; proxy_set_header Connection close; }
      location /fresh {
        proxy_ssl_session_reuse off; proxy_pass https://127.0.0.1:@PORT2@/; proxy_set_header Connection close;
      }
      location /http { proxy_pass https://127.0.0.1:@PORT1@; }
    }
    server {
      listen 127.0.0.1:@PORT2@ ssl;
      ssl_certificate \(scene.server.certificate); ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate); ssl_verify_client optional;
      location / { return 200 "$ssl_server_name|$ssl_cipher|$ssl_client_s_dn|$ssl_session_reused|$connection"; }
    }
    """
  }

  @Test("what is verified, sent and negotiated; failures are 502 and told in nginx's words")
  func settings() throws {
    let scene = try Scene(ports: 2)
    let other = try TestAuthority("other", in: scene.directory)
    let client = try scene.authority.issue("proxy")
    let gateway = try scene.start(Self.configuration(scene, other, client))
    let curl = Curl(port: scene.ports[0])
    func ask(_ path: String) throws -> (status: Int, fields: [String]) {
      let answer = try curl.get(path)
      return (answer.status, answer.body.split(separator: "|", omittingEmptySubsequences: false).map(String.init))
    }
    #expect(try ask("/good").status == 200)
    #expect(try ask("/plain").fields.first == "")
    #expect(try ask("/sni?name=one.test").fields.first == "one.test")
    #expect(try ask("/sni?name=two.test:443").fields.first == "two.test")
    #expect(try ask("/sni?name=127.0.0.1").fields.first == "")
    #expect(try ask("/suite").fields[1] == "TLS_AES_256_GCM_SHA384")
    #expect(try ask("/cipher").fields[1] == "ECDHE-ECDSA-CHACHA20-POLY1305")
    #expect(try ask("/client").fields[2] == "CN=proxy,O=Test")
    for (path, text) in [
      ("/name", "upstream SSL certificate does not match \"wrong.test\" while SSL handshaking to upstream"),
      ("/ca", "upstream SSL certificate verify error: ("),
      ("/old", "SSL_do_handshake() failed (SSL: "), ("/http", "SSL_do_handshake() failed (SSL: "),
    ] {
      #expect(try ask(path).status == 502, "\(path)")
      let lines = gateway.errorLog.split(separator: "\n").filter { $0.contains("request: \"GET \(path) ") }
      #expect(lines.contains { $0.contains("[error]") && $0.contains(text) }, "\(path): \(lines)")
    }
  }

  @Test("connections are kept apart by certificate, settings and name; sessions are resumed where that is on")
  func sharing() throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("proxy")
    let other = try TestAuthority("other", in: scene.directory)
    let gateway = try scene.start(Self.configuration(scene, other, client))
    let curl = Curl(port: scene.ports[0])
    func connection(_ path: String) throws -> String {
      String(try curl.get(path).body.split(separator: "|", omittingEmptySubsequences: false).last ?? "")
    }
    let paths = ["/plain", "/good", "/client", "/sni?name=one.test", "/sni?name=two.test"]
    let first = try paths.map(connection)
    #expect(Set(first).count == paths.count)
    #expect(try paths.map(connection) == first)
    func isReused(_ path: String) throws -> String {
      String(try curl.get(path).body.split(separator: "|").dropLast().last ?? "")
    }
    _ = try isReused("/once")
    #expect(try isReused("/once") == "r")
    _ = try isReused("/fresh")
    #expect(try isReused("/fresh") == ".")
    #expect(gateway.isRunning)
  }
}
