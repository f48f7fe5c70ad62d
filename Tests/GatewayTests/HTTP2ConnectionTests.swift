import HTTPWire
import NIOCore
import Testing
import Transport

@testable import Gateway

@Suite("HTTP/2 connections of the gateway")
struct HTTP2ConnectionTests {
  /// Frames to send, and those received as lines.
  private final class Peer {
    let wire: Wire
    private var encoder = HPACKEncoder(maximumTableSize: 0)
    private var decoder = HPACKDecoder()

    init(_ settings: String = "") throws {
      wire = try Wire(settings + " http2 on;")
      var hello = ByteBuffer(string: "\(HTTP2ServerConnection.preface)")
      hello.writeHTTP2Settings([])
      hello.writeHTTP2SettingsAck()
      _ = try wire.exchange(hello)
    }

    func request(
      _ stream: UInt32, _ path: String, method: String = "GET", fields: [(String, String)] = [], end: Bool = true
    ) throws -> [String] {
      var block: [UInt8] = []
      encoder.beginBlock(into: &block)
      let pseudo = [(":method", method), (":scheme", "https"), (":path", path), (":authority", "a")]
      for (name, value) in pseudo + fields {
        name.withFieldBytes { name in
          value.withFieldBytes { encoder.encode(name: name, value: $0, indexing: .none, into: &block) }
        }
      }
      var bytes = ByteBuffer()
      bytes.writeHTTP2Headers(block, stream: HTTP2StreamID(stream), endStream: end, maximumFrame: 16384)
      return try lines(wire.exchange(bytes))
    }

    func data(_ stream: UInt32, _ text: String, end: Bool) throws -> [String] {
      let flags = end ? HTTP2FrameHeader.endStream : 0
      return try frame(HTTP2FrameType.data, flags: flags, stream: stream, Array(text.utf8))
    }

