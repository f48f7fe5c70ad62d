import ConfigModel
import Testing

/// The configurations that the guide tells its readers to write.
@Suite("the guide's configurations")
struct GuideConfigurationTests {
  @Test("the basic TLS server is read as the guide means it")
  func basic() throws {
    let result = try read(
      """
      events { worker_connections 1024; }
      http {
      server {
      listen 443 ssl http2; # Listen on port 443 for HTTPS, enable HTTP/2
      listen [::]:443 ssl http2;

      server_name mtls.example.com; # Your server's domain name

      ssl_certificate /path/to/mtls_certs/server/server.crt; # Path to your server certificate
      ssl_certificate_key /path/to/mtls_certs/server/server.key;

      ssl_protocols TLSv1.2 TLSv1.3;
      ssl_prefer_server_ciphers off; # 'on' for TLSv1.2 preference
      ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
      ssl_session_timeout 1d;
      ssl_session_cache shared:SSL:10m;
      ssl_session_tickets off;
      ssl_stapling on;
      ssl_stapling_verify on;
      root /var/www/mtls.example.com;
      index index.html;

      location / {
          try_files $uri $uri/ =404;
      }
      }
      }
      """)
    let server = try result.server()
    #expect(server.listens.map(\.text) == ["0.0.0.0:443", "[::]:443"])
    #expect(server.listens.allSatisfy { $0.isTLS && $0.isHTTP2 && $0.isDefaultServer })
    #expect(server.names == [.exact("mtls.example.com")])
    #expect(server.tls.certificate.map(\.path) == ["/path/to/mtls_certs/server/server.crt"])
    #expect(server.tls.sessionTimeout == .seconds(86_400))
    #expect(server.tls.sessionCache == .shared(name: "SSL", size: .mebibytes(10)))
    #expect(!server.tls.sessionTickets && server.tls.stapling && server.tls.staplingVerify)
    let files = try #require(server.locations[0].settings.core.tryFiles)
    #expect(files.candidates.map(\.written) == ["${uri}", "${uri}/"])
    guard case .status(404) = files.fallback else { return #expect(Bool(false)) }
    #expect(
      result.diagnostics.filter { $0.severity == .warn }.map(\.description).first?.hasPrefix(
        "the \"listen ... http2\" directive is deprecated, use the \"http2\" directive instead in") == true)
  }

  @Test("the mandatory server answers with a text of two variables and a header")
  func mandatory() throws {
    let result = try read(
      inServer(
        """
        ssl_certificate s.crt; ssl_certificate_key s.key;
        ssl_client_certificate /path/to/mtls_certs/ca/ca.crt; # CA for verifying clients
        ssl_verify_client on;
        location / {
          return 200 "mTLS Authentication Successful!\\nClient DN: $ssl_client_s_dn\\nVerify Status: $ssl_client_verify\\n";
          add_header Content-Type text/plain;
        }
        """))
    let server = try result.server()
    #expect(server.tls.verifyClient == .on && server.tls.verifyClientFailure == .respond)
    #expect(server.tls.certificate.map(\.path) == ["/etc/gateway/s.crt"])
    let settings = server.locations[0].settings
    guard case .returnStatus(let setting)? = settings.rewrite.first else { return #expect(Bool(false)) }
    #expect(setting.status == 200)
    #expect(
      setting.text?.written
        == "mTLS Authentication Successful!\nClient DN: ${ssl_client_s_dn}\nVerify Status: ${ssl_client_verify}\n")
    #expect(settings.headers.addHeaders.map(\.name) == ["Content-Type"])
  }

  @Test("the optional server's two conditions keep their own headers and statements")
  func optional() throws {
    let settings = try location(
      """
      if ($ssl_client_verify = SUCCESS) {
        return 200 "ok\\n";
        add_header Content-Type text/plain;
      }
      if ($ssl_client_verify != SUCCESS) { return 200 "no\\n"; }
      """)
    guard case .if(let first)? = settings.rewrite.first, case .if(let second)? = settings.rewrite.last,
      case .equals(let variable, let value, negated: false) = first.condition,
      case .equals(_, _, negated: true) = second.condition
    else { return #expect(Bool(false)) }
    #expect(variable.written == "${ssl_client_verify}" && value.written == "SUCCESS")
    #expect(first.settings.headers.addHeaders.count == 1 && second.settings.headers.addHeaders.isEmpty)
    #expect(first.settings.rewrite.count == 1)
  }

  @Test("the proxying server hands the client's identity on")
  func proxying() throws {
    let result = try read(
      """
      events {}
      http {
        upstream backend_service_pool { server 127.0.0.1:9000 weight=2; server 127.0.0.1:9001 backup; keepalive 16; }
        server {
          location /api/ {
            if ($ssl_client_verify != SUCCESS) { return 403 "Forbidden"; }
            proxy_pass http://backend_service_pool; # Your backend upstream
            proxy_set_header Host $host;
            proxy_set_header X-SSL-Client-DN $ssl_client_s_dn;
          }
        }
      }
      """)
    let settings = try result.server().locations[0].settings
    guard case .proxyPass(let pass)? = settings.content else { return #expect(Bool(false)) }
    #expect(pass.authority.written == "backend_service_pool" && pass.uri == nil && !pass.isTLS)
    #expect(settings.proxy.setHeaders.map(\.name) == ["Host", "X-SSL-Client-DN"])
    let upstream = try #require(result.configuration.http?.upstreams.first)
    #expect(upstream.servers.map(\.weight) == [2, 1] && upstream.servers.map(\.isBackup) == [false, true])
    #expect(upstream.keepalive == 16)
  }

  @Test("the server with a revocation list names it")
  func revocation() throws {
    let result = try read(
      inServer(
        """
        ssl_client_certificate /path/to/mtls_certs/ca/ca.crt;
        ssl_certificate s.crt; ssl_certificate_key s.key;
        ssl_verify_client on;
        ssl_crl /path/to/mtls_certs/ca/ca.crl;
        """))
    #expect(try result.server().tls.crl.map(\.path) == ["/path/to/mtls_certs/ca/ca.crl"])
  }
}
