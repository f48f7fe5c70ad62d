import ConfigModel
import Testing

@Suite("refused configurations")
struct RefusalTests {
  @Test(
    "a mistake of structure is named with its line",
    arguments: [
      ("events {}\nhttp {\n server {\n", "unexpected end of file, expecting \"}\" in nginx.conf:4"),
      ("events {}\nserver {}\n", "\"server\" directive is not allowed here in nginx.conf:2"),
      ("http { server; }", "directive \"server\" has no opening \"{\" in nginx.conf:1"),
      ("http { server { listen {} } }", "directive \"listen\" is not terminated by \";\" in nginx.conf:1"),
      ("http {}\n}\n", "unexpected \"}\" in nginx.conf:2"),
      ("http {}\nhttp {}", "\"http\" directive is duplicate in nginx.conf:2"),
      ("user a b c;", "invalid number of arguments in \"user\" directive in nginx.conf:1"),
      ("http { default_type; }", "invalid number of arguments in \"default_type\" directive in nginx.conf:1"),
      (
        "http { include none.conf; }",
        "open() \"/etc/gateway/none.conf\" failed (2: No such file or directory) in nginx.conf:1"
      ),
      ("http { types { a { b; } } }", "unexpected \"{\" in nginx.conf:1"),
      ("http { upstream u { } }", "no servers are inside upstream in nginx.conf:1"),
      ("http { upstream u { server a; }\n upstream u { server b; } }", "duplicate upstream \"u\" in nginx.conf:2"),
      ("fastcgi_pass x;", "\"fastcgi_pass\" of nginx's ngx_http_fastcgi_module is not supported in nginx.conf:1"),
      ("http {\n gzip_types a/b; }", "\"gzip_types\" of nginx's ngx_http_gzip_module is not supported in nginx.conf:2"),
      ("stream { server { } }", "\"stream\" of nginx's ngx_stream_core_module is not supported in nginx.conf:1"),
      ("http { auth_jwt x; }", "\"auth_jwt\" of nginx's commercial version is not supported in nginx.conf:1"),
      ("http { gzip_tpyes a/b; }", "unknown directive \"gzip_tpyes\" in nginx.conf:1"),
      ("http { sendfil on; }", "unknown directive \"sendfil\" (did you mean \"sendfile\"?) in nginx.conf:1"),
    ])
  func structure(_ text: String, _ expected: String) {
    #expect(refusal(text) == [expected])
  }

  @Test(
    "a mistake in a server is named with its line",
    arguments: [
      (
        "\nssl_verify_cilent on;",
        "unknown directive \"ssl_verify_cilent\" (did you mean \"ssl_verify_client\"?) in nginx.conf:2"
      ),
      ("http2 yes;", "invalid value \"yes\" in \"http2\" directive, it must be \"on\" or \"off\" in nginx.conf:1"),
      ("http2 on;\nhttp2 on;", "\"http2\" directive is duplicate in nginx.conf:2"),
      ("ssl_verify_client perhaps;", "invalid value \"perhaps\" in nginx.conf:1"),
      ("ssl_verify_profile lax;", "invalid value \"lax\" in nginx.conf:1"),
      ("proxy_ssl_verify_profile Strict;", "invalid value \"Strict\" in nginx.conf:1"),
      ("ssl_protocols TLSv9;", "invalid value \"TLSv9\" in nginx.conf:1"),
      ("ssl_verify_depth -1;", "\"ssl_verify_depth\" directive invalid number in nginx.conf:1"),
      ("ssl_verify_depth 99999999999999999999;", "\"ssl_verify_depth\" directive invalid number in nginx.conf:1"),
      ("client_header_timeout 1q;", "\"client_header_timeout\" directive invalid value in nginx.conf:1"),
      ("client_max_body_size ten;", "\"client_max_body_size\" directive invalid value in nginx.conf:1"),
      ("large_client_header_buffers 0 8k;", "\"large_client_header_buffers\" directive invalid value in nginx.conf:1"),
      ("ssl_session_cache shared:X;", "invalid session cache \"shared:X\" in nginx.conf:1"),
      ("ssl_session_cache shared:X:1k;", "session cache \"shared:X:1k\" is too small in nginx.conf:1"),
      ("ssl_stapling_responder ftp://x;", "invalid URL prefix in OCSP responder \"ftp://x\" in nginx.conf:1"),
      ("ssl_ocsp_cache 1m;", "invalid OCSP cache \"1m\" in nginx.conf:1"),
      ("ssl_ocsp_cache shared:X:1k;", "OCSP cache \"shared:X:1k\" is too small in nginx.conf:1"),
      (
        "ssl_certificate a;\nssl_certificate_key b;\nssl_client_certificate c;\nssl_verify_client on;\nssl_crl https://x/y;",
        "no \"ssl_crl_trusted_certificate\" or \"ssl_trusted_certificate\" to verify the server of \"https://x/y\" in nginx.conf:5"
      ),
      (
        "ssl_conf_command VerifyMode Peer;",
        "\"ssl_conf_command\" does not support \"VerifyMode\" here; there are MinProtocol, MaxProtocol, Protocol, "
          + "CipherString, Ciphersuites, Groups, SignatureAlgorithms, ClientSignatureAlgorithms, NumTickets and Options in "
          + "nginx.conf:1"
      ),
      (
        "ssl_certificate engine:x;",
        "\"engine:\" is not supported in the \"ssl_certificate\" directive, name a file in nginx.conf:1"
      ),
      ("server_name *;", "server name \"*\" is invalid in nginx.conf:1"),
      ("server_name .;", "server name \".\" is invalid in nginx.conf:1"),
      ("server_name ~;", "empty regex in server name \"~\" in nginx.conf:1"),
      ("server_name ~(;", "pcre2_compile() failed: missing closing parenthesis in \"(\" in nginx.conf:1"),
      ("error_page 200 /x;", "value \"200\" must be between 300 and 599 in nginx.conf:1"),
      ("error_page = /x;", "invalid value \"=\" in nginx.conf:1"),
      ("error_page x /x;", "invalid value \"x\" in nginx.conf:1"),
      ("error_page 404 =x /x;", "invalid value \"=x\" in nginx.conf:1"),
      ("access_log a nothing;", "unknown log format \"nothing\" in nginx.conf:1"),
      ("access_log a combined flush=1s;", "no buffer is defined for access_log \"a\" in nginx.conf:1"),
      ("access_log a combined what;", "invalid parameter \"what\" in nginx.conf:1"),
      ("error_log a loud;", "invalid log level \"loud\" in nginx.conf:1"),
      ("resolver valid=1s;", "no name servers defined in nginx.conf:1"),
      ("keepalive_timeout 1s x;", "\"keepalive_timeout\" directive invalid value in nginx.conf:1"),
    ])
  func server(_ text: String, _ expected: String) {
    #expect(refusal(inServer(text)) == [expected])
  }

