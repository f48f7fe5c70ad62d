import ConfigModel
import Foundation
import Glibc
import PKI
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

  @Test(
    "escape=json is JSON whatever a client sends, and shows every character of it",
    arguments: [
      ("ä\"\\", "ä\"\\", true), ("a\u{202E}b\u{7F}", "a\u{202E}b\u{7F}", false), ("\u{E0041}", "\u{E0041}", false),
      ("tab\t.", "tab\t.", false),
    ])
  func json(_ sent: String, _ value: String, isPlain: Bool) throws {
    let site = try Site(
      """
      log_format json escape=json '{"u":"$http_user_agent"}';
      server { listen 127.0.0.1:8080; access_log %%/json json; location / { return 200 hello; } }
      """)
    try site.send("/", [("User-Agent", sent)])
    let line = site.text(of: "json")
    let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(object["u"] == value)
    #expect(line.unicodeScalars.allSatisfy { !VisibleText.isInvisible($0) || $0 == "\n" })
    #expect(isPlain == line.contains("ä"))
  }

  @Test("escape=json takes octets that are no UTF-8", arguments: [[0xFF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80]])
  func brokenText(_ octets: [UInt8]) throws {
    var line = Array("{\"u\":\"".utf8)
    let start = line.count
    line += octets + [0x22]
    LogFormat.Escape.json.apply(to: &line, from: start)
    line += Array("\"}".utf8)
    let text = try #require(String(validating: line, as: UTF8.self))
    let object = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    #expect(object["u"]?.hasSuffix("\"") == true && object["u"]?.first == "\u{FFFD}")
  }

  @Test("what a client sends stands in the error log on one line, visible, cut, and within its quotes")
  func strangers() throws {
    let site = try Site("server_name s;")
    let long = String(repeating: "y", count: 3000)
    try site.send("/none", [("Referer", "a\", refusal: \"x\u{202E}\\"), ("Host", "localhost")])
    try site.send("/none", [("Referer", long)])
    let lines = site.text(of: "error.log").split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasSuffix("referrer: \"a\\\", refusal: \\\"x\\u{202e}\\\\\""))
    #expect(lines[1].hasSuffix(String(repeating: "y", count: 1024) + "…\""))
  }

  @Test("a logged value is cut at 1024 bytes")
  func limits() {
    #expect("\(LoggedValue(String(repeating: "a", count: 1024)))".count == 1024)
    #expect("\(LoggedValue(String(repeating: "a", count: 1025)))" == String(repeating: "a", count: 1024) + "…")
  }

  @Test("an error log is made for its owner and group alone, an access log for all; rotation keeps it so")
  func modes() throws {
    let before = umask(0)
    defer { umask(before) }
    let site = try Site("server { listen 127.0.0.1:8080; access_log %%/access.log; }")
    try site.send("/none")
    func mode(_ name: String) -> mode_t {
      var status = stat()
      return stat("\(site.folder)/\(name)", &status) == 0 ? status.st_mode & 0o777 : 0
    }
    #expect(mode("error.log") == 0o640)
    #expect(mode("access.log") == 0o644)
    let files = LogFiles()
    let path = "\(site.folder)/rotated.log"
    let log = try ErrorLogRuntime([ErrorLog(destination: .file(path), level: .error)], files: files)
    unlink(path)
    #expect(files.reopenAll().isEmpty)
    log.write(.error, "x")
    #expect(mode("rotated.log") == 0o640)
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

  @Test(
    "$proxy_add_x_forwarded_for puts the client behind what it sent, as members of one list",
    arguments: [
      ([], "192.0.2.7"), (["203.0.113.5"], "203.0.113.5, 192.0.2.7"),
      (["203.0.113.5, 203.0.113.6"], "203.0.113.5, 203.0.113.6, 192.0.2.7"),
      (["203.0.113.5", "203.0.113.6"], "203.0.113.5, 203.0.113.6, 192.0.2.7"), ([""], ", 192.0.2.7"),
    ] as [([String], String)])
  func forwardedFor(_ sent: [String], _ expected: String) throws {
    let site = try Site("location / { return 200 $proxy_add_x_forwarded_for; }")
    #expect(try site.send("/", sent.map { ("X-Forwarded-For", $0) }).body == expected)
  }

  @Test("$request_id is the same for the whole request")
  func identifier() throws {
    let answer = try Site("location / { add_header X-ID $request_id; return 200 $request_id; }").send("/")
    #expect(answer.body.count == 32)
    #expect(answer.fields["x-id"] == answer.body)
  }
}
