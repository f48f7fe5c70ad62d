import ConfigModel
import Testing

@Suite("what blocks take from those around them")
struct MergingTests {
  @Test("a value passes down until a block names it, wherever the block stands")
  func values() throws {
    let http = try #require(
      try read(
        """
        http {
          server { listen 1; location /a { location /a/b { send_timeout 3s; } } }
          server { listen 2; send_timeout 2s; location / {} }
          send_timeout 1s;
        }
        """
      ).configuration.http)
    #expect(http.settings.core.sendTimeout == .seconds(1))
    #expect(http.servers[0].settings.core.sendTimeout == .seconds(1))
    #expect(http.servers[0].locations[0].settings.core.sendTimeout == .seconds(1))
    #expect(http.servers[0].locations[0].locations[0].settings.core.sendTimeout == .seconds(3))
    #expect(http.servers[1].locations[0].settings.core.sendTimeout == .seconds(2))
  }

  @Test("a list named in a block replaces the inherited one whole")
  func lists() throws {
    let http = try #require(
      try read(
        """
        http {
          add_header A 1; add_header B 2; proxy_set_header H 1; error_page 404 /a; index x;
          server {
            location /keeps {}
            location /replaces { add_header C 3 always; proxy_set_header I 2; error_page 500 /b; index y; index z; }
          }
        }
        """
      ).configuration.http)
    let (keeps, replaces) = (http.servers[0].locations[0].settings, http.servers[0].locations[1].settings)
    #expect(keeps.headers.addHeaders.map(\.name) == ["A", "B"] && keeps.proxy.setHeaders.map(\.name) == ["H"])
    #expect(replaces.headers.addHeaders.map(\.name) == ["C"] && replaces.headers.addHeaders[0].always)
    #expect(replaces.proxy.setHeaders.map(\.name) == ["I"])
    #expect(replaces.core.errorPages.map(\.codes) == [[500]])
    #expect(replaces.core.index.map(\.written) == ["y", "z"] && keeps.core.index.map(\.written) == ["x"])
  }

  @Test("statements and content handlers stay where they stand, but if and limit_except are part of their location")
  func neverInherited() throws {
    let server = try read(
      inServer(
        """
        set $a 1;
        location /p {
          proxy_pass http://b; try_files x =404; root /r;
          location /p/q {}
          if ($a) { add_header X y; }
          limit_except GET { access_log off; }
        }
        """)
    ).server()
    #expect(server.settings.rewrite.count == 1)
    let outer = server.locations[0]
    #expect(outer.settings.rewrite.count == 1 && outer.settings.content != nil)
    let nested = outer.locations[0].settings
    #expect(nested.rewrite.isEmpty && nested.content == nil && nested.core.tryFiles == nil)
    guard case .root(let root) = nested.core.root, case .if(let inside)? = outer.settings.rewrite.first else {
      return #expect(Bool(false))
    }
    #expect(root.written == "/r")
    #expect(inside.settings.content != nil && inside.settings.headers.addHeaders.count == 1)
    #expect(outer.limitExcept?.methods == ["GET", "HEAD"])
    #expect(outer.limitExcept?.settings.content != nil && outer.limitExcept?.settings.log.accessLogs.isEmpty == true)
  }

  @Test("TLS settings pass from http to servers")
  func tls() throws {
    let http = try #require(
      try read(
        """
        http {
          ssl_certificate a; ssl_certificate_key a; ssl_protocols TLSv1.3; ssl_verify_depth 3;
          ssl_verify_profile strict; proxy_ssl_verify_profile strict;
          server { listen 1 ssl; }
          server {
            listen 2 ssl; ssl_certificate b; ssl_certificate c; ssl_certificate_key b; ssl_certificate_key c;
            ssl_verify_profile compatible;
            location / { proxy_ssl_verify_profile compatible; }
            location /strict { }
          }
        }
        """
      ).configuration.http)
    #expect(
      http.servers.map { $0.tls.certificate.map(\.path) } == [
        ["/etc/gateway/a"], ["/etc/gateway/b", "/etc/gateway/c"],
      ])
    #expect(http.servers.allSatisfy { $0.tls.protocols == [.tls1_3] && $0.tls.verifyDepth == 3 })
    #expect(http.servers.map(\.tls.verifyProfile) == [.strict, .compatible])
    #expect(http.servers[1].locations.map(\.settings.proxy.tls.verifyProfile) == [.compatible, .strict])
  }

  @Test("access_log: off, inherited, and the default under the prefix")
  func accessLogs() throws {
    let http = try #require(
      try read(
        """
        http {
          log_format short escape=json '$remote_addr '
                                       '"$request"';
          server { listen 1; }
          server { listen 2; access_log a.log short; access_log /b.log combined buffer=32k flush=5s if=$x; location /q { access_log off; } location /r {} }
        }
        """
      ).configuration.http)
    #expect(http.servers[0].settings.log.accessLogs.map(\.path.written) == ["/srv/logs/access.log"])
    let logs = http.servers[1].settings.log.accessLogs
    #expect(logs.map(\.path.written) == ["/srv/a.log", "/b.log"])
    #expect(logs[0].format.template.written == "${remote_addr} \"${request}\"" && logs[0].format.escape == .json)
    #expect(
      logs[1].bufferSize == .kibibytes(32) && logs[1].flush == .seconds(5) && logs[1].condition?.written == "${x}")
    #expect(http.servers[1].locations[0].settings.log.accessLogs.isEmpty)
    #expect(http.servers[1].locations[1].settings.log.accessLogs.count == 2)
  }

  @Test("root and alias, absolute, relative to the prefix, and inherited with the prefix they replace")
  func roots() throws {
    let server = try read(
      inServer(
        "location /a/ { alias data/; location /a/b {} } location /c { root $x/y/; } location ~ d { alias /e$1; }")
    ).server()
    guard case .root(let fallback) = server.settings.core.root,
      case .alias(let alias) = server.locations[0].settings.core.root,
      case .alias = server.locations[0].locations[0].settings.core.root,
      case .root(let dynamic) = server.locations[1].settings.core.root
    else { return #expect(Bool(false)) }
    #expect(fallback.written == "/srv/html" && alias.written == "/srv/data/" && dynamic.written == "${x}/y")
    #expect(server.locations[0].locations[0].settings.core.aliasedPrefix == "/a/")
    #expect(server.locations[2].settings.core.aliasedPrefix == nil)
  }

  @Test("types replace the built-in ones, extensions without regard to case, repeats with a warning")
  func types() throws {
    let result = try read(
      "http { types { text/html html HTM; include mime.types; }\n types { image/png png; } server {} }",
      files: ["/etc/gateway/mime.types": "text/plain txt\nhtm;"])
    #expect(
      try result.server().settings.core.types
        == ["html": "text/html", "htm": "text/plain", "txt": "text/plain", "png": "image/png"])
    #expect(
      result.diagnostics.map(\.description) == [
        "duplicate extension \"htm\", content type: \"text/plain\", previous content type: \"text/html\" in "
          + "/etc/gateway/mime.types:2"
      ])
  }

  @Test("a configuration of two thousand servers is read", .timeLimit(.minutes(1)))
  func many() throws {
    let servers = (0..<2000).map {
      "server { listen 80; server_name s\($0).example; location / { return 200 $host; } }"
    }
    let http = try #require(try read("http { \(servers.joined(separator: "\n")) }").configuration.http)
    #expect(http.servers.count == 2000 && http.servers[1999].listens.map(\.position.line) == [2000])
  }

  @Test("busy buffers follow the buffers where nothing is said")
  func buffers() throws {
    #expect(try location("proxy_buffer_size 16k; proxy_buffers 4 16k;").proxy.busyBuffersSize == .kibibytes(32))
    #expect(try location("").proxy.busyBuffersSize == .kibibytes(8))
  }
}
