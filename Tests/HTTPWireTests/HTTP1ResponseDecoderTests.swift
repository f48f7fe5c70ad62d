import NIOCore
import Testing

@testable import HTTPWire

@Suite("HTTP/1.1 responses of upstreams")
struct HTTP1ResponseDecoderTests {
  private func events(_ text: String, to method: HTTPMethod = .get, split: Int? = nil) -> [String] {
    var decoder = HTTP1ResponseDecoder()
    decoder.expectResponse(to: method)
    var lines: [String] = []
    var body = 0
    var rest = ByteBuffer(string: text)
    func read(_ decoder: inout HTTP1ResponseDecoder) {
      while true {
        switch decoder.next() {
        case .needsMore: return
        case .informational(let head): lines.append("informational \(head.status)")
        case .head(let head, let framing): lines.append("\(head.status) \(framing) \(head.fields.count)")
        case .body(let part): body += part.readableBytes
        case .end(let trailers): lines.append("body \(body) end \(trailers?.count ?? 0)")
        case .failed(let error): lines.append("failed \(error)")
        }
      }
    }
    while rest.readableBytes > 0 {
      decoder.receive(rest.readSlice(length: min(split ?? .max, rest.readableBytes)) ?? ByteBuffer())
      read(&decoder)
    }
    if decoder.canReuseConnection { lines.append("reusable") }
    decoder.receivedEOF()
    read(&decoder)
    return lines
  }

  static let cases: [(String, HTTPMethod, [String])] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", .get, ["200 length(2) 1", "body 2 end 0", "reusable"]),
    ("HTTP/1.1 200\nContent-Length: 0\n\n", .get, ["200 length(0) 1", "body 0 end 0", "reusable"]),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", .head, ["200 none 1", "reusable"]),
    ("HTTP/1.1 204 No Content\r\n\r\n", .get, ["204 none 0", "reusable"]),
    ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", .get, ["304 none 1", "reusable"]),
    ("HTTP/1.1 200 OK\r\n\r\nabc", .get, ["200 untilClose 0", "body 3 end 0"]),
    ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", .get, ["200 length(1) 1", "body 1 end 0"]),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n", .get,
      ["200 chunked 1", "body 3 end 1", "reusable"]
    ),
    (
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", .get,
      ["informational 100", "informational 103", "204 none 0", "reusable"]
    ),
    ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nabc", .get, ["101 tunnel 1"]),
    (
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", .get, ["200 length(0) 2", "body 0 end 0"]
    ),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\njunk", .get,
      ["200 length(0) 1", "body 0 end 0", "failed unexpectedBytes"]
    ),
    ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", .get, ["200 length(3) 1", "failed closedEarly"]),
    ("HTTP/1.1 200 OK\r\nContent-Le", .get, ["failed closedEarly"]),
    ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", .get, ["failed repeatedContentLength"]),
    ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .get, ["failed malformedContentLength"]),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", .get, ["failed conflictingFraming"]
    ),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .get, ["failed unknownTransferEncoding"]),
    ("HTTP/1.1 200 OK\r\nBad header\r\n\r\n", .get, ["failed malformedField"]),
    ("SSH-2.0-x\r\n", .get, ["failed malformedStatusLine"]),
    ("HTTP/1.1 2000 OK\r\n\r\n", .get, ["failed malformedStatusLine"]),
    ("HTTP/2 200 OK\r\n\r\n", .get, ["failed malformedStatusLine"]),
  ]

  @Test("responses, right and wrong, split everywhere", arguments: cases.indices)
  func transcripts(index: Int) {
    let (text, method, expected) = Self.cases[index]
    #expect(events(text, to: method) == expected)
    for split in 1..<text.utf8.count {
      let got = events(text, to: method, split: split)
      #expect(got.last == expected.last, "split at \(split): \(got)")
    }
  }

  @Test("a head larger than the buffer is refused")
  func headTooLarge() {
    var decoder = HTTP1ResponseDecoder(maximumHead: 100)
    decoder.expectResponse(to: .get)
    decoder.receive(ByteBuffer(string: "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 100)))
    guard case .failed(.headTooLarge) = decoder.next() else { return #expect(Bool(false)) }
  }
}
