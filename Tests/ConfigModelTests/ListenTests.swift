import ConfigModel
import Testing

private func listens(_ text: String) throws -> [ListenSetting] {
  try read("http { server { \(text) } }").server().listens
}

private func warnings(_ text: String) throws -> [String] {
  try read(text).diagnostics.filter { $0.severity == .warn }.map(\.message)
}

@Suite("listen and server_name")
struct ListenTests {
  @Test(
    "every form of an address",
    arguments: [
      ("443", "0.0.0.0:443"), ("*:443", "0.0.0.0:443"), ("127.0.0.1", "127.0.0.1:80"), ("127.0.0.1:81", "127.0.0.1:81"),
      ("localhost:82", "127.0.0.1:82"), ("[::]:443", "[::]:443"), ("[::1]", "[::1]:80"), ("[0:0::1]:5", "[::1]:5"),
      ("unix:/run/a.sock", "unix:/run/a.sock"), ("*", "0.0.0.0:80"),
    ])
  func addresses(_ text: String, _ expected: String) throws {
    #expect(try listens("listen \(text);").map(\.text) == [expected])
  }

  @Test("a range of ports is that many addresses")
  func range() throws {
    #expect(
      try listens("listen 127.0.0.1:7000-7002;").map(\.text) == ["127.0.0.1:7000", "127.0.0.1:7001", "127.0.0.1:7002"])
    #expect(try listens("listen 7000-7001;").count == 2)
  }

  @Test("a server without listen answers on port 80")
  func none() throws {
    #expect(try listens("").map(\.text) == ["0.0.0.0:80"])
  }

  @Test("parameters")
  func parameters() throws {
    let listen = try listens(
      "listen [::]:1 default_server proxy_protocol backlog=9 reuseport ipv6only=off rcvbuf=8k so_keepalive=30m::10;")[0]
    #expect(listen.isDefaultServer && listen.isProxyProtocol && listen.reusePort && !listen.isIPv6Only)
    #expect(listen.backlog == 9 && listen.receiveBuffer == .kibibytes(8) && listen.socketKeepalive == true)
    #expect(!listen.isTLS && !listen.isHTTP2 && listen.isBoundAlone)
  }

  @Test(
    "mistakes",
    arguments: [
      ("listen 0;", "invalid port in \"0\" of the \"listen\" directive"),
      ("listen 70000;", "invalid port in \"70000\" of the \"listen\" directive"),
      ("listen a:b;", "invalid port in \"a:b\" of the \"listen\" directive"),
      ("listen 9-8;", "invalid port range in \"9-8\" of the \"listen\" directive"),
      ("listen :80;", "no host in \":80\" of the \"listen\" directive"),
      ("listen a/b:80;", "invalid host in \"a/b:80\" of the \"listen\" directive"),
      ("listen nowhere.invalid:80;", "host not found in \"nowhere.invalid:80\" of the \"listen\" directive"),
      ("listen [::g]:80;", "invalid IPv6 address in \"[::g]:80\" of the \"listen\" directive"),
      ("listen [::;", "invalid host in \"[::\" of the \"listen\" directive"),
      ("listen unix:;", "no path in the unix domain socket in \"unix:\" of the \"listen\" directive"),
      ("listen 80 tls;", "invalid parameter \"tls\""), ("listen 80 backlog=0;", "invalid backlog \"backlog=0\""),
      ("listen 80 rcvbuf=x;", "invalid rcvbuf \"rcvbuf=x\""),
      ("listen [::]:80 ipv6only=of;", "invalid ipv6only flags \"of\""),
      ("listen 80 so_keepalive=::;", "invalid so_keepalive value: \"::\""),
      ("listen 443 quic;", "the \"quic\" parameter requires ngx_http_v3_module"),
      ("listen 80; listen *:80;", "a duplicate listen 0.0.0.0:80"),
    ])
  func mistakes(_ text: String, _ expected: String) {
    #expect(refusal("http { server { \(text) } }") == ["\(expected) in nginx.conf:1"])
  }

  @Test("servers that share an address share its options; one of them is the default")
  func shared() throws {
    let http = try #require(
      try read(
        """
        http {
          ssl_certificate c; ssl_certificate_key k;
          server { listen 443; server_name a; }
          server { listen 443 ssl default_server; listen 80; server_name b; }
          server { listen 443; server_name c; }
        }
        """
      ).configuration.http)
    #expect(http.servers.map { $0.listens[0].isTLS } == [true, true, true])
    #expect(http.servers.map { $0.listens[0].isDefaultServer } == [false, true, false])
    #expect(http.servers[1].listens[1].isDefaultServer)
  }

  @Test("socket options and the default may be given once an address")
  func once() {
    #expect(
      refusal("http { server { listen 1 backlog=2; }\n server { listen 1 bind; } }")
        == ["duplicate listen options for 0.0.0.0:1 in nginx.conf:2"])
    #expect(
      refusal("http { server { listen 1 default_server; }\n server { listen 1 default; } }")
        == ["a duplicate default server for 0.0.0.0:1 in nginx.conf:2"])
  }

  @Test("names that another server of the address has are ignored with a warning")
  func conflicts() throws {
    #expect(
      try warnings("http { server { listen 1; server_name a; } server { listen 1; server_name A b; } }")
        == ["conflicting server name \"a\" on 0.0.0.0:1, ignored"])
    #expect(try warnings("http { server { listen 1; } server { listen 2; } }").isEmpty)
    #expect(
      try warnings("http { server { listen 1; } server { listen 1; } }")
        == ["conflicting server name \"\" on 0.0.0.0:1, ignored"])
  }

  @Test("a name that is none is refused where names are compared")
  func invalidNames() throws {
    #expect(try read("http { server { server_name a..b; } }").server().names == [.exact("a..b")])
    #expect(
      refusal("http { server { listen 1; server_name a.*.b; } server { listen 1; } }")
        == ["invalid server name or wildcard \"a.*.b\" on 0.0.0.0:1 in nginx.conf:1"])
  }

  @Test("protocols that change from server to server are warned of")
  func protocols() throws {
    let text =
      "http { ssl_certificate c; ssl_certificate_key k; server { listen 1 ssl proxy_protocol; server_name a; } "
    #expect(try warnings(text + "server { listen 1 ssl; server_name b; } }").isEmpty)
    #expect(
      try warnings(
        text + "server { listen 1 ssl; server_name b; } server { listen 1 proxy_protocol; server_name c; } }")
        == ["protocol options redefined for 0.0.0.0:1"])
  }

  @Test("the kinds of names")
  func names() throws {
    let server = try read(
      inServer("server_name A.example *.b .c d.* \"\" ~^(?<x>\\d+)\\.e$ ~F $hostname;")
    ).server()
    #expect(
      Array(server.names.prefix(5)) == [
        .exact("a.example"), .leadingWildcard(suffix: ".b"), .dotted(suffix: ".c"), .trailingWildcard(prefix: "d."),
        .exact(""),
      ])
    guard case .regex(let small) = server.names[5], case .regex(let large) = server.names[6] else {
      return #expect(Bool(false))
    }
    #expect(small.pattern == "^(?<x>\\d+)\\.e$" && !small.caseInsensitive && large.caseInsensitive)
    #expect(server.names[7] == .exact("box.example.com"))
  }
}
