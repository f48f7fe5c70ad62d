import Foundation
import Testing

@Suite("What a stranger sends opens nothing by being hard to judge, and claims no identity")
struct EvaluationFailureTests {
  /// An upstream that says what it was told, and a gateway before it.
  private func start(_ scene: Scene, _ locations: String, http: String = "", more: String = "") throws -> GatewayProcess
  {
    func server(_ name: String, _ content: String) -> String {
      """
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        server_name \(name);
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.authority.certificate);
        ssl_verify_client on;
        \(content)
      }
      """
    }
    return try scene.start(
      """
      \(http)
      server { listen 127.0.0.1:@PORT2@; access_log @DIR@/upstream.log;
        return 200 "upstream $http_x_user|$http_x_ssl_issuer_dn|$http_x_amzn_mtls_clientcert|$http_x_other\\n"; }
      \(server("localhost", locations))
      \(more.isEmpty ? "" : server(more, "return 403;"))
      """)
  }

  @Test("an expression that runs out of its limit is 500 and reaches no upstream; at SNI the handshake ends")
  func expressions() throws {
    let scene = try Scene(ports: 2)
    let gateway = try start(
      scene,
      """
      location / { proxy_pass http://127.0.0.1:@PORT2@; }
      location ~ ^/(.*/)*secret/ { ssl_client_allow cn:admin; proxy_pass http://127.0.0.1:@PORT2@; }
      """, more: "~^(a+)+(c|d)\\.test$")
    let curl = scene.curl(try scene.authority.issue("guest"))
    #expect(try curl.get("/open").status == 200)
    #expect(try curl.get("/x/secret/").status == 403)
    // Of twenty segments the limit may see the end; refused is refused.
    #expect([403, 500].contains(try curl.get("/secret/" + String(repeating: "a/", count: 20)).status))
    #expect(try curl.get("/secret/" + String(repeating: "a/", count: 40)).status == 500)
    #expect(!scene.directory.text("upstream.log").contains("secret"))
    #expect(gateway.errorLog.contains("using \"^/(.*/)*secret/\" in "))
    let name = String(repeating: "a", count: 50) + ".test"
    let run = try Program.run(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-servername", name])
    #expect(!run.output.contains("BEGIN CERTIFICATE"))
    #expect(gateway.errorLog.contains("while SSL handshaking"))
    #expect(gateway.isRunning)
  }

  @Test("fields by which any level tells of the client are the gateway's alone, and so are those that others use")
  func identity() throws {
    let scene = try Scene(ports: 2)
    let gateway = try start(
      scene,
      """
      location / { proxy_pass http://127.0.0.1:@PORT2@; }
      location /own { proxy_set_header X-Other 1; proxy_pass http://127.0.0.1:@PORT2@; }
      """, http: "proxy_set_header X-User $ssl_client_s_dn;")
    let curl = scene.curl(try scene.authority.issue("guest"))
    let names = ["X-User", "X_User", "X-SSL-Issuer-DN", "X-Amzn-Mtls-Clientcert"]
    let forged = names.flatMap { ["-H", "\($0): CN=admin"] }
    #expect(try curl.get("/", forged).body == "upstream CN=guest,O=Test|||\n")
    #expect(try curl.get("/own", forged).body == "upstream |||1\n")
    #expect(gateway.isRunning)
  }
}
