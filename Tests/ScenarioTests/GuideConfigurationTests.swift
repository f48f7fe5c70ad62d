import Foundation
import Testing

/// The guide's configurations, unchanged but for paths and ports, with real curl.
@Suite("The guide's configurations")
struct GuideConfigurationTests {
  static let basicSettings = """
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers off;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384;
    ssl_session_timeout 1d;
    ssl_session_cache shared:SSL:10m;
    ssl_session_tickets off;
    """

  @Test("the basic server serves files over HTTP/2 and answers 404 for what is missing")
  func basicServer() throws {
    let scene = try Scene()
    try scene.directory.write("www/index.html", "<h1>index</h1>")
    let gateway = try scene.start(
      """
      server {
        listen @PORT1@ ssl http2;
        listen [::]:@PORT1@ ssl http2;
        server_name mtls.example.com;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        \(Self.basicSettings)
        ssl_stapling on;
        ssl_stapling_verify on;
        ssl_trusted_certificate \(scene.authority.certificate);
        root @DIR@/www;
        index index.html;
        location / {
          try_files $uri $uri/ =404;
        }
      }
      """)
    let page = try scene.curl.get("/")
    #expect(page.status == 200)
    #expect(page.body == "<h1>index</h1>")
    #expect(page.version == "HTTP/2")
    #expect(page.headers["content-type"] == "text/html")
    #expect(try scene.curl.get("/missing").status == 404)
    #expect(gateway.isRunning)
  }

