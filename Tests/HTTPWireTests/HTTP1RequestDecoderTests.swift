import NIOCore
import Testing

@testable import HTTPWire

@Suite("HTTP/1.1 requests")
struct HTTP1RequestDecoderTests {
  static let good: [String: [String]] = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n": ["GET / HTTP/1.1 Host=a"],
    "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n": ["GET / HTTP/1.1 Host=a"],
    "GET / HTTP/1.0\r\n\r\n": ["GET / HTTP/1.0"],
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n": ["OPTIONS * HTTP/1.1 Host=a"],
    "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n": ["GET http://b/x HTTP/1.1 Host=a"],
    "CONNECT b:443 HTTP/1.1\r\nHost: b\r\n\r\n": ["CONNECT b:443 HTTP/1.1 Host=b"],
    "GET / HTTP/1.1\r\nHost:a\r\nX: \t b c \t\r\nE:\r\n\r\n": ["GET / HTTP/1.1 Host=a X=b c E="],
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: a\r\n\r\n": [
      "POST / HTTP/1.1 Host=a Content-Length=3 [length(3)]", "body 3", "end", "GET /2 HTTP/1.1 Host=a",
    ],
    "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: Chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n1 \r\n!\r\n00\r\nT: u\r\n\r\n":
      [
        "POST / HTTP/1.1 Host=a transfer-encoding=Chunked [chunked]", "body 6", "end T=u",
      ],
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 9\r\n\r\n": [
      "POST / HTTP/1.1 Host=a Transfer-Encoding=chunked [chunked]", "end",
    ],
    "GET / HTTP/1.1\r\nHost: a\r\nbad(name: 1\r\nun_der: 2\r\nX: 3\r\n\r\n": ["GET / HTTP/1.1 Host=a X=3"],
    "PROP_FIND- / HTTP/1.1\r\nHost: a\r\n\r\n": ["PROP_FIND- / HTTP/1.1 Host=a"],
  ]

  @Test("requests that are right, split everywhere", arguments: good.keys.sorted())
  func rightRequests(text: String) {
    let wire = ByteBuffer(string: text)
    for split in 1...wire.readableBytes {
      #expect(RequestTranscript.events(of: wire, limits: HTTP1Limits(), split: split) == Self.good[text])
    }
  }

  static let bad: [(String, HTTP1Error)] = [
    ("GET /\r\n\r\n", .missingVersion),
    ("GET /\n", .missingVersion),
    ("GET  / HTTP/1.1\r\n\r\n", .malformedRequestLine),
    ("GET / HTTP/1.1 \r\n\r\n", .malformedRequestLine),
    ("GET / HTTP/1.11\r\n\r\n", .malformedRequestLine),
    ("GET / http/1.1\r\n\r\n", .malformedRequestLine),
    ("GET /\u{1}x HTTP/1.1\r\n\r\n", .malformedRequestLine),
    ("GET x HTTP/1.1\r\n\r\n", .malformedRequestLine),
    ("GET * HTTP/1.1\r\n\r\n", .malformedRequestLine),
    ("GET http:///x HTTP/1.1\r\n\r\n", .malformedRequestLine),
    ("GET http://u@h/x HTTP/1.1\r\n\r\n", .malformedRequestLine),
    ("GET / HTTP/2.0\r\n\r\n", .unsupportedVersion),
    ("get / HTTP/1.1\r\n\r\n", .malformedMethod),
    ("\u{16}\u{3}\u{1}", .malformedMethod),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
    ("GET / HTTP/1.1\r\n\r\n", .missingHost),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\n\tfolded: x\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\n\n", .malformedField),
    ("GET / HTTP/1.1\r\nHost: a\r\n\rX", .malformedField),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .repeatedContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .repeatedContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", .malformedContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .malformedContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", .malformedContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", .malformedContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .malformedContentLength),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", .malformedContentLength),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .conflictingFraming
    ),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", .conflictingFraming
    ),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unknownTransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .unknownTransferEncoding),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n", .unknownTransferEncoding),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      .repeatedTransferEncoding
    ),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncodingInHTTP10),
  ]

  @Test("every smuggling shape is refused, split everywhere", arguments: bad.map(\.0))
  func refused(text: String) throws {
    let expected = try #require(Self.bad.first { $0.0 == text }?.1)
    let wire = ByteBuffer(string: text)
    for split in 1...wire.readableBytes {
      #expect(RequestTranscript.events(of: wire, limits: HTTP1Limits(), split: split) == ["failed \(expected)"])
    }
  }

  @Test(
    "malformed chunks are refused, split everywhere",
    arguments: [
      "x\r\n", "\r\n", "5\nhello", "5 x\r\n", "5\rx", "5\r\nhelloX", "5\r\nhello\n", "5\r\nhello\rX", "5;a\nb\r\n",
      "-5\r\n",
      "fffffffffffffffff\r\n", "0x5\r\nhello\r\n", "5;\u{1}\r\n", "1\r\na\r\n0\r\nbad trailer\r\n\r\n",
      "1\r\na\r\n0\r\nX: y\n\r\n",
    ])
  func malformedChunks(chunks: String) {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let wire = ByteBuffer(string: head + chunks)
    for split in 1...wire.readableBytes {
      let events = RequestTranscript.events(of: wire, limits: HTTP1Limits(), split: split)
      #expect(events.last?.hasPrefix("failed malformed") == true, "\(events) at \(split)")
    }
  }

  @Test("a head that ends its first line with a lone LF may end all so; one with CRLF may not")
  func loneLineFeeds() {
    let expected = ["GET / HTTP/1.1 Host=a X=b"]
    #expect(RequestTranscript.events("GET / HTTP/1.1\nHost: a\nX: b\n\n") == expected)
    #expect(RequestTranscript.events("\n\r\nGET / HTTP/1.1\nHost: a\r\nX: b\n\n") == expected)
    #expect(RequestTranscript.events("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n") == ["failed malformedField"])
  }

  @Test("options keep underscores and unusual tokens, never what is no token")
  func nameOptions() {
    var limits = HTTP1Limits()
    limits.allowsUnderscores = true
    limits.ignoresInvalidFields = false
    let text = "GET / HTTP/1.1\r\nHost: a\r\nun_der: 2\r\nx.y: 3\r\n\r\n"
    #expect(RequestTranscript.events(text, limits: limits) == ["GET / HTTP/1.1 Host=a un_der=2 x.y=3"])
    let evil = "GET / HTTP/1.1\r\nHost: a\r\nbad(name: 1\r\n\r\n"
    #expect(RequestTranscript.events(evil, limits: limits) == ["failed malformedField"])
  }

  @Test("a refused head tells its request line")
  func failedHead() {
    var decoder = HTTP1RequestDecoder()
    decoder.receive(ByteBuffer(string: "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"))
    guard case .failed(.repeatedHost) = decoder.next() else { return #expect(Bool(false)) }
    let failed = decoder.failedHead
    #expect(failed.map { String(decoding: $0.requestLine, as: UTF8.self) } == "GET /x HTTP/1.1")
    #expect(failed?.fields["host"] == "a")
    var junk = HTTP1RequestDecoder()
    junk.receive(ByteBuffer(string: "garbage here\r\n"))
    guard case .failed(.malformedMethod) = junk.next() else { return #expect(Bool(false)) }
    let junkHead = junk.failedHead
    #expect(junkHead.map { String(decoding: $0.requestLine, as: UTF8.self) } == "garbage here")
  }

  @Test("what follows an upgrade is handed over")
  func remainder() {
    var decoder = HTTP1RequestDecoder()
    decoder.receive(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n\u{1}\u{2}"))
    guard case .head = decoder.next() else { return #expect(Bool(false)) }
    #expect(decoder.takeRemainder().readableBytes == 2)
    let isBetween = decoder.isBetweenRequests
    #expect(isBetween)
  }
}
