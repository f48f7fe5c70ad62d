import HTTPWire
import NIOCore
import Testing

@testable import Gateway

/// What follows a head on a kept connection is the next request: a head that announces what is not sent, or hides what is,
/// lets a client write that request.
@Suite("Framing towards upstreams")
struct ProxyFramingTests {
  private static let locations = """
    proxy_read_timeout 500ms;
    location / { proxy_pass http://127.0.0.1:%0%; }
    location /off { proxy_pass http://127.0.0.1:%0%; proxy_pass_request_body off; }
    location /off-named { proxy_pass http://127.0.0.1:%0%; proxy_pass_request_body off;
      proxy_set_header Content-Length $content_length; }
    location /off-empty { proxy_pass http://127.0.0.1:%0%; proxy_pass_request_body off;
      proxy_set_header Content-Length ""; }
    location /set-body { proxy_pass http://127.0.0.1:%0%; proxy_set_body "x=$arg_x"; }
    location /set-empty { proxy_pass http://127.0.0.1:%0%; proxy_set_body ""; }
    location /set-and-off { proxy_pass http://127.0.0.1:%0%; proxy_set_body abc; proxy_pass_request_body off; }
    location /length { proxy_pass http://127.0.0.1:%0%; proxy_set_header Content-Length 5; }
    location /no-length { proxy_pass http://127.0.0.1:%0%; proxy_set_header Content-Length ""; }
    location /coding { proxy_pass http://127.0.0.1:%0%; proxy_set_header Transfer-Encoding chunked; }
    location /method { proxy_pass http://127.0.0.1:%0%; proxy_method GET; }
    location /streamed { proxy_pass http://127.0.0.1:%0%; proxy_request_buffering off; }
    location /streamed-length { proxy_pass http://127.0.0.1:%0%; proxy_request_buffering off;
      proxy_set_header Content-Length 1; }
    location /error { error_page 403 /page; return 403; }
    location /page { proxy_pass http://127.0.0.1:%0%; }
    location /intercepted { proxy_pass http://127.0.0.1:%0%/missing; proxy_intercept_errors on; error_page 404 /page; }
    location /intercepted-off { proxy_pass http://127.0.0.1:%0%/missing; proxy_intercept_errors on;
      error_page 404 /off; }
    location /streamed-intercepted { proxy_pass http://127.0.0.1:%0%/missing; proxy_intercept_errors on;
      proxy_request_buffering off; error_page 404 /page; }
    location /headers-off { proxy_pass http://127.0.0.1:%0%; proxy_pass_request_headers off; }
    location /accel { proxy_pass http://127.0.0.1:%0%; }
    """

  static let paths = [
    "/", "/off", "/off-named", "/off-empty", "/set-body?x=1", "/set-empty", "/set-and-off", "/length", "/no-length",
    "/coding", "/method", "/streamed", "/streamed-length", "/error", "/intercepted", "/intercepted-off",
    "/streamed-intercepted", "/headers-off", "/accel",
  ]

  private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

  /// Whether the bytes are one request as its head says, none missing and none too many.
  private func isWhole(_ request: String) -> Bool {
    guard let end = request.range(of: "\r\n\r\n") else { return false }
    let head = request[..<end.lowerBound].lowercased()
    let body = request[end.upperBound...]
    let lengths = head.components(separatedBy: "\r\ncontent-length: ").dropFirst()
    let codings = head.components(separatedBy: "\r\ntransfer-encoding: ").dropFirst()
    switch (lengths.first, codings.first) {
    case (nil, nil): return body.isEmpty
    case (let length?, nil): return lengths.count == 1 && Int(length.prefix { $0.isNumber }) == body.utf8.count
    case (nil, _?): return codings.count == 1 && body.hasSuffix("0\r\n\r\n")
    case (_?, _?): return false
    }
  }

  @Test("every head announces what follows it, on a connection that is kept", arguments: paths, [true, false])
  func framing(_ path: String, _ isChunked: Bool) async throws {
    let stand = try await ProxyStand(Self.locations) { request in
      if request.contains(" /missing") { return .send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno") }
      if request.contains(" /accel") {
        return .send("HTTP/1.1 200 OK\r\nX-Accel-Redirect: /page\r\nContent-Length: 0\r\n\r\n")
      }
      return .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    }
    let length = ("Content-Length", "\(Self.smuggled.utf8.count)")
    let field = isChunked ? ("Transfer-Encoding", "chunked") : length
    let middle = Self.smuggled.index(Self.smuggled.startIndex, offsetBy: 9)
    let pieces = [String(Self.smuggled[..<middle]), String(Self.smuggled[middle...])]
    let answer = try await stand.send(path, method: .post, [field], body: pieces)
    #expect(answer.body == "ok")
    #expect(try await stand.send("/next").body == "ok")
    let requests = stand.upstreams[0].log.requests
    #expect(requests.allSatisfy(isWhole), "\(requests)")
    #expect(requests.last?.hasPrefix("GET /next HTTP/1.1\r\n") == true)
    #expect(requests.allSatisfy { !$0.hasPrefix("GET /smuggled") })
    #expect(stand.upstreams[0].log.connections <= 3)
  }

  @Test("a request that is repeated at the next upstream is whole there too")
  func next() async throws {
    let stand = try await ProxyStand(
      """
      upstream u { server 127.0.0.1:%0%; server 127.0.0.1:%1%; }
      server { listen 127.0.0.1:8080;
        location / { proxy_pass http://u; proxy_next_upstream http_503 non_idempotent; }
        location /off { proxy_pass http://u; proxy_next_upstream http_503 non_idempotent; proxy_pass_request_body off; }
      }
      """,
      { _ in .send("HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n") },
      { _ in .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") })
    for path in ["/", "/off"] {
      _ = try await stand.send(path, method: .post, [("Content-Length", "3")], body: ["abc"])
    }
    #expect(stand.upstreams.flatMap(\.log.requests).allSatisfy(isWhole))
    #expect(stand.upstreams[1].log.requests.count >= 1)
  }

  @Test("without a body nothing is announced, and an announced empty one stays announced")
  func empty() async throws {
    let stand = try await ProxyStand(Self.locations) { _ in .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
    _ = try await stand.send("/")
    _ = try await stand.send("/", method: .post, [("Content-Length", "0")])
    _ = try await stand.send("/off", method: .post, [("Content-Length", "3")], body: ["abc"])
    let requests = stand.upstreams[0].log.requests
    #expect(!requests[0].contains("Content-Length"))
    #expect(requests[1].contains("Content-Length: 0\r\n"))
    #expect(requests[2].contains("Content-Length: 0\r\n"))
  }
}
