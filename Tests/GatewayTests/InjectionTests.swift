import HTTPWire
import Testing

@testable import Gateway

/// Wherever a client's bytes come out, they end no line: of a request to an upstream, of a response, of a log.
@Suite("Line ends that a client sends")
struct InjectionTests {
  /// Decoded in `$uri`, and in `$1` of an expression matched with it.
  private static let target = "/a%0d%0aX-Evil:%201%0ab?x=1"

  @Test(
    "stay out of every field that is set for an upstream",
    arguments: [
      "proxy_set_header X-A $uri;", "proxy_set_header X-A \"$http_x_raw\";", "proxy_set_header X-A b${uri}c;",
      "proxy_set_header Host $uri;", "proxy_set_header X-A $1;", "proxy_set_header Connection $uri;",
      "proxy_set_header Upgrade $uri; proxy_upgrade_protocols websocket;", "set $y $uri; proxy_set_header X-A $y;",
    ])
  func upstreamFields(_ directives: String) async throws {
    let stand = try await ProxyStand("location ~ (?s)^/(.*)$ { proxy_pass http://127.0.0.1:%0%; \(directives) }") { _ in
      .send("HTTP/1.1 204 No Content\r\n\r\n")
    }
    let raw = [("X-Raw", "y\r\nX-Evil: 1\nz"), ("Upgrade", "websocket")]
    #expect(try await stand.send(Self.target, raw).status == 204)
    let request = try #require(stand.upstreams[0].log.requests.first)
    #expect(stand.upstreams[0].log.requests.count == 1)
    let lines = request.components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { !$0.hasPrefix("X-Evil") && !$0.contains("\n") && !$0.contains("\r") }, "\(request)")
    #expect(!request.utf8.contains(0))
    if directives.contains("X-A") { #expect(lines.contains { $0.hasPrefix("X-A: ") && $0.contains("X-Evil: 1") }) }
  }

  @Test(
    "stay out of the fields and trailers of a response",
    arguments: [
      "add_header X-A $uri always;", "add_header X-A $http_x_raw;", "add_trailer X-A $uri;",
      "error_page 403 =302 $uri; if ($arg_x) { return 403; }", "if ($arg_x) { return 302 https://a/$uri; }",
    ])
  func responseFields(_ directives: String) throws {
    let wire = try Wire(location: "location / { \(directives) return 200 hi; }")
    let text = try wire.send("GET \(Self.target) HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 "))
    #expect(!text.contains("\nX-Evil") && !text.contains("\rX-Evil"), "\(text)")
  }

  @Test("stay out of the access log, whatever the format, but for escape=none")
  func accessLog() throws {
    let site = try Site(
      """
      log_format plain "$uri|$http_x_raw|$1"; log_format json escape=json '{"u":"$uri$http_x_raw"}';
      server {
        listen 127.0.0.1:8080; access_log %%/plain plain; access_log %%/json json;
        location ~ (?s)^/(.*)$ { return 200 hi; }
      }
      """)
    try site.send(Self.target, [("X-Raw", "y\r\nz")])
    for name in ["plain", "json"] {
      let log = site.text(of: name)
      #expect(log.utf8.filter { $0 < 0x20 } == [0x0A], "\(log)")
      #expect(log.hasSuffix("\n") && log.contains("X-Evil"))
    }
  }

  @Test("stay out of the error log")
  func errorLog() throws {
    let site = try Site("location /ret { return 403; }")
    try site.send("/none%0d%0a2026/01/01%2000:00:00%20[emerg]%201%231:%20forged")
    try site.send("/..%0a/%1b[31m")
    let log = site.text(of: "error.log")
    let lines = log.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.contains(" [error] ") && $0.contains(", client: 192.0.2.7") }, "\(log)")
    #expect(log.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
  }
}
