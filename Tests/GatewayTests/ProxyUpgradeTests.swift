import HTTPWire
import NIOCore
import Testing

@testable import Gateway

@Suite("Upgrades and redirects by the upstream")
struct ProxyUpgradeTests {
  @Test("after 101 bytes pass both ways until the upstream closes")
  func tunnel() async throws {
    let stand = try await ProxyStand(
      """
      location / {
        proxy_pass http://127.0.0.1:%0%;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection Upgrade;
      }
      """
    ) { request in
      if request.hasPrefix("ping") { return .sendAndClose("pong") }
      return .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: ws\r\nConnection: Upgrade\r\n\r\nhello ")
    }
    let client = ProxyTestClient(tunnelled: "ping\r\n\r\n")
    let answer = try await stand.send("/", [("Upgrade", "ws"), ("Connection", "Upgrade")], client: client)
    #expect(answer.status == 101 && answer.fields["upgrade"] == "ws")
    #expect(answer.body == "hello pong")
    #expect(stand.upstreams[0].log.requests[0].contains("Upgrade: ws\r\nConnection: Upgrade\r\n"))
  }

  @Test("a tunnel in which nothing passes ends with proxy_read_timeout")
  func idleTunnel() async throws {
    let stand = try await ProxyStand(
      "location / { proxy_pass http://127.0.0.1:%0%; proxy_read_timeout 50ms; }"
    ) { _ in .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: ws\r\n\r\n") }
    let client = ProxyTestClient(tunnelled: "x")
    #expect(try await stand.send("/", [("Upgrade", "ws")], client: client).status == 101)
    #expect(stand.errorLog.contains("while proxying upgraded connection"))
  }

  @Test("X-Accel-Redirect leads to another location and keeps some fields")
  func accelRedirect() async throws {
    let stand = try await ProxyStand(
      """
      location / { proxy_pass http://127.0.0.1:%0%; }
      location /inner { internal; return 200 "$request_method $uri $args $upstream_http_x_accel_redirect"; }
      location @named { return 200 "named $uri"; }
      """
    ) { request in
      let target = request.contains("/named") ? "@named" : request.contains("/bad") ? "/../x" : "/inner%20a?b"
      return .send(
        "HTTP/1.1 200 OK\r\nX-Accel-Redirect: \(target)\r\nContent-Type: a/b\r\nSet-Cookie: c=d\r\n"
          + "X-Other: 1\r\nContent-Length: 0\r\n\r\n")
    }
    let answer = try await stand.send("/", method: .post)
    #expect(answer.body == "GET /inner a b /inner%20a?b")
    #expect(answer.fields["content-type"] == "a/b" && answer.fields["set-cookie"] == "c=d")
    #expect(answer.fields["x-other"] == nil)
    #expect(try await stand.send("/named").body == "named /named")
    #expect(try await stand.send("/bad").status == 404)
  }

  @Test("proxy_method and proxy_set_body replace what the client sent")
  func replacedRequest() async throws {
    let stand = try await ProxyStand(
      "location / { proxy_pass http://127.0.0.1:%0%; proxy_method PUT; proxy_set_body \"b=$arg_x\"; }"
    ) { _ in .send("HTTP/1.1 204 No Content\r\n\r\n") }
    #expect(try await stand.send("/?x=1", method: .post, [("Content-Length", "3")], body: ["abc"]).status == 204)
    let request = stand.upstreams[0].log.requests[0]
    #expect(request.hasPrefix("PUT /?x=1 HTTP/1.1\r\n") && request.hasSuffix("Content-Length: 3\r\n\r\nb=1"))
  }

  @Test("HTTP/1.0 towards the upstream has no chunks")
  func http10() async throws {
    let stand = try await ProxyStand(
      "location / { proxy_pass http://127.0.0.1:%0%; proxy_http_version 1.0; proxy_request_buffering off; }"
    ) { _ in .sendAndClose("HTTP/1.0 200 OK\r\n\r\nok") }
    let answer = try await stand.send("/", method: .post, [("Transfer-Encoding", "chunked")], body: ["a", "b"])
    #expect(answer.body == "ok")
    let request = stand.upstreams[0].log.requests[0]
    #expect(request.hasPrefix("POST / HTTP/1.0\r\n") && request.hasSuffix("Content-Length: 2\r\n\r\nab"))
  }
}
