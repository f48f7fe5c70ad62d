import NIOCore
import Testing

@testable import Fetch

@Suite("One exchange over HTTP/1.1")
struct FetchExchangeTests {
  private func request(_ method: FetchRequest.Method = .get, body: [UInt8] = []) throws -> FetchRequest {
    var request = FetchRequest(method, try #require(FetchURL("http://example.com/list")), body: body)
    request.limits.body = 100
    request.limits.head = 300
    return request
  }

  @Test("a request names its host, its length, and that it is the only one")
  func requests() throws {
    var get = try request()
    get.fields = [FetchRequest.Field("If-None-Match", "\"x\"\r\nEvil: y")]
    let lines = String(buffer: FetchExchange.bytes(of: get)).components(separatedBy: "\r\n")
    #expect(lines[0] == "GET /list HTTP/1.1" && lines.contains("Host: example.com"))
    #expect(lines.contains("Connection: close") && lines.contains("If-None-Match: \"x\"Evil: y"))
    #expect(!lines.contains { $0.hasPrefix("Content-Length") })
    let put = String(buffer: FetchExchange.bytes(of: try request(.put, body: [0x61, 0x62])))
    #expect(put.hasPrefix("PUT /list HTTP/1.1\r\n") && put.hasSuffix("Content-Length: 2\r\n\r\nab"))
  }

  /// What becomes of a response that ends with the connection.
  private func outcome(_ text: String, piecewise: Bool = false, isTruncated: Bool = false) throws -> String {
    var exchange = FetchExchange(try request())
    let pieces = piecewise ? text.utf8.map { ByteBuffer(bytes: [$0]) } : [ByteBuffer(string: text)]
    for piece in pieces {
      if let text = Self.text(exchange.received(piece)) { return text }
    }
    return Self.text(exchange.receivedEOF(isTruncated: isTruncated)) ?? "nothing"
  }

  private static func text(_ outcome: FetchExchange.Outcome) -> String? {
    switch outcome {
    case .needsMore: nil
    case .response(let response): "\(response.status) " + String(decoding: response.body, as: UTF8.self)
    case .failed(let error): "failed: \(error)"
    }
  }

  @Test("a response ends with its length, its last chunk, its status or the connection", arguments: [false, true])
  func answers(piecewise: Bool) throws {
    #expect(try outcome("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", piecewise: piecewise) == "200 abc")
    #expect(try outcome("HTTP/1.0 200 OK\r\n\r\nabc", piecewise: piecewise) == "200 abc")
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
    #expect(try outcome(chunked, piecewise: piecewise) == "200 abcd")
    #expect(try outcome("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", piecewise: piecewise) == "304 ")
    #expect(try outcome("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") == "404 ")
  }

  @Test("what is cut short, too large or no HTTP is named")
  func failures() throws {
    let early = "failed: connection closed before the response was complete"
    #expect(try outcome("") == early)
    #expect(try outcome("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc") == early)
    #expect(try outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n") == early)
    #expect(try outcome("HTTP/1.1 200 OK\r\n\r\nabc", isTruncated: true) == early)
    #expect(try outcome("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", isTruncated: true) == "200 abc")
    let large = "failed: the response has more than 100 bytes"
    #expect(try outcome("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n") == large)
    #expect(try outcome("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 101)) == large)
    #expect(try outcome("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 400)).contains("headTooLarge"))
    #expect(try outcome("SSH-2.0-x\r\n\r\n").contains("malformedStatusLine"))
    #expect(try outcome("HTTP/1.1 101 Upgrade\r\n\r\n").hasPrefix("failed: malformed"))
  }

  @Test("redirects are followed to the same scheme or a better one, by GET, as far as allowed")
  func redirects() throws {
    func decide(
      _ from: String, _ to: String, status: Int = 302, method: FetchRequest.Method = .get, hops: Int = 0,
      secrets: Bool = false
    ) throws -> String {
      var request = FetchRequest(method, try #require(FetchURL(from)))
      if secrets { request.fields = [FetchRequest.Field("Authorization", "x")] }
      let response = FetchResponse(
        status: status, fields: [FetchRequest.Field("Location", to)], body: [], url: request.url)
      let rule = RedirectRule(limit: 2) { $0.host != "denied" }
      switch rule.decide(response, to: request, hops: hops) {
      case .deliver: return "delivered"
      case .follow(let url): return "\(url)"
      case .fail(let error): return "\(error)"
      }
    }
    #expect(try decide("http://a/x", "/y") == "http://a/y")
    #expect(try decide("http://a/x", "https://b/y") == "https://b/y")
    #expect(try decide("http://a/x", "/y", status: 200) == "delivered")
    #expect(try decide("http://a/x", "/y", method: .put) == "delivered")
    for (from, to) in [
      ("https://a/x", "http://a/x"), ("http://a/x", "file:///etc/passwd"), ("http://a/x", "unix:/run/x:/"),
      ("http://a/x", "http://denied/"), ("unix:/a:/", "http://a/"), ("unix:/a:/", "unix:/b:/"),
    ] {
      #expect(try decide(from, to) == "redirected to \"\(to)\", which is not allowed")
    }
    #expect(try decide("http://a/x", "http://b/y", secrets: true).hasSuffix("not allowed"))
    #expect(try decide("http://a/x", "http://a/y", secrets: true) == "http://a/y")
    #expect(try decide("http://a/x", "/y", hops: 2) == "redirected more than 2 times")
  }
}
