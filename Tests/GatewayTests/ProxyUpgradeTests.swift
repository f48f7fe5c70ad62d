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
      return .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello ")
    }
    let client = ProxyTestClient(tunnelled: "ping\r\n\r\n")
    let answer = try await stand.send("/", [("Upgrade", "WebSocket"), ("Connection", "Upgrade")], client: client)
    #expect(answer.status == 101 && answer.fields["upgrade"] == "websocket")
    #expect(answer.body == "hello pong")
    #expect(stand.upstreams[0].log.requests[0].contains("Upgrade: WebSocket\r\nConnection: Upgrade\r\n"))
  }

  @Test("a tunnel in which nothing passes ends with proxy_read_timeout")
  func idleTunnel() async throws {
    let stand = try await ProxyStand(
      """
      location / { proxy_pass http://127.0.0.1:%0%; proxy_read_timeout 50ms; proxy_set_header Upgrade $http_upgrade;
        proxy_upgrade_protocols websocket echo/1; }
      """
    ) { _ in .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo/1\r\n\r\n") }
    let client = ProxyTestClient(tunnelled: "x")
    #expect(try await stand.send("/", [("Upgrade", "echo/1")], client: client).status == 101)
    #expect(stand.errorLog.contains("while proxying upgraded connection"))
  }

  @Test(
    "what is not offered is not sent on, and an upstream that switches to it gets no tunnel",
    arguments: [
      // The client's field; what the upstream gets; what it switches to.
      ("h2c", nil, "h2c"), ("h2c, websocket", "websocket", "h2c"), ("websocket", "websocket", "h2c"),
      ("websocket", "websocket", "websocket, h2c"), ("websocket", "websocket", ""), ("", nil, "websocket"),
      ("websocket2", nil, "websocket"), ("web socket", nil, "websocket"), ("websocket/13", nil, "websocket/13"),
    ] as [(String, String?, String)])
  func foreignProtocols(_ asked: String, _ passed: String?, _ chosen: String) async throws {
    let stand = try await ProxyStand(
      """
      location / { proxy_pass http://127.0.0.1:%0%; proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade; }
      """
    ) { _ in .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: \(chosen)\r\nConnection: Upgrade\r\n\r\nhello ") }
    let client = ProxyTestClient(tunnelled: "GET /inner HTTP/1.1\r\n\r\n")
    let answer = try await stand.send("/", [("Upgrade", asked), ("HTTP2-Settings", "AAMAAABk")], client: client)
    #expect(answer.status == 502)
    let request = stand.upstreams[0].log.requests[0]
    #expect(request.contains("\r\nUpgrade: ") == (passed != nil))
    if let passed { #expect(request.contains("\r\nUpgrade: \(passed)\r\nConnection: upgrade\r\n")) }
    #expect(stand.upstreams[0].log.requests.count == 1)
    #expect(stand.errorLog.contains("upstream switched protocols without being asked"))
  }

  @Test("proxy_upgrade_protocols off upgrades nothing, and neither does HTTP/1.0")
  func noUpgrades() async throws {
    let stand = try await ProxyStand(
      """
      proxy_set_header Upgrade $http_upgrade;
      location / { proxy_pass http://127.0.0.1:%0%; proxy_upgrade_protocols off; }
      location /old { proxy_pass http://127.0.0.1:%0%; }
      location /old-upstream { proxy_pass http://127.0.0.1:%0%; proxy_http_version 1.0; }
      """
    ) { _ in .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n") }
    let fields = [("Upgrade", "websocket")]
    let client = ProxyTestClient(tunnelled: "x")
    #expect(try await stand.send("/", fields, client: client).status == 502)
    #expect(try await stand.send("/old", fields, version: .http1_0, client: client).status == 502)
    #expect(try await stand.send("/old-upstream", fields, client: client).status == 502)
    #expect(stand.upstreams[0].log.requests.allSatisfy { !$0.contains("Upgrade") })
  }

  @Test(
    "a Connection field made of variables names options alone that a client may choose",
    arguments: [
      ("close, content-length", "close"), ("X-SSL-Client-Verify", ""), ("keep-alive , TE", "keep-alive, TE"),
      ("upgrade", ""), ("", ""),
    ])
  func connectionOptions(_ asked: String, _ passed: String) async throws {
    let stand = try await ProxyStand(
      """
      location / { proxy_pass http://127.0.0.1:%0%; proxy_set_header Connection $http_connection; }
      location /own { proxy_pass http://127.0.0.1:%0%; proxy_set_header Connection "close, X-Own"; }
      """
    ) { _ in .send("HTTP/1.1 204 No Content\r\n\r\n") }
    _ = try await stand.send("/", [("Connection", asked)])
    _ = try await stand.send("/own")
    let requests = stand.upstreams[0].log.requests
    #expect(requests[0].contains("Connection: ") == !passed.isEmpty)
    if !passed.isEmpty { #expect(requests[0].contains("Connection: \(passed)\r\n")) }
    #expect(requests[1].contains("Connection: close, X-Own\r\n"))
  }

  @Test(
    "proxy_method is a token or the answer is 500, and no tunnel is asked for",
    arguments: ["a b", "GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "CONNECT", "", "GÉT", "GET:"])
  func badMethods(_ method: String) async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; proxy_method $http_x_method; }") {
      _ in
      .send("HTTP/1.1 204 No Content\r\n\r\n")
    }
    #expect(try await stand.send("/", [("X-Method", method)]).status == 500)
    #expect(stand.upstreams[0].log.requests.isEmpty)
    #expect(stand.errorLog.contains("\"proxy_method\" came to"))
    #expect(try await stand.send("/", [("X-Method", "m-search")]).status == 204)
    #expect(stand.upstreams[0].log.requests.first?.hasPrefix("m-search / HTTP/1.1\r\n") == true)
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
