import NIOCore
import Testing

@testable import HTTPWire

@Suite("HTTP/2 connections")
struct HTTP2ServerConnectionTests {
  private let ok = HTTPResponseHead(status: 200)
  private func id(_ number: UInt32) -> HTTP2StreamID { HTTP2StreamID(number) }

  @Test("the server's preface, then a request and its response")
  func oneRequest() {
    var client = HTTP2Client(greets: false)
    #expect(client.output() == ["SETTINGS", "WINDOW 0 \((1 << 20) - 65535)"])
    var hello = ByteBuffer(string: "\(HTTP2ServerConnection.preface)")
    hello.writeHTTP2Settings([])
    #expect(client.send(hello) == [])
    #expect(client.output() == ["SETTINGS ack"])
    #expect(client.headers(1, HTTP2Client.get, end: true) == ["request 1 GET / HTTP/2.0 end"])
    var head = ok
    head.fields.append(name: "Server", value: "countersign")
    head.fields.append(name: "Connection", value: "close")
    client.server.sendHead(id(1), head, end: false)
    client.server.sendBody(id(1), ByteBuffer(string: "hello"))
    client.server.finish(id(1))
    #expect(client.output() == ["HEADERS 1 :status=200 server=countersign", "DATA 1 5 end"])
    #expect(client.events() == ["sent 1"])
  }

  @Test("the same bytes one by one give the same events")
  func splitEverywhere() {
    var whole = ByteBuffer(string: "\(HTTP2ServerConnection.preface)")
    whole.writeHTTP2Settings([(HTTP2SettingID.initialWindowSize, 10)])
    var maker = HTTP2Client()
    let flags = HTTP2FrameHeader.endHeaders
    whole.writeImmutableBuffer(
      HTTP2Client.frame(HTTP2FrameType.headers, flags: flags, stream: 1, maker.block(HTTP2Client.post)))
    whole.writeImmutableBuffer(
      HTTP2Client.frame(HTTP2FrameType.data, flags: 9, stream: 1, [2, 0x61, 0x61, 0x61, 0, 0]))
    let expected = ["request 1 POST / HTTP/2.0", "body 1 3", "bodyEnd 1 0"]
    for split in 1...whole.readableBytes {
      var client = HTTP2Client(greets: false)
      var rest = whole
      var lines: [String] = []
      while let part = rest.readSlice(length: min(split, rest.readableBytes)), part.readableBytes > 0 {
        lines += client.send(part)
      }
      #expect(lines == expected)
    }
  }

  @Test("HEADERS with priority and padding, then CONTINUATION; trailers")
  func continuation() {
    var client = HTTP2Client()
    let block = client.block(HTTP2Client.post)
    let first: [UInt8] = [1, 0, 0, 0, 0, 16] + block[..<10] + [0]
    #expect(client.send(HTTP2Client.frame(HTTP2FrameType.headers, flags: 0x28, stream: 1, first)) == [])
    #expect(client.send(HTTP2Client.frame(HTTP2FrameType.continuation, stream: 1, Array(block[10..<20]))) == [])
    let last = HTTP2Client.frame(HTTP2FrameType.continuation, flags: 4, stream: 1, Array(block[20...]))
    #expect(client.send(last) == ["request 1 POST / HTTP/2.0"])
    #expect(client.data(1, 4) == ["body 1 4"])
    #expect(client.headers(1, [("x-sum", "1")], end: true) == ["bodyEnd 1 1"])
  }