  @Test(
    "a mistake in a location is named with its line",
    arguments: [
      ("root a;\nroot b;", "\"root\" directive is duplicate in nginx.conf:2"),
      (
        "alias a;\nroot b;",
        "\"root\" directive is duplicate, \"alias\" directive was specified earlier in nginx.conf:2"
      ),
      ("root $document_root;", "the $document_root variable cannot be used in the \"root\" directive in nginx.conf:1"),
      ("return abc;", "invalid return code \"abc\" in nginx.conf:1"),
      ("return 1000;", "invalid return code \"1000\" in nginx.conf:1"),
      ("return 200 \"${x\";", "the closing bracket in \"x\" variable is missing in nginx.conf:1"),
      ("return 200 a$;", "invalid variable name in nginx.conf:1"),
      ("set a b;", "invalid variable name \"a\" in nginx.conf:1"),
      ("rewrite ^ \"\";", "empty replacement in nginx.conf:1"),
      ("rewrite ^ /x often;", "invalid parameter \"often\" in nginx.conf:1"),
      ("rewrite [ /x;", "pcre2_compile() failed: missing terminating ] for character class in \"[\" in nginx.conf:1"),
      ("if $a {}", "invalid condition \"$a\" in nginx.conf:1"),
      ("if (a) {}", "invalid condition \"a\" in nginx.conf:1"),
      ("if ($a is b) {}", "unexpected \"is\" in condition in nginx.conf:1"),
      ("if ($a =) {}", "invalid condition \"$a\" in nginx.conf:1"),
      ("if (-q x) {}", "invalid condition \"-q\" in nginx.conf:1"),
      ("if () {}", "invalid condition \")\" in nginx.conf:1"),
      ("if ($a) { if ($b) {} }", "\"if\" directive is not allowed here in nginx.conf:1"),
      ("if ($a) { location /b {} }", "\"location\" directive is not allowed here in nginx.conf:1"),
      ("proxy_pass ftp://x;", "invalid URL prefix in nginx.conf:1"),
      ("proxy_pass http://;", "no host in upstream \"\" in nginx.conf:1"),
      ("proxy_pass http://a:b;", "invalid port in upstream \"a:b\" in nginx.conf:1"),
      ("proxy_pass http://a;\nproxy_pass http://b;", "\"proxy_pass\" directive is duplicate in nginx.conf:2"),
      (
        "proxy_redirect default;",
        "\"proxy_redirect default\" should be placed after the \"proxy_pass\" directive in nginx.conf:1"
      ),
      ("proxy_redirect off;\nproxy_redirect off;", "\"proxy_redirect\" directive is duplicate in nginx.conf:2"),
      ("proxy_buffers 1 4k;", "there must be at least 2 \"proxy_buffers\" in nginx.conf:1"),
      (
        "proxy_busy_buffers_size 1k;",
        "\"proxy_busy_buffers_size\" must be equal to or greater than the maximum of the value of \"proxy_buffer_size\" and one of the \"proxy_buffers\" in nginx.conf:1"
      ),
      ("try_files a =x;", "invalid code \"=x\" in nginx.conf:1"),
      ("try_files a;", "invalid number of arguments in \"try_files\" directive in nginx.conf:1"),
      (
        "expires modified @1h;",
        "\"expires\" directive daily time cannot be used with \"modified\" parameter in nginx.conf:1"
      ),
      ("expires soon;", "\"expires\" directive invalid value in nginx.conf:1"),
      ("add_header a b sometimes;", "invalid parameter \"sometimes\" in nginx.conf:1"),
      ("limit_except GET X {}", "invalid method \"X\" in nginx.conf:1"),
      ("server {}", "\"server\" directive is not allowed here in nginx.conf:1"),
    ])
  func location(_ text: String, _ expected: String) {
    #expect(refusal(inLocation(text)) == [expected])
  }