    func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8]) throws -> [String] {
      var bytes = ByteBuffer()
      bytes.writeHTTP2(
        HTTP2FrameHeader(length: payload.count, type: type, flags: flags, streamID: HTTP2StreamID(stream)))
      bytes.writeBytes(payload)
      return try lines(wire.exchange(bytes))
    }

    func received() throws -> [String] { lines(try wire.output()) }

    private func lines(_ bytes: ByteBuffer) -> [String] {
      var rest = bytes
      var lines: [String] = []
      while let header = HTTP2FrameHeader(peeking: rest) {
        rest.moveReaderIndex(forwardBy: HTTP2FrameHeader.size)
        let payload = rest.readSlice(length: header.length) ?? ByteBuffer()
        let end = header.has(HTTP2FrameHeader.endStream) ? " end" : ""
        switch header.type {
        case HTTP2FrameType.headers: lines.append("HEADERS \(header.streamID.rawValue) \(status(payload))\(end)")
        case HTTP2FrameType.data: lines.append("DATA \(header.streamID.rawValue) \(String(buffer: payload))\(end)")
        case HTTP2FrameType.rstStream: lines.append("RST \(header.streamID.rawValue)")
        case HTTP2FrameType.windowUpdate: lines.append("WINDOW \(header.streamID.rawValue)")
        case HTTP2FrameType.goAway: lines.append("GOAWAY")
        default: break
        }
      }
      return lines
    }

    private func status(_ payload: ByteBuffer) -> String {
      payload.withUnsafeReadableBytes { bytes in
        var position = 0
        var text: [UInt8] = []
        var status = ""
        while let nameLength = try? decoder.next(bytes, at: &position, into: &text) {
          if text.starts(with: ":status".utf8) { status = String(decoding: text[nameLength...], as: UTF8.self) }
        }
        return status
      }
    }
  }

  @Test("a request on a plain connection that begins with the preface")
  func plain() throws {
    let peer = try Peer()
    #expect(try peer.request(1, "/") == ["HEADERS 1 200", "DATA 1 hi end"])
    #expect(try peer.request(3, "/", method: "HEAD") == ["HEADERS 3 200 end"])
    #expect(peer.wire.isOpen)
    #expect(peer.wire.log.count == 2)
    #expect(peer.wire.log[0].hasPrefix("GET / HTTP/2.0|200|"))
  }

  @Test("HTTP/1.1 is served where HTTP/2 might come")
  func choice() throws {
    let wire = try Wire("http2 on;")
    #expect(try wire.send("P") == "")
    #expect(try wire.send("UT / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("hi"))
  }

  @Test("bodies in both directions, without and with a length")
  func bodies() throws {
    let peer = try Peer()
    #expect(try peer.request(1, "/test/echo", method: "POST", end: false) == [])
    #expect(try peer.data(1, "abc", end: false) == [])
    #expect(try peer.data(1, "def", end: true) == ["HEADERS 1 200", "DATA 1 abcdef end"])
    #expect(try peer.request(3, "/test/stream") == ["HEADERS 3 200", "DATA 3 abcdef end"])
    #expect(try peer.request(5, "/test/short") == ["HEADERS 5 200", "RST 5"])
  }

  static let early: [(path: String, frames: [String])] = [
    ("/", ["HEADERS 1 200", "WINDOW 1", "WINDOW 0", "DATA 1 hi end"]),
    ("/no", ["HEADERS 1 403", "WINDOW 1", "WINDOW 0"]), ("/small", ["HEADERS 1 413", "WINDOW 1", "WINDOW 0"]),
  ]

  @Test("a request that is answered before its body leaves its client the windows to finish", arguments: early.indices)
  func earlyAnswer(_ number: Int) throws {
    let (path, frames) = Self.early[number]
    let peer = try Peer(
      """
      server { listen 127.0.0.1:8080 default_server; client_max_body_size 10m; location / { return 200 hi; }
        location /no { return 403; } location /small { client_max_body_size 1k; return 200 hi; } }
      """)
    let length = [("content-length", "3145728")]
    let lines = try peer.request(1, path, method: "POST", fields: length, end: false)
    #expect(Array(lines.prefix(frames.count)) == frames)
    let part = String(repeating: "a", count: 16384)
    for count in 1...192 {
      let lines = try peer.data(1, part, end: count == 192)
      #expect(!lines.contains { $0.hasPrefix("RST") || $0 == "GOAWAY" })
    }
    #expect(try peer.request(3, "/") == ["HEADERS 3 200", "DATA 3 hi end"])
    peer.wire.close()
  }

  @Test("http2_chunk_size is the location's")
  func chunkSize() throws {
    let peer = try Peer(
      "server { listen 127.0.0.1:8080 default_server; location /a { http2_chunk_size 2; return 200 abcd; } }")
    #expect(try peer.request(1, "/a") == ["HEADERS 1 200", "DATA 1 ab", "DATA 1 cd end"])
  }

  @Test("a body longer or shorter than its Content-Length is answered 400, and its stream reset")
  func contentLength() throws {
    let peer = try Peer()
    for (stream, body) in [(1, "four"), (3, "longer")] as [(UInt32, String)] {
      let length = [("content-length", "5")]
      #expect(try peer.request(stream, "/test/echo", method: "POST", fields: length, end: false) == [])
      let lines = try peer.data(stream, body, end: stream == 1)
      #expect(lines.first == "HEADERS \(stream) 400")
      #expect(lines.last == "RST \(stream)")
    }
  }

  @Test("streams are answered in the order they are ready")
  func interleaving() throws {
    let peer = try Peer()
    #expect(try peer.request(1, "/test/wait") == [])
    #expect(try peer.request(3, "/") == ["HEADERS 3 200", "DATA 3 hi end"])
    peer.wire.requests[0].finalize(status: 404)
    #expect(try peer.received().first == "HEADERS 1 404")
  }

  @Test("a reset stream is told to whoever serves it")
  func reset() throws {
    let peer = try Peer()
    _ = try peer.request(1, "/test/wait")
    _ = try peer.frame(HTTP2FrameType.rstStream, stream: 1, [0, 0, 0, 8])
    #expect(peer.wire.log.first?.contains("|499|") == true)
    #expect(try peer.request(3, "/") == ["HEADERS 3 200", "DATA 3 hi end"])
  }

  @Test("malformed requests are answered 400 and logged, broken frames end the connection")
  func malformed() throws {
    let peer = try Peer()
    let lines = try peer.request(1, "/", fields: [("connection", "close")])
    #expect(lines.first == "HEADERS 1 400")
    #expect(lines.last == "RST 1")
    #expect(try peer.frame(HTTP2FrameType.ping, stream: 0, [1]) == ["GOAWAY"])
    #expect(!peer.wire.isOpen)
  }

  @Test("draining lets streams finish, then closes")
  func drain() throws {
    let peer = try Peer()
    _ = try peer.request(1, "/test/wait")
    peer.wire.channel.pipeline.fireUserInboundEventTriggered(DrainRequested(isUrgent: false))
    #expect(try peer.received() == ["GOAWAY"])
    #expect(try peer.request(3, "/") == ["HEADERS 3 200", "DATA 3 hi end"])
    peer.wire.pass(4)
    #expect(try peer.received() == ["GOAWAY"])
    #expect(peer.wire.isOpen)
    peer.wire.requests[0].finalize(status: 404)
    #expect(try peer.received().first == "HEADERS 1 404")
    #expect(!peer.wire.isOpen)
  }

  @Test("idle connections close after keepalive_timeout, and after keepalive_requests")
  func idle() throws {
    let peer = try Peer("keepalive_timeout 5s;")
    _ = try peer.request(1, "/")
    peer.wire.pass(4)
    #expect(peer.wire.isOpen)
    peer.wire.pass(2)
    #expect(!peer.wire.isOpen)
    let two = try Peer("keepalive_requests 2;")
    _ = try two.request(1, "/")
    let last = try two.request(3, "/")
    #expect(last.contains("GOAWAY"))
    #expect(last.contains("DATA 3 hi end"))
    two.wire.pass(2)
    #expect(!two.wire.isOpen)
  }

  @Test("a body that does not come is timed out")
  func bodyTimeout() throws {
    let peer = try Peer("client_body_timeout 4s;")
    _ = try peer.request(1, "/test/echo", method: "POST", end: false)
    peer.wire.pass(5)
    #expect(try peer.received() == ["RST 1"])
    #expect(peer.wire.log.first?.contains("|408|") == true)
  }
}