  @Test("informational heads, a body and trailers in a response")
  func responseTrailers() {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.get, end: true)
    client.server.sendInformational(id(1), HTTPResponseHead(status: 103))
    client.server.sendHead(id(1), ok, end: false)
    client.server.sendBody(id(1), ByteBuffer(string: "x"))
    var trailers = HTTPFields()
    trailers.append(name: "Grpc-Status", value: "0")
    client.server.finish(id(1), trailers: trailers)
    #expect(
      client.output() == [
        "HEADERS 1 :status=103", "HEADERS 1 :status=200", "DATA 1 1", "HEADERS 1 grpc-status=0 end",
      ])
    #expect(client.events() == ["sent 1"])
  }

  @Test("a client that sends on after its response is let be for a while, then told to stop")
  func earlyResponse() {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.post, end: false)
    _ = client.data(1, 100)
    client.server.sendHead(id(1), ok, end: true)
    #expect(client.output() == ["HEADERS 1 :status=200 end"])
    #expect(client.events() == ["sent 1"])
    #expect(client.data(1, 100) == [])
    client.server.resetDiscarding()
    #expect(client.output() == ["RST 1 0"])
    #expect(client.data(1, 100) == [])
    #expect(client.output() == [])
  }

  private static let rest = 3 << 20

  /// A client whose body of 3 MB and 65,536 bytes has filled its stream's window, and whose request is answered then.
  private func clientAnsweredEarly(_ answer: (inout HTTP2ServerConnection) -> Void) -> HTTP2Client {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.post + [("content-length", "\(Self.rest + 65536)")], end: false)
    for _ in 0..<4 { _ = client.data(1, 16384) }
    answer(&client.server)
    return client
  }

  static let ends: [(how: String, frames: [String])] = [
    ("head", ["HEADERS 1 :status=200 end"]), ("body", ["HEADERS 1 :status=200", "DATA 1 2 end"]),
    ("late", ["HEADERS 1 :status=200", "DATA 1 0 end"]),
    ("trailers", ["HEADERS 1 :status=200", "HEADERS 1 grpc-status=0 end"]),
  ]

  @Test("windows for the rest of a body come ahead of the response's end, however it ends", arguments: ends.indices)
  func windowsBeforeEnd(_ number: Int) {
    let (how, frames) = Self.ends[number]
    var client = clientAnsweredEarly { server in
      server.sendHead(id(1), ok, end: how == "head")
      if how == "body" { server.sendBody(id(1), ByteBuffer(string: "ok")) }
      var trailers = HTTPFields()
      trailers.append(name: "Grpc-Status", value: "0")
      server.finish(id(1), trailers: how == "trailers" ? trailers : nil)
    }
    let windows = ["WINDOW 1 \(Self.rest)", "WINDOW 0 \(Self.rest)"]
    #expect(client.output() == frames.dropLast() + windows + frames.suffix(1))
    #expect(client.events() == ["sent 1"])
    for _ in 0..<Self.rest / 16384 { #expect(client.data(1, 16384) == []) }
    #expect(client.data(1, 0, end: true) == [])
    let (streams, window, owed) = (client.server.openStreams, client.server.receiveWindow, client.server.owed)
    #expect(streams == 0)
    // The connection's window is what it was, but for what isn't worth announcing.
    #expect(window + owed == 1 << 20)
    #expect(window >= 1 << 19)
  }

  @Test("what was granted to a client that stops is taken out of the connection's next credits")
  func grantNotUsed() {
    var client = clientAnsweredEarly { $0.sendHead(id(1), ok, end: true) }
    _ = client.output()
    _ = client.send(HTTP2Client.frame(HTTP2FrameType.rstStream, stream: 1, [0, 0, 0, 8]))
    _ = client.headers(3, HTTP2Client.post, end: false)
    for _ in 0..<Self.rest / 16384 {
      #expect(client.data(3, 16384) == ["body 3 16384"])
      client.server.acknowledge(id(3), bytes: 16384)
      let lines = client.output()
      #expect(!lines.contains { $0.hasPrefix("WINDOW 0") })
    }
    let (window, owed) = (client.server.receiveWindow, client.server.owed)
    #expect(window + owed == 1 << 20)
  }

  @Test("no window is opened for a body without a length, nor for more than is worth dropping")
  func noGrant() {
    for fields in [[], [("content-length", "\((4 << 20) + 1)")]] {
      var client = HTTP2Client()
      _ = client.headers(1, HTTP2Client.post + fields, end: false)
      client.server.sendHead(id(1), ok, end: true)
      #expect(client.output() == ["HEADERS 1 :status=200 end"])
    }
  }

  @Test("a client that finishes or resets an answered request is not heard of again")
  func answeredRequests() {
    var client = HTTP2Client()
    for stream: UInt32 in [1, 3] {
      _ = client.headers(stream, HTTP2Client.post, end: false)
      client.server.sendHead(id(stream), ok, end: true)
      _ = client.output()
      #expect(client.events() == ["sent \(stream)"])
      _ = client.windowUpdate(stream, 10)
      #expect(client.output() == [])
    }
    #expect(client.data(1, 5, end: true) == [])
    #expect(client.send(HTTP2Client.frame(HTTP2FrameType.rstStream, stream: 3, [0, 0, 0, 8])) == [])
    let left = client.server.openStreams + client.server.discardingStreams
    #expect(left == 0)
    #expect(client.output() == [])
  }

  @Test("streams send in turns, chunk by chunk")
  func fairness() {
    var client = HTTP2Client()
    for stream: UInt32 in [1, 3] {
      _ = client.headers(stream, HTTP2Client.get, end: true)
      client.server.setChunkSize(id(stream), 1000)
      client.server.sendHead(id(stream), ok, end: false)
    }
    _ = client.output()
    for stream: UInt32 in [1, 3] {
      client.server.sendBody(id(stream), ByteBuffer(repeating: 0, count: 1500))
      client.server.finish(id(stream))
    }
    #expect(client.output() == ["DATA 1 1000", "DATA 3 1000", "DATA 1 500 end", "DATA 3 500 end"])
  }

  @Test("sending keeps to the stream's and the connection's windows")
  func sendWindows() {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.get, end: true)
    client.server.sendHead(id(1), ok, end: false)
    client.server.sendBody(id(1), ByteBuffer(repeating: 0, count: 100_000))
    client.server.finish(id(1))
    func sent(_ lines: [String]) -> Int {
      lines.filter { $0.hasPrefix("DATA") }.reduce(0) { $0 + (Int($1.split(separator: " ")[2]) ?? 0) }
    }
    let hasRoom = client.server.hasRoom(for: id(1))
    #expect(!hasRoom)
    #expect(sent(client.output()) == 65535)
    #expect(client.windowUpdate(1, 50000) == [])
    #expect(sent(client.output()) == 0)
    #expect(client.windowUpdate(0, 10000) == [])
    #expect(sent(client.output()) == 10000)
    #expect(client.events() == [])
    #expect(client.windowUpdate(0, 50000) == ["writable 1"])
    #expect(sent(client.output()) == 24465)
    #expect(client.events() == ["sent 1"])
  }

  @Test("a smaller initial window makes the stream's negative, and it recovers")
  func shrinkingWindow() {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.get, end: true)
    client.server.sendHead(id(1), ok, end: false)
    client.server.sendBody(id(1), ByteBuffer(repeating: 0, count: 100))
    _ = client.output()
    var settings = ByteBuffer()
    settings.writeHTTP2Settings([(HTTP2SettingID.initialWindowSize, 50)])
    _ = client.send(settings)
    client.server.sendBody(id(1), ByteBuffer(repeating: 0, count: 10))
    #expect(client.output() == ["SETTINGS ack"])
    _ = client.windowUpdate(1, 55)
    #expect(client.output() == ["DATA 1 5"])
  }

  @Test("consumed bytes are given back, unconsumed ones are not")
  func receiveWindows() {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.post, end: false)
    for _ in 0..<4 { #expect(client.data(1, 16384) == ["body 1 16384"]) }
    #expect(client.output() == [])
    client.server.acknowledge(id(1), bytes: 16384)
    #expect(client.output() == [])
    client.server.acknowledge(id(1), bytes: 16384)
    #expect(client.output() == ["WINDOW 1 32768"])
    for _ in 0..<2 { #expect(client.data(1, 16384) == ["body 1 16384"]) }
    #expect(client.data(1, 1) == ["reset 1 3"])
    #expect(client.output() == ["RST 1 3"])
  }

  @Test("Content-Length and the DATA that comes must agree")
  func contentLength() {
    let sized = HTTP2Client.post + [("content-length", "5")]
    var client = HTTP2Client()
    _ = client.headers(1, sized, end: false)
    #expect(client.data(1, 6) == ["malformedBody 1"])
    #expect(client.data(1, 1) == [])
    _ = client.headers(3, sized, end: false)
    #expect(client.data(3, 4, end: true) == ["body 3 4", "malformedBody 3"])
    _ = client.headers(5, sized, end: false)
    #expect(client.data(5, 5, end: true) == ["body 5 5", "bodyEnd 5 0"])
    #expect(client.headers(7, sized, end: true) == ["malformed 7 400"])
  }

  static let malformed: [[(String, String)]] = [
    [(":method", "GET"), (":scheme", "https"), (":path", "/")],
    [(":method", "GET"), (":path", "/"), (":authority", "a")],
    [(":method", "GET"), (":scheme", "https"), (":authority", "a")],
    [(":scheme", "https"), (":path", "/"), (":authority", "a")],
    [(":method", "GET"), (":scheme", "https"), (":path", ""), (":authority", "a")],
    [(":method", "GET"), (":scheme", "https"), (":path", "x"), (":authority", "a")],
    [(":method", "GET"), (":scheme", "https"), (":path", "/ x"), (":authority", "a")],
    [(":method", "GET"), (":scheme", "https"), (":path", "*"), (":authority", "a")],
    [(":method", "CONNECT"), (":scheme", "https"), (":path", "/"), (":authority", "a")],
    [(":METHOD", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a")],
    [(":method", ":METHOD"), (":scheme", "https"), (":path", "/"), (":authority", "a")],
    [(":method", "GET"), (":scheme", "https"), (":Path", "/"), (":authority", "a")],
    HTTP2Client.get + [(":path", "/")],
    HTTP2Client.get + [("x", "y"), (":scheme", "http")],
    HTTP2Client.get + [("x", "y"), (":status", "200")],
    HTTP2Client.get + [(":protocol", "websocket")],
    HTTP2Client.get + [("X-Upper", "y")],
    HTTP2Client.get + [("x y", "z")],
    HTTP2Client.get + [("x:", "z")],
    HTTP2Client.get + [("", "z")],
    HTTP2Client.get + [("x", "a\r\nb: c")],
    HTTP2Client.get + [("x", "a\0b")],
    HTTP2Client.get + [("x", " a")],
    HTTP2Client.get + [("connection", "close")],
    HTTP2Client.get + [("keep-alive", "1")],
    HTTP2Client.get + [("proxy-connection", "x")],
    HTTP2Client.get + [("transfer-encoding", "chunked")],
    HTTP2Client.get + [("upgrade", "h2c")],
    HTTP2Client.get + [("te", "gzip")],
    HTTP2Client.get + [("host", "b")],
    HTTP2Client.get + [("content-length", "x")],
    HTTP2Client.get + [("content-length", "0"), ("content-length", "0")],
    [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "u@a")],
  ]

  @Test("malformed requests are answered 400, then reset", arguments: malformed.indices)
  func malformedRequests(index: Int) {
    var client = HTTP2Client()
    #expect(client.headers(1, Self.malformed[index], end: true) == ["malformed 1 400"])
    client.server.sendHead(id(1), HTTPResponseHead(status: 400), end: true)
    #expect(client.output() == ["HEADERS 1 :status=400 end", "RST 1 1"])
  }

  @Test("trailers have no pseudo-headers", arguments: [":path", ":status", ":x"])
  func pseudoTrailers(name: String) {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.post, end: false)
    #expect(client.headers(1, [(name, "/")], end: true) == ["reset 1 1"])
  }

  @Test("fields that are right: te trailers, cookies joined, host beside :authority, CONNECT")
  func rightFields() {
    var client = HTTP2Client()
    let fields =
      HTTP2Client.get + [("te", "trailers"), ("cookie", "a=1"), ("cookie", "b=2"), ("host", "A"), ("un_der", "x")]
    let flags = HTTP2FrameHeader.endHeaders | HTTP2FrameHeader.endStream
    let frame = HTTP2Client.frame(HTTP2FrameType.headers, flags: flags, stream: 1, client.block(fields))
    client.server.receive(frame, at: .zero)
    guard case .request(_, let head, end: true) = client.server.next() else { return #expect(Bool(false)) }
    #expect(head.fields["cookie"] == "a=1; b=2")
    #expect(head.fields.all("host").count == 1)
    #expect(!head.fields.contains("un_der"))
    #expect(head.scheme == Array("https".utf8))
    #expect(
      client.headers(3, [(":method", "CONNECT"), (":authority", "a:1")], end: false)
        == ["request 3 CONNECT a:1 HTTP/2.0"])
  }

  @Test("a head larger than the buffers is 494, one beyond all measure ends the connection")
  func headLimits() {
    var client = HTTP2Client()
    let long = HTTP2Client.get + [("x", String(repeating: "a", count: 8193))]
    #expect(client.headers(1, long, end: true) == ["malformed 1 494"])
    let many = HTTP2Client.get + (0..<1001).map { ("x\($0)", "") }
    #expect(client.headers(3, many, end: true) == ["malformed 3 494"])
  }

  @Test("graceful shutdown: streams under way are served, later ones ignored")
  func shutdown() {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.get, end: true)
    client.server.beginShutdown()
    #expect(client.output() == ["GOAWAY 2147483647 0", "PING"])
    #expect(client.headers(3, HTTP2Client.get, end: true) == ["request 3 GET / HTTP/2.0 end"])
    let ack = HTTP2Client.frame(
      HTTP2FrameType.ping, flags: 1, stream: 0, [0x64, 0x72, 0x61, 0x69, 0x6e, 0x69, 0x6e, 0x67])
    #expect(client.send(ack) == [])
    #expect(client.output() == ["GOAWAY 3 0"])
    #expect(client.headers(5, HTTP2Client.post, end: false) == [])
    #expect(client.data(5, 5, end: true) == [])
    for stream: UInt32 in [1, 3] { client.server.sendHead(id(stream), ok, end: true) }
    let isDrained = client.server.isDrained
    #expect(isDrained)
  }
}
