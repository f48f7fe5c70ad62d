import NIOCore
import Testing

@testable import HTTPWire

@Suite("HTTP/1.1 encoder")
struct HTTP1EncoderTests {
  @Test("a response's head")
  func responseHead() {
    var head = HTTPResponseHead(status: 200)
    head.fields.append(name: "Server", value: "countersign")
    head.fields.append(name: "Content-Length", value: HTTPDecimal(2))
    var buffer = ByteBuffer()
    HTTP1Encoder.write(head, lines: "Connection: close\r\n", into: &buffer)
    #expect(
      String(buffer: buffer)
        == "HTTP/1.1 200 OK\r\nServer: countersign\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
  }

  @Test("statuses without a phrase, reasons of upstreams, HTTP/1.0")
  func statusLines() {
    let cases: [(HTTPResponseHead, String)] = [
      (HTTPResponseHead(status: 299), "HTTP/1.1 299 \r\n\r\n"),
      (HTTPResponseHead(status: 404, reason: Array("Gone\r\nfishing".utf8)), "HTTP/1.1 404 Gonefishing\r\n\r\n"),
      (HTTPResponseHead(status: 302, version: .http1_0), "HTTP/1.0 302 Moved Temporarily\r\n\r\n"),
      (HTTPResponseHead(status: 799), "HTTP/1.1 799 \r\n\r\n"),
    ]
    for (head, expected) in cases {
      var buffer = ByteBuffer()
      HTTP1Encoder.write(head, into: &buffer)
      #expect(String(buffer: buffer) == expected)
    }
  }

  @Test("a request's head is what the decoder reads")
  func requestRoundTrip() throws {
    var head = HTTPRequestHead(method: .post, target: Array("/a?b".utf8), version: .http1_1, fields: HTTPFields())
    head.fields.append(name: "Host", value: "h")
    head.fields.append(name: "Content-Length", value: "0")
    var buffer = ByteBuffer()
    HTTP1Encoder.write(head, into: &buffer)
    var decoder = HTTP1RequestDecoder()
    decoder.receive(buffer)
    guard case .head(let read, .length(0)) = decoder.next() else {
      Issue.record("no head")
      return
    }
    #expect(read.method == .post)
    #expect(read.target == head.target)
    #expect(read.fields["host"] == "h")
  }

  @Test("chunks are what the decoder reads", arguments: [1, 9, 15, 16, 255, 256, 70000])
  func chunkRoundTrip(length: Int) {
    var wire = ByteBuffer(string: "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
    let body = ByteBuffer(repeating: 0x61, count: length)
    HTTP1Encoder.writeChunk(body, into: &wire)
    var trailers = HTTPFields()
    trailers.append(name: "X-Sum", value: "1")
    HTTP1Encoder.writeLastChunk(trailers: trailers, into: &wire)
    let events = RequestTranscript.events(of: wire, limits: HTTP1Limits(), split: wire.readableBytes)
    #expect(events.last == "end X-Sum=1")
    #expect(events.contains("body \(length)"))
  }
}
