import NIOCore
import Testing

@testable import HTTPWire

@Suite("Limits of a request's head")
struct HTTP1LimitsTests {
  private func last(_ text: String, _ limits: HTTP1Limits = HTTP1Limits()) -> [String] {
    let wire = ByteBuffer(string: text)
    let whole = RequestTranscript.events(of: wire, limits: limits, split: wire.readableBytes)
    #expect(whole == RequestTranscript.events(of: wire, limits: limits, split: 7))
    return whole
  }

  @Test("a request line of a large buffer's size passes, one byte more is 414")
  func requestLine() {
    let fits = "GET /" + String(repeating: "a", count: 8192 - 16) + " HTTP/1.1\r\n"
    #expect(fits.utf8.count == 8192)
    #expect(last(fits + "Host: a\r\n\r\n").count == 1)
    #expect(last(fits + "Host: a\r\n\r\n")[0].hasPrefix("GET /aaa"))
    let over = "GET /a" + String(repeating: "a", count: 8192 - 16) + " HTTP/1.1\r\nHost: a\r\n\r\n"
    #expect(last(over) == ["failed requestLineTooLong"])
    #expect(HTTP1Error.requestLineTooLong.status == 414)
  }

  @Test("a field line longer than a large buffer is 494")
  func fieldLine() {
    let text = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 8192) + "\r\n\r\n"
    #expect(last(text) == ["failed fieldLineTooLong"])
    #expect(HTTP1Error.fieldLineTooLong.status == 494)
  }

  @Test("lines that fill more than four large buffers are 494")
  func total() {
    let line = "X: " + String(repeating: "a", count: 8000) + "\r\n"
    let four = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: line, count: 4) + "\r\n"
    #expect(last(four).first?.hasPrefix("GET") == true)
    let five = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: line, count: 5) + "\r\n"
    #expect(last(five) == ["failed fieldsTooLarge"])
  }

  @Test("more fields than max_headers are 494")
  func count() {
    var limits = HTTP1Limits()
    limits.maximumFields = 3
    #expect(last("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", limits).count == 1)
    #expect(
      last("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits) == ["failed tooManyFields"])
  }

  @Test("an unfinished line is refused as soon as it can't fit")
  func unfinished() {
    var decoder = HTTP1RequestDecoder()
    decoder.receive(ByteBuffer(string: "GET /" + String(repeating: "a", count: 8192)))
    guard case .failed(.requestLineTooLong) = decoder.next() else { return #expect(Bool(false)) }
  }

  @Test("chunk extensions and trailers have their limits")
  func chunked() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let extensions = head + "1;" + String(repeating: "a", count: 5000) + "\r\n"
    #expect(last(extensions).last == "failed malformedChunk")
    let trailer = "X: " + String(repeating: "a", count: 8000) + "\r\n"
    #expect(last(head + "0\r\n" + String(repeating: trailer, count: 6)).last == "failed malformedTrailers")
  }
}