  @Test(
    "locations that cannot be reached are refused",
    arguments: [
      ("location /a {}\nlocation /a {}", "duplicate location \"/a\" in nginx.conf:2"),
      ("location = /a {}\nlocation = /a {}", "duplicate location \"/a\" in nginx.conf:2"),
      ("location /a {}\nlocation ^~ /a {}", "duplicate location \"/a\" in nginx.conf:2"),
      ("location /a { location /b {} }", "location \"/b\" is outside location \"/a\" in nginx.conf:1"),
      (
        "location = /a { location /a/b {} }",
        "location \"/a/b\" cannot be inside the exact location \"/a\" in nginx.conf:1"
      ),
      ("location @a { location /b {} }", "location \"/b\" cannot be inside the named location \"@a\" in nginx.conf:1"),
      ("location /a { location @b {} }", "named location \"@b\" can be on the server level only in nginx.conf:1"),
      ("location ! /a {}", "invalid location modifier \"!\" in nginx.conf:1"),
      ("location ~ ( {}", "pcre2_compile() failed: missing closing parenthesis in \"(\" in nginx.conf:1"),
      (
        "location ~ /a { proxy_pass http://b/c; }",
        "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside named location, or inside \"if\" statement, or inside \"limit_except\" block in nginx.conf:1"
      ),
      ("location @a { alias /x; }", "the \"alias\" directive cannot be used inside the named location in nginx.conf:1"),
    ])
  func locations(_ text: String, _ expected: String) {
    #expect(refusal(inServer(text)) == [expected])
  }

  @Test(
    "an exact and a prefix location of one name, and equal expressions, may stand together",
    arguments: ["location /a {} location = /a {}", "location ~ a {} location ~ a {}"])
  func allowed(_ text: String) throws {
    #expect(try read(inServer(text)).server().locations.count == 2)
  }

  @Test("several mistakes are all reported, in the order of the file")
  func several() {
    let reasons = refusal(inServer("a;\nhttp2 x;\nlocation / { b; }\nlisten"))
    #expect(reasons.map { $0.suffix(1) } == ["1", "2", "3", "5"])
    #expect(refusal(String(repeating: "x;\n", count: 1000)).count == 20)
  }

  @Test("TLS without a certificate, a key or a CA is refused")
  func tls() {
    #expect(
      refusal("http {\n server {\n listen 443 ssl;\n } }")
        == ["no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in nginx.conf:2"])
    #expect(
      refusal(inServer("ssl_certificate c;"))
        == ["no \"ssl_certificate_key\" is defined for certificate \"/etc/gateway/c\" in nginx.conf:1"])
    #expect(
      refusal(inServer("ssl_certificate c;\nssl_certificate_key k;\nssl_verify_client optional;"))
        == ["no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client in nginx.conf:3"])
    #expect(
      refusal("http { server { listen 1 ssl; ssl_reject_handshake on; }\n server {\n listen 1 ssl; } }")
        == ["no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in nginx.conf:2"])
  }

  @Test("a NUL byte, a file that includes itself and endless nesting are refused")
  func hostile() {
    #expect(refusal("user a\0b;") == ["unexpected NUL byte in nginx.conf:1"])
    #expect(refusal("\ninclude nginx.conf;") == ["\"nginx.conf\" includes itself in nginx.conf:2"])
    #expect(
      refusal("include a;", files: ["/etc/gateway/a": "include b;", "/etc/gateway/b": "\n\ninclude a;"])
        == ["\"/etc/gateway/a\" includes itself in /etc/gateway/b:3"])
    let deep = String(repeating: "location /a { ", count: 200)
    #expect(refusal(inServer(deep)).last?.hasPrefix("blocks are nested deeper than 100") == true)
  }
}
