import ConfigModel
import Testing

@Suite("values")
struct ValueTests {
  @Test(
    "times with milliseconds",
    arguments: [
      ("0", 0), ("75", 75_000), ("500ms", 500), ("1m", 60_000), ("1h 30m", 5_400_000), ("1d12h", 129_600_000),
      ("1w", 604_800_000), ("2s 5ms", 2005), ("1m 5", 65_000),
    ])
  func times(_ text: String, _ milliseconds: Int) throws {
    #expect(try location("send_timeout \"\(text)\";").core.sendTimeout == .milliseconds(milliseconds))
  }

  @Test(
    "what is no time", arguments: ["", "m", "1M", "1y", "5m 1h", "1s1s", "-1", "1.5s", "99999999999999999999", "1x"])
  func noTimes(_ text: String) {
    #expect(
      refusal(inLocation("send_timeout \"\(text)\";")) == ["\"send_timeout\" directive invalid value in nginx.conf:1"])
  }

  @Test(
    "times in whole seconds",
    arguments: [("1d", 86_400), ("1y", 31_536_000), ("1y 2M", 31_536_000 + 5_184_000), ("90", 90), ("1w2d", 777_600)])
  func seconds(_ text: String, _ seconds: Int) throws {
    #expect(try read(inServer("ssl_session_timeout \"\(text)\";")).server().tls.sessionTimeout == .seconds(seconds))
  }

  @Test("sizes", arguments: [("0", 0), ("1", 1), ("8k", 8192), ("10M", 10 << 20), ("1g", 1 << 30)])
  func sizes(_ text: String, _ bytes: Int) throws {
    #expect(try location("client_max_body_size \(text);").core.clientMaxBodySize.bytes == bytes)
  }

  @Test("what is no size", arguments: ["k", "1kk", "-1", "1t", "9999999999999g", "0x10"])
  func noSizes(_ text: String) {
    #expect(!refusal(inLocation("client_max_body_size \(text);")).isEmpty)
  }

  @Test(
    "templates",
    arguments: [
      ("a$b-c", "a${b}-c"), ("${a}b", "${a}b"), ("$1$2x", "$1$2x"), ("$Host", "${host}"), ("$0", "${0}"),
      ("/a?b=$args&c", "/a?b=${args}&c"), ("$10", "$10"),
    ])
  func templates(_ text: String, _ expected: String) throws {
    guard case .returnStatus(let setting)? = try location("return 200 \"\(text)\";").rewrite.first else {
      return #expect(Bool(false))
    }
    #expect(setting.text?.written == expected)
  }

  @Test("error pages: what clients must not see becomes 400")
  func errorPages() throws {
    let pages = try location("error_page 495 496 404 /e; error_page 500 =200 @f; error_page 502 = /g;").core.errorPages
    #expect(pages.map(\.codes) == [[404], [495, 496], [500], [502]])
    #expect(pages.map(\.response) == [.unchanged, .status(400), .status(200), .fromPage])
  }

  @Test("return: a URL alone is 302, a status alone has no text")
  func returns() throws {
    let statements = try location("return 204; return http://a/$b; return 301 /c;").rewrite
    let settings = statements.compactMap { statement -> ReturnSetting? in
      guard case .returnStatus(let setting) = statement else { return nil }
      return setting
    }
    #expect(settings.map(\.status) == [204, 302, 301])
    #expect(settings.map { $0.text?.written } == [nil, "http://a/${b}", "/c"])
  }

  @Test("if: the forms of a condition")
  func conditions() throws {
    let text = "if ($a) {} if ( $a != \"b c\" ) {} if ($a ~* \"x{2}\") {} if (!-f $a) {} if (-d /b) {} if ($a !~ y) {}"
    let conditions = try location(text).rewrite.compactMap { statement -> RewriteIf.Condition? in
      guard case .if(let inside) = statement else { return nil }
      return inside.condition
    }
    guard conditions.count == 6, case .variable = conditions[0],
      case .equals(_, let value, negated: true) = conditions[1],
      case .matches(_, let regex, negated: false) = conditions[2], case .file(_, .file, negated: true) = conditions[3],
      case .file(_, .directory, negated: false) = conditions[4], case .matches(_, _, negated: true) = conditions[5]
    else { return #expect(Bool(false)) }
    #expect(value.written == "b c" && regex.pattern == "x{2}" && regex.caseInsensitive)
  }

  @Test("proxy_pass: scheme, authority, URI; with variables the whole is kept")
  func proxyPass() throws {
    func pass(_ url: String) throws -> ProxyPass {
      guard case .proxyPass(let pass)? = try location("proxy_pass \(url);").content else { throw Missing() }
      return pass
    }
    let plain = try pass("https://u:8443/a/")
    #expect(
      plain.isTLS && plain.authority.written == "u:8443" && plain.uri?.written == "/a/" && plain.dynamicURL == nil)
    let unix = try pass("http://unix:/run/x.sock:/y")
    #expect(unix.authority.written == "unix:/run/x.sock" && unix.uri?.written == "/y")
    let dynamic = try pass("http://$backend/a$request_uri")
    #expect(dynamic.authority.written == "${backend}" && dynamic.uri?.written == "/a${request_uri}")
    #expect(dynamic.dynamicURL?.written == "http://${backend}/a${request_uri}")
  }

  @Test("the main context, -g before the file, and included files in order")
  func main() throws {
    let result = try read(
      "worker_processes auto; error_log e.log warn; pid run/p; events { use epoll; } include d/*.conf;",
      files: ["/etc/gateway/d/2.conf": "http {}", "/etc/gateway/d/1.conf": "error_log e2.log;"],
      globalDirectives: "daemon off;")
    let main = result.configuration.main
    #expect(main.workerProcesses == nil && !main.daemon && main.pidFile == "/srv/run/p")
    #expect(
      main.errorLogs == [
        ErrorLog(destination: .file("/srv/e.log"), level: .warn),
        ErrorLog(destination: .file("/srv/e2.log"), level: .error),
      ])
    #expect(result.files.map(\.path) == ["/etc/gateway/nginx.conf", "/etc/gateway/d/1.conf", "/etc/gateway/d/2.conf"])
    #expect(
      result.diagnostics.map(\.description)
        == ["the \"use\" directive has no effect here: the event mechanism is epoll in /etc/gateway/nginx.conf:1"])
    #expect(
      refusal("daemon on;", globalDirectives: "daemon off;") == ["\"daemon\" directive is duplicate in nginx.conf:1"])
    #expect(
      refusal("", globalDirectives: "demon off;") == [
        "unknown directive \"demon\" (did you mean \"daemon\"?) in command line"
      ])
  }

  @Test("OpenSSL's commands do what the directives of that meaning do")
  func confCommands() throws {
    let tls = try read(
      inServer("ssl_conf_command MinProtocol TLSv1.3; ssl_conf_command Options ServerPreference,-SessionTicket;")
    ).server().tls
    #expect(tls.protocols == [.tls1_3] && tls.preferServerCiphers && !tls.sessionTickets)
  }

  @Test("0-RTT is off where clients are asked for certificates")
  func earlyData() throws {
    let result = try read(
      inServer(
        "ssl_early_data on; ssl_verify_client on; ssl_client_certificate ca; ssl_certificate c; ssl_certificate_key k;")
    )
    #expect(try !result.server().tls.earlyData)
    #expect(result.diagnostics.map(\.message) == ["\"ssl_early_data\" ignored, clients are asked for certificates"])
  }
}

private struct Missing: Error {}