  @Test("mandatory: a client of our CA gets its DN; none and a foreign one get nginx's 400 pages")
  func mandatory() throws {
    let scene = try Scene()
    let gateway = try scene.start(
      """
      server {
        listen @PORT1@ ssl http2;
        server_name mtls.example.com;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.authority.certificate);
        ssl_verify_client on;
        location / {
          return 200 "mTLS Authentication Successful!\\nClient DN: $ssl_client_s_dn\\nVerify Status: $ssl_client_verify\\n";
          add_header Content-Type text/plain;
        }
      }
      """)
    let client = try scene.authority.issue("client1")
    let welcome = try scene.curl(client).get("/")
    #expect(welcome.status == 200)
    #expect(
      welcome.body == "mTLS Authentication Successful!\nClient DN: CN=client1,O=Test\nVerify Status: SUCCESS\n")
    let nobody = try scene.curl.get("/")
    #expect(nobody.status == 400)
    #expect(nobody.body.contains("<center>No required SSL certificate was sent</center>"))
    let foreign = try TestAuthority("other", in: scene.directory).issue("client1")
    let refused = try scene.curl(foreign).get("/")
    #expect(refused.status == 400)
    #expect(refused.body.contains("<center>The SSL certificate error</center>"))
    #expect(gateway.isRunning)
  }

  @Test("optional: with and without a certificate the location answers according to $ssl_client_verify")
  func optional() throws {
    let scene = try Scene()
    let gateway = try scene.start(
      """
      server {
        listen @PORT1@ ssl http2;
        server_name mtls-optional.example.com;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.authority.certificate);
        ssl_verify_client optional;
        location / {
          if ($ssl_client_verify = SUCCESS) {
            return 200 "mTLS Authentication Successful (Optional)\\nClient DN: $ssl_client_s_dn\\n";
            add_header Content-Type text/plain;
          }
          if ($ssl_client_verify != SUCCESS) {
            return 200 "Connected without valid mTLS Certificate.\\nVerify Status: $ssl_client_verify\\n";
            add_header Content-Type text/plain;
          }
        }
      }
      """)
    let client = try scene.authority.issue("client1")
    #expect(
      try scene.curl(client).get("/").body
        == "mTLS Authentication Successful (Optional)\nClient DN: CN=client1,O=Test\n")
    #expect(try scene.curl.get("/").body == "Connected without valid mTLS Certificate.\nVerify Status: NONE\n")
    #expect(gateway.isRunning)
  }

  @Test("proxying: the backend learns who the client is, and a forged header never arrives")
  func proxying() throws {
    let scene = try Scene(ports: 2)
    let gateway = try scene.start(
      """
      upstream backend_service_pool { server 127.0.0.1:@PORT2@; }
      server {
        listen 127.0.0.1:@PORT2@;
        return 200 "$http_x_ssl_client_verify|$http_x_ssl_client_dn|$http_x_ssl_issuer_dn|$http_x_ssl_client_serial|$http_x_real_ip|$http_x_forwarded_proto|$http_x_ssl_client_cert|$http_host|$request_uri";
      }
      server {
        listen @PORT1@ ssl http2;
        server_name mtls.example.com;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.authority.certificate);
        ssl_verify_client on;
        location /api/ {
          if ($ssl_client_verify != SUCCESS) {
            return 403 "Forbidden: Invalid or missing client certificate";
          }
          proxy_pass http://backend_service_pool;
          proxy_set_header Host $host;
          proxy_set_header X-Real-IP $remote_addr;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
          proxy_set_header X-SSL-Client-DN $ssl_client_s_dn;
          proxy_set_header X-SSL-Issuer-DN $ssl_client_i_dn;
          proxy_set_header X-SSL-Client-Serial $ssl_client_serial;
        }
      }
      """)
    let client = try scene.authority.issue("client1")
    let serial = try Program.run("openssl", ["x509", "-in", client.certificate, "-noout", "-serial"]).output
      .trimmingCharacters(in: .whitespacesAndNewlines).dropFirst("serial=".count)
    for version in ["--http1.1", "--http2"] {
      let answer = try scene.curl(client).get("/api/x?y=1", [version, "-H", "X_SSL_Client_Cert: forged"])
      #expect(
        answer.body
          == "SUCCESS|CN=client1,O=Test|CN=ca CA,O=Test|\(serial)|127.0.0.1|https||localhost|/api/x?y=1", "\(version)")
    }
    #expect(gateway.isRunning)
  }

  @Test("CRL: a revoked client is refused as soon as the new CRL is in its file, without a reload")
  func revocation() throws {
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(
      """
      server {
        listen @PORT1@ ssl;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.authority.certificate);
        ssl_verify_client on;
        ssl_crl \(scene.authority.crl);
        location / { return 200 "$ssl_client_verify"; }
      }
      """)
    let client = try scene.authority.issue("client1")
    let other = try scene.authority.issue("client2")
    #expect(try scene.curl(client).get("/").body == "SUCCESS")
    try scene.authority.revoke(client)
    try scene.authority.writeCRL()
    #expect(try eventually { try scene.curl(client).get("/").status == 400 })
    #expect(try scene.curl(other).get("/").body == "SUCCESS")
    #expect(gateway.errorLog.contains("certificate revoked"))
  }
}

/// What nearly every scenario begins with: a CA, a server certificate, ports and a folder.
struct Scene: Sendable {
  let directory: TemporaryDirectory
  let authority: TestAuthority
  let server: Identity
  let ports: Ports

  init(ports count: Int = 1, serverKey: String = "P-256") throws {
    directory = try TemporaryDirectory()
    authority = try TestAuthority(in: directory)
    server = try authority.issue("localhost", .server, kind: serverKey)
    ports = try Ports(count)
  }

  /// Starts a gateway with these directives in its http block.
  func start(_ http: String, descriptors: Int? = nil) throws -> GatewayProcess {
    try GatewayProcess(
      "events { }\nhttp {\naccess_log @DIR@/access.log;\n\(http)\n}\n", in: directory, ports: ports,
      descriptors: descriptors)
  }

  /// Curl that trusts the CA and shows no certificate.
  var curl: Curl { Curl(port: ports[0], authority: authority.certificate, identity: nil) }

  func curl(_ identity: Identity) -> Curl {
    Curl(port: ports[0], authority: authority.certificate, identity: identity)
  }
}
