import HTTPWire
import NIOCore
import Testing

@testable import Gateway

private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

@Suite("The proxy when things go wrong")
struct ProxyFailureTests {
  private func pool(_ location: String, server: String = "") -> String {
    """
    upstream u { server 127.0.0.1:%0%; server 127.0.0.1:%1%; }
    server { listen 8080; \(server) location / { proxy_pass http://u; \(location) } }
    """
  }

  @Test("a peer that refuses is passed over, with nginx's words in the log")
  func refused() async throws {
    let stand = try await ProxyStand(pool(""), down: [0], { _ in .send(ok) }, { _ in .send(ok) })
    let answer = try await stand.send("/")
    #expect(answer.body == "hello" && answer.tries == ["502", "200"])
    let port = stand.upstreams[0].port
    #expect(
      stand.errorLog.contains(
        "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7"))
    #expect(stand.errorLog.contains("upstream: \"http://127.0.0.1:\(port)/\""))
    #expect(stand.errorLog.contains("upstream server temporarily disabled while connecting to upstream"))
  }

  @Test("when every peer fails the client gets 502, and then there are none")
  func allRefused() async throws {
    let stand = try await ProxyStand(pool(""), down: [0, 1], { _ in .close }, { _ in .close })
    #expect(try await stand.send("/").tries == ["502", "502"])
    let second = try await stand.send("/")
    #expect(second.status == 502 && second.tries == ["502"])
    #expect(stand.errorLog.contains("no live upstreams while connecting to upstream"))
  }

  @Test("a peer that closes before it answers is passed over for GET, not for POST")
  func prematureClose() async throws {
    let stand = try await ProxyStand(
      "location / { proxy_pass http://127.0.0.1:%0%; }", { _ in .close })
    let answer = try await stand.send("/")
    #expect(answer.status == 502 && answer.tries == ["502"])
    #expect(
      stand.errorLog.contains("upstream prematurely closed connection while reading response header from upstream"))
    let pair = try await ProxyStand(pool(""), { _ in .close }, { _ in .send(ok) })
    #expect(try await pair.send("/", method: .post).status == 502)
    #expect(try await pair.send("/").status == 200)
  }

  @Test("a kept connection that the peer had closed costs a GET nothing")
  func staleConnection() async throws {
    let configuration = """
      upstream u { server 127.0.0.1:%0%; keepalive 2; } server { listen 8080; location / { proxy_pass http://u; } }
      """
    let stand = try await ProxyStand(configuration) { $0.contains("/drop") ? .close : .send(ok) }
    #expect(try await stand.send("/").body == "hello")
    let answer = try await stand.send("/drop")
    #expect(answer.status == 502 && answer.tries == ["502", "502"])
    #expect(stand.upstreams[0].log.connections == 2)
  }

  @Test("silence is a timeout: 504")
  func readTimeout() async throws {
    let stand = try await ProxyStand(
      "location / { proxy_pass http://127.0.0.1:%0%; proxy_read_timeout 100ms; }", { _ in .silence })
    let answer = try await stand.send("/")
    #expect(answer.status == 504 && answer.tries == ["504"])
    #expect(
      stand.errorLog.contains(
        "upstream timed out (110: Connection timed out) while reading response header from upstream"))
  }

  @Test("a body that ends early, or stops, cuts the client's off", arguments: [true, false])
  func truncated(_ closes: Bool) async throws {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"
    let stand = try await ProxyStand(
      "location / { proxy_pass http://127.0.0.1:%0%; proxy_read_timeout 100ms; }",
      { _ in closes ? .sendAndClose(text) : .send(text) })
    let answer = try await stand.send("/")
    #expect(answer.status == 200 && answer.body == "hello" && answer.isAborted)
    #expect(stand.errorLog.contains("while reading upstream"))
  }

  @Test(
    "heads that can't be trusted are 502",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: foo\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
      "garbage\r\n\r\n",
    ])
  func invalidHeads(_ head: String) async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; }", { _ in .sendAndClose(head) })
    #expect(try await stand.send("/").status == 502)
  }

  @Test("a head beyond proxy_buffer_size is 502")
  func largeHead() async throws {
    let head = "HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 5000))\r\n\r\n"
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; }", { _ in .sendAndClose(head) })
    #expect(try await stand.send("/").status == 502)
    #expect(stand.errorLog.contains("upstream sent too big header while reading response header from upstream"))
  }

  @Test("proxy_next_upstream http_404 asks everybody once and passes the last answer on")
  func nextOnStatus() async throws {
    let script: ScriptedUpstream.Script = { _ in .send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno") }
    let stand = try await ProxyStand(pool("proxy_next_upstream http_404;"), script, script)
    let answer = try await stand.send("/")
    #expect(answer.status == 404 && answer.body == "no" && answer.tries == ["404", "404"])
    #expect(try await stand.send("/").tries == ["404", "404"])
  }

  @Test("proxy_intercept_errors puts the error page in the answer's place")
  func intercepted() async throws {
    let stand = try await ProxyStand(
      pool("proxy_intercept_errors on;", server: "error_page 500 /e; location = /e { return 200 page; }"),
      { _ in .send("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") }, { _ in .close })
    let answer = try await stand.send("/")
    #expect(answer.status == 500 && answer.body == "page")
  }

  @Test("a client that leaves takes the upstream's connection with it")
  func clientLeaves() async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://127.0.0.1:%0%; }", { _ in .silence })
    let answer = try await stand.send("/", client: ProxyTestClient(leavesIn: .milliseconds(50)))
    #expect(answer.isAborted && answer.status == 0)
    #expect(
      stand.errorLog.contains("client prematurely closed connection, so upstream connection is closed too"))
  }

  @Test("a URL with variables is read for each request")
  func variables() async throws {
    let stand = try await ProxyStand("location / { proxy_pass http://$arg_b; }", { _ in .send(ok) })
    let port = stand.upstreams[0].port
    #expect(try await stand.send("/x?b=127.0.0.1:\(port)/").body == "hello")
    #expect(try await stand.send("/x?b=127.0.0.1:\(port)").body == "hello")
    #expect(
      stand.upstreams[0].log.requests.map { $0.prefix { $0 != "\r\n" } } == [
        "GET / HTTP/1.1", "GET /x?b=127.0.0.1:\(port) HTTP/1.1",
      ])
    #expect(try await stand.send("/x?b=127.0.0.1:0").status == 500)
    #expect(stand.errorLog.contains("invalid port in upstream \"127.0.0.1:0\""))
  }
}
