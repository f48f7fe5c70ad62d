import NIOCore
import PKI
import Testing

@testable import Gateway

@Suite("OCSP over HTTP")
struct OCSPExchangeTests {
  @Test("a responder's URL is http, a host, and nothing that breaks a request line")
  func urls() throws {
    let url = try #require(ResponderURL("http://ocsp.example.com:8080/a/b?c#d"))
    #expect(url.host == "ocsp.example.com" && url.port == 8080 && url.target == "/a/b?c")
    #expect(url.authority == "ocsp.example.com:8080")
    #expect(ResponderURL("HTTP://example.com")?.target == "/")
    #expect(ResponderURL("http://[::1]:81/")?.host == "::1")
    #expect(ResponderURL("http://example.com?x")?.target == "/?x")
    for text in [
      "https://example.com/", "ldap://example.com/", "file:///etc/passwd", "http://", "http:///x", "http://a b/",
      "http://user@host/", "http://host:0/", "http://host:99999/", "http://h/\r\nX: y", "http://[evil/", "http://[zz]/",
    ] {
      #expect(ResponderURL(text) == nil, "\(text)")
    }
  }

  /// What becomes of an answer that ends with the connection.
  private func outcome(_ answer: String, piecewise: Bool = false) -> String {
    var exchange = OCSPExchange()
    let pieces = piecewise ? answer.utf8.map { ByteBuffer(bytes: [$0]) } : [ByteBuffer(string: answer)]
    for piece in pieces {
      if let text = Self.text(exchange.received(piece)) { return text }
    }
    return Self.text(exchange.receivedEOF()) ?? "nothing"
  }

  private static func text(_ outcome: OCSPExchange.Outcome) -> String? {
    switch outcome {
    case .needsMore: nil
    case .response(let bytes): String(decoding: bytes, as: UTF8.self)
    case .failed(let failure): "failed: \(failure)"
    }
  }

  @Test("an answer ends with its length, its last chunk or the connection", arguments: [false, true])
  func answers(piecewise: Bool) {
    let type = "Content-Type: application/ocsp-response\r\n"
    #expect(outcome("HTTP/1.0 200 OK\r\n\(type)Content-Length: 3\r\n\r\nabc", piecewise: piecewise) == "abc")
    #expect(outcome("HTTP/1.0 200 OK\r\n\(type)\r\nabc", piecewise: piecewise) == "abc")
    let chunked = "HTTP/1.1 200 OK\r\n\(type)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    #expect(outcome(chunked, piecewise: piecewise) == "abc")
  }

  @Test("what is no answer is named")
  func failures() {
    #expect(outcome("HTTP/1.0 503 No\r\n\r\n") == "failed: OCSP responder sent status 503")
    #expect(outcome("HTTP/1.0 302 Found\r\nLocation: http://x/\r\n\r\n") == "failed: OCSP responder sent status 302")
    let html = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"
    #expect(outcome(html) == "failed: OCSP responder sent no OCSP response")
    #expect(outcome("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nabc").hasPrefix("failed:"))
    #expect(outcome("") == "failed: the OCSP responder did not answer: connection closed")
    #expect(outcome("nonsense\r\n\r\n").hasPrefix("failed:"))
    let long = "HTTP/1.0 200 OK\r\n\r\n" + String(repeating: "x", count: 200_000)
    #expect(outcome(long) == "failed: OCSP responder sent no OCSP response")
  }

  @Test("staples are fetched again at half of their time, failures less and less often")
  func schedule() {
    let now = UnixTime(1000)
    #expect(StapleSchedule.afterSuccess(validUntil: UnixTime(1600), at: now) == UnixTime(1300))
    #expect(StapleSchedule.afterSuccess(validUntil: UnixTime(900), at: now) == UnixTime(1001))
    #expect(StapleSchedule.afterSuccess(validUntil: UnixTime(1_000_000), at: now) == UnixTime(4600))
    let waits = (0..<9).map { StapleSchedule.afterFailures($0, at: now).seconds - 1000 }
    #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300, 300])
  }

  @Test("a staple is kept through failures until it expires")
  func memory() throws {
    let memory = StapleMemory()
    let certificate = try #require(try TestAuthority().verdict(subject: "/CN=client").leaf)
    let key = StatusQuestion(certificate: certificate, issuer: certificate, depth: 0, configured: nil).key
    #expect(memory.begin(key, at: UnixTime(10)))
    #expect(!memory.begin(key, at: UnixTime(10)), "one question at a time")
    memory.succeeded(key, [1], validUntil: UnixTime(30), at: UnixTime(10))
    #expect(!memory.begin(key, at: UnixTime(19)))
    #expect(memory.begin(key, at: UnixTime(20)))
    memory.failed(key, at: UnixTime(20))
    #expect(memory.response(for: key, at: UnixTime(30)) == [1])
    #expect(memory.response(for: key, at: UnixTime(31)) == nil)
    #expect(memory.begin(key, at: UnixTime(25)))
    memory.failed(key, at: UnixTime(25))
    memory.keep(only: [])
    #expect(memory.response(for: key, at: UnixTime(26)) == nil)
  }
}
