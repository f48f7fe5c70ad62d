import Foundation
import HTTPWire
import NIOCore
import Testing

@testable import Gateway

private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

@Suite("The proxy with real connections")
struct ProxyTests {
  @Test("a request is passed on with the defaults, and its answer comes back")
  func plain() async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; }") { _ in
      .send(
        "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nServer: x\r\nDate: y\r\nX-A: 1\r\nConnection: close\r\n\r\nhello")
    }
    let answer = try await stand.send(
      "/a%20b?c", [("X-B", "2"), ("Connection", "keep-alive"), ("TE", "trailers"), ("Upgrade", "x")])
    #expect(answer.status == 200 && answer.body == "hello" && !answer.isAborted)
    #expect(answer.fields["x-a"] == "1" && answer.fields["content-length"] == "5")
    #expect(answer.fields["server"]?.hasPrefix("countersign") == true && answer.fields["connection"] == nil)
    #expect(
      stand.upstreams[0].log.requests == [
        "GET /a%20b?c HTTP/1.1\r\nHost: 127.0.0.1:\(stand.upstreams[0].port)\r\nX-B: 2\r\n\r\n"
      ])
  }

  @Test("proxy_set_header sets, removes and hides variants of what it sets")
  func setHeader() async throws {
    let stand = try await ProxyStand(
      """
      location / {
        proxy_pass http://127.0.0.1:%0%;
        proxy_set_header Host $host;
        proxy_set_header X-Gone "";
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-SSL-Client-DN $arg_dn;
      }
      """
    ) { _ in .send(ok) }
    _ = try await stand.send(
      "/?dn=",
      [("X-Gone", "1"), ("x_real_ip", "6.6.6.6"), ("X-SSL-Client-DN", "CN=me"), ("ssl_client_verify", "SUCCESS")])
    #expect(
      stand.upstreams[0].log.requests == ["GET /?dn= HTTP/1.1\r\nHost: localhost\r\nX-Real-IP: 192.0.2.7\r\n\r\n"])
  }

  @Test("identity fields pass where the operator lets them")
  func identityAllowed() async throws {
    let stand = try await ProxyStand(
      "location / { proxy_pass http://127.0.0.1:%0%; proxy_strip_identity_headers off; }"
    ) { _ in .send(ok) }
    _ = try await stand.send("/", [("Client-Cert", ":x:")])
    #expect(stand.upstreams[0].log.requests[0].contains("Client-Cert: :x:"))
  }

  @Test("a body is buffered, measured and sent", arguments: [["hello"], ["he", "l", "lo"]])
  func bufferedBody(_ pieces: [String]) async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; }") { _ in .send(ok) }
    let answer = try await stand.send("/", method: .post, [("Transfer-Encoding", "chunked")], body: pieces)
    #expect(answer.status == 200)
    #expect(stand.upstreams[0].log.requests[0].hasSuffix("Content-Length: 5\r\n\r\nhello"))
  }

  @Test("a large body goes through a file")
  func largeBody() async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; }") { _ in .send(ok) }
    let pieces = (0..<40).map { String(repeating: "\($0 % 10)", count: 10000) }
    let answer = try await stand.send("/", method: .put, [("Content-Length", "400000")], body: pieces)
    #expect(answer.status == 200)
    #expect(stand.upstreams[0].log.requests[0].hasSuffix("\r\n\r\n" + pieces.joined()))
  }

  @Test("client_body_in_file_only leaves the body in a file, or takes it away again", arguments: ["on", "clean"])
  func bodyInFile(_ setting: String) async throws {
    let stand = try await ProxyStand(
      """
      location / { client_body_in_file_only \(setting); proxy_pass http://127.0.0.1:%0%;
        add_header X-File $request_body_file; }
      """
    ) { _ in .send(ok) }
    let answer = try await stand.send("/", method: .put, [("Content-Length", "5")], body: ["he", "llo"])
    let file = try #require(answer.fields["x-file"])
    #expect(file.hasPrefix(stand.folder))
    #expect(try setting == "on" ? String(contentsOfFile: file, encoding: .utf8) == "hello" : true)
    let empty = try await stand.send("/", method: .put, [("Content-Length", "0")])
    #expect(empty.fields["x-file"] != nil)
    #expect(try await stand.send("/").fields["x-file"] == nil)
  }

  @Test("an error page may be proxied though the body was refused")
  func refusedBody() async throws {
    let stand = try await ProxyStand(
      """
      location / { client_max_body_size 3; proxy_pass http://127.0.0.1:%0%; error_page 413 /page; }
      location /page { proxy_pass http://127.0.0.1:%0%; }
      """
    ) { _ in .send(ok) }
    let answer = try await stand.send("/", method: .post, [("Transfer-Encoding", "chunked")], body: ["ab", "cde"])
    #expect(answer.status == 413)
    #expect(stand.upstreams[0].log.requests.count == 1)
    #expect(stand.upstreams[0].log.requests[0].hasPrefix("GET /page "))
  }

  @Test("without buffering a body of unknown length is sent in chunks")
  func streamedBody() async throws {
    let stand = try await ProxyStand(
      "location / { proxy_pass http://127.0.0.1:%0%; proxy_request_buffering off; }"
    ) { _ in .send(ok) }
    let answer = try await stand.send("/", method: .post, [("Transfer-Encoding", "chunked")], body: ["ab", "cde"])
    #expect(answer.status == 200)
    let request = stand.upstreams[0].log.requests[0]
    #expect(request.contains("Transfer-Encoding: chunked\r\n") && request.contains("2\r\nab\r\n"))
    #expect(request.hasSuffix("3\r\ncde\r\n0\r\n\r\n"))
  }

  @Test(
    "bodies end by length, by chunks and by the connection's end",
    arguments: [
      ScriptedUpstream.Reply.send(ok),
      .slowly(["HTTP/1.1 200 OK\r\nTransfer-", "Encoding: chunked\r\n\r\n3\r\nhel\r\n", "2\r\nlo\r\n0\r", "\n\r\n"]),
      .sendAndClose("HTTP/1.0 200 OK\r\n\r\nhello"),
      .slowly(["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\n", "Content-Length: 5\n\nhel", "lo"]),
    ])
  func framings(_ reply: ScriptedUpstream.Reply) async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; }") { _ in reply }
    let answer = try await stand.send("/")
    #expect(answer.status == 200 && answer.body == "hello" && !answer.isAborted)
  }

  @Test("HEAD, 204 and 304 have no body")
  func bodyless() async throws {
    let stand = try await ProxyStand(
      "upstream u { server 127.0.0.1:%0%; keepalive 2; } server { listen 8080; location / { proxy_pass http://u; } }"
    ) { request in
      if request.hasPrefix("HEAD") { return .send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") }
      return .send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n")
    }
    let head = try await stand.send("/", method: .head)
    #expect(head.status == 200 && head.fields["content-length"] == "5")
    #expect(try await stand.send("/").status == 304)
    #expect(stand.upstreams[0].log.connections == 1)
  }

  @Test("a slow client slows the upstream down and loses nothing")
  func slowClient() async throws {
    let text = String(repeating: "0123456789", count: 200_000)
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; }") { _ in
      .send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
    }
    let answer = try await stand.send("/", client: ProxyTestClient(isSlow: true))
    #expect(answer.body == text)
  }

  @Test("connections are kept and used again, unless either side says otherwise")
  func keepalive() async throws {
    let configuration = """
      upstream u { server 127.0.0.1:%0%; keepalive 2; keepalive_requests 3; }
      server { listen 8080; location / { proxy_pass http://u; } }
      """
    let stand = try await ProxyStand(configuration) { request in
      .send(request.contains("/close") ? "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" : ok)
    }
    for _ in 0..<3 { #expect(try await stand.send("/").body == "hello") }
    #expect(stand.upstreams[0].log.connections == 1)
    _ = try await stand.send("/close")
    _ = try await stand.send("/")
    #expect(stand.upstreams[0].log.connections == 3)
  }

  @Test("rewrites change Location, Refresh and cookies back")
  func rewriting() async throws {
    let stand = try await ProxyStand(
      """
      location /in/ {
        proxy_pass http://127.0.0.1:%0%/out/;
        proxy_cookie_domain inner.example outer.example;
        proxy_cookie_path /out/ /in/;
        proxy_hide_header X-Secret;
      }
      """
    ) { request in
      let host = request.split(separator: "\r\n")[1].dropFirst(6)
      return .send(
        "HTTP/1.1 302 Found\r\nLocation: http://\(host)/out/x\r\nX-Secret: 1\r\n"
          + "Set-Cookie: a=b; domain=.inner.example; path=/out/y\r\nRefresh: 1; url=http://\(host)/out/z\r\n"
          + "Content-Length: 0\r\n\r\n")
    }
    let answer = try await stand.send("/in/a")
    #expect(stand.upstreams[0].log.requests[0].hasPrefix("GET /out/a HTTP/1.1\r\n"))
    #expect(answer.fields["location"] == "http://localhost:4711/in/x")
    #expect(answer.fields["refresh"] == "1; url=/in/z")
    #expect(answer.fields["set-cookie"] == "a=b; domain=.outer.example; path=/in/y")
    #expect(answer.fields["x-secret"] == nil)
  }
}
