import ConfigModel
import Testing

@testable import Gateway

@Suite("Logs")
struct LoggingTests {
  @Test("the combined format has nginx's shape")
  func combined() throws {
    let site = try Site(
      "server { listen 127.0.0.1:8080; access_log %%/access.log; location / { return 200 hello; } }")
    try site.send("/x?y=1", [("User-Agent", "te\"st"), ("Referer", "r")])
    let line = site.text(of: "access.log")
    #expect(line.hasPrefix("192.0.2.7 - - ["))
    #expect(line.hasSuffix("] \"GET /x?y=1 HTTP/1.1\" 200 5 \"r\" \"te\\x22st\"\n"))
  }

  @Test("formats, conditions and escapes")
  func formats() throws {
    let site = try Site(
      """
      log_format json escape=json '{"u":"$http_user_agent","c":"$cookie_none"}';
      log_format none escape=none '$http_user_agent$cookie_none|';
      server {
        listen 127.0.0.1:8080; access_log %%/json json if=$arg_log; access_log %%/none none;
        location / { return 200 hello; } location /off { access_log off; return 200 x; }
      }
      """)
    try site.send("/?log=0", [("User-Agent", "a\"\u{1}\n")])
    try site.send("/?log=1", [("User-Agent", "a\"\u{1}\\")])
    try site.send("/off?log=1")
    #expect(site.text(of: "json") == "{\"u\":\"a\\\"\\u0001\\\\\",\"c\":\"\"}\n")
    #expect(site.text(of: "none").split(separator: "\n").count == 2)
  }

  @Test("error messages carry client, server, request and host")
  func errors() throws {
    let site = try Site("server_name s;")
    try site.send("/none")
    let line = site.text(of: "error.log")
    #expect(line.contains("[error] "))
    #expect(
      line.contains(": *1 open() \"\(site.folder)/none\" failed (2: No such file or directory), client: 192.0.2.7, "))
    #expect(line.hasSuffix("server: s, request: \"GET /none HTTP/1.1\", host: \"localhost\"\n"))
  }
}

@Suite("Variables")
struct VariableTests {
  @Test(
    "the request's variables",
    arguments: [
      ("$request_method $scheme $host $server_port", "GET http localhost 8080"),
      ("$arg_b|$arg_B|$arg_none|$is_args$args", "2|2||?a=1&b=2"),
      ("$cookie_sid|$http_x_name|$http_x_many", "s1|n|1, 2"),
      ("$remote_addr:$remote_port $server_addr", "192.0.2.7:4711 127.0.0.1"),
      ("$request_uri|$uri|$document_uri", "/v/%61?a=1&b=2|/v/a|/v/a"),
      ("$https|$ssl_protocol|$ssl_client_verify", "||"),
      ("$server_protocol $request", "HTTP/1.1 GET /v/%61?a=1&b=2 HTTP/1.1"),
      ("$remote_user|$proxy_add_x_forwarded_for", "user|192.0.2.7"),
    ])
  func request(_ template: String, _ expected: String) throws {
    let site = try Site("location / { return 200 '\(template)'; }")
    let answer = try site.send(
      "/v/%61?a=1&b=2",
      [
        ("Cookie", "x=y; sid=s1"), ("X-Name", "n"), ("X-Many", "1"), ("X-Many", "2"),
        ("Authorization", "Basic dXNlcjpwYXNz"),
      ])
    #expect(answer.body == expected)
  }

  @Test("$request_id is the same for the whole request")
  func identifier() throws {
    let answer = try Site("location / { add_header X-ID $request_id; return 200 $request_id; }").send("/")
    #expect(answer.body.count == 32)
    #expect(answer.fields["x-id"] == answer.body)
  }
}
