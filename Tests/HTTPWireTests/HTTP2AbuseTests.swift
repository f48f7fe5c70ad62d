import NIOCore
import Testing

@testable import HTTPWire

@Suite("HTTP/2 rules and floods")
struct HTTP2AbuseTests {
  static let violations: [(name: String, frames: [ByteBuffer], expected: String)] = [
    ("a PING before SETTINGS", [HTTP2Client.frame(6, stream: 0, [UInt8](repeating: 0, count: 8))], ""),
    ("DATA on stream 0", [HTTP2Client.frame(0, stream: 0, [1])], "failed 1 streamIDZero"),
    ("DATA on an idle stream", [HTTP2Client.frame(0, stream: 5, [1])], "failed 1 streamIDIdle"),
    ("DATA with too much padding", [HTTP2Client.frame(0, flags: 8, stream: 1, [9, 1])], "failed 1 padding"),
    ("DATA padded without a length", [HTTP2Client.frame(0, flags: 8, stream: 1)], "failed 6 frameLength"),
    ("HEADERS on an even stream", [HTTP2Client.frame(1, flags: 5, stream: 2, [0x82])], "failed 1 streamIDEven"),
    ("HEADERS with a broken block", [HTTP2Client.frame(1, flags: 5, stream: 1, [0x80])], "failed 9 compression"),
    ("HEADERS too short for its priority", [HTTP2Client.frame(1, flags: 0x25, stream: 1, [0])], "failed 6 frameLength"),
    ("PRIORITY on stream 0", [HTTP2Client.frame(2, stream: 0, [0, 0, 0, 0, 0])], "failed 1 streamIDZero"),
    ("RST_STREAM of an idle stream", [HTTP2Client.frame(3, stream: 1, [0, 0, 0, 0])], "failed 1 streamIDIdle"),
    ("RST_STREAM of a wrong length", [HTTP2Client.frame(3, stream: 1, [0])], "failed 6 frameLength"),
    ("SETTINGS on a stream", [HTTP2Client.frame(4, stream: 1)], "failed 1 streamIDNotZero"),
    ("SETTINGS of a wrong length", [HTTP2Client.frame(4, stream: 0, [0])], "failed 6 frameLength"),
    ("an acknowledgement with settings", [HTTP2Client.frame(4, flags: 1, stream: 0, [0])], "failed 6 frameLength"),
    ("ENABLE_PUSH 2", [HTTP2Client.frame(4, stream: 0, [0, 2, 0, 0, 0, 2])], "failed 1 settingsValue"),
    ("INITIAL_WINDOW_SIZE 2^31", [HTTP2Client.frame(4, stream: 0, [0, 4, 128, 0, 0, 0])], "failed 3 settingsValue"),
    ("MAX_FRAME_SIZE 1", [HTTP2Client.frame(4, stream: 0, [0, 5, 0, 0, 0, 1])], "failed 1 settingsValue"),
    ("PUSH_PROMISE", [HTTP2Client.frame(5, stream: 1, [0, 0, 0, 2])], "failed 1 pushPromise"),
    ("PING of a wrong length", [HTTP2Client.frame(6, stream: 0, [0])], "failed 6 frameLength"),
    ("PING on a stream", [HTTP2Client.frame(6, stream: 1, [0])], "failed 1 streamIDNotZero"),
    ("GOAWAY on a stream", [HTTP2Client.frame(7, stream: 1, [])], "failed 1 streamIDNotZero"),
    ("WINDOW_UPDATE by 0", [HTTP2Client.frame(8, stream: 0, [0, 0, 0, 0])], "failed 1 zeroIncrement"),
    (
      "WINDOW_UPDATE beyond 2^31-1", [HTTP2Client.frame(8, stream: 0, [127, 255, 255, 255])], "failed 3 windowOverflow"
    ),
    ("WINDOW_UPDATE of an idle stream", [HTTP2Client.frame(8, stream: 1, [0, 0, 0, 1])], "failed 1 streamIDIdle"),
    ("CONTINUATION alone", [HTTP2Client.frame(9, stream: 1, [0])], "failed 1 continuationUnexpected"),
    (
      "a PING between HEADERS and CONTINUATION",
      [HTTP2Client.frame(1, stream: 1, [0x82]), HTTP2Client.frame(6, stream: 0, [UInt8](repeating: 0, count: 8))],
      "failed 1 continuationExpected"
    ),
    (
      "CONTINUATION of another stream", [HTTP2Client.frame(1, stream: 1, [0x82]), HTTP2Client.frame(9, stream: 3)],
      "failed 1 continuationExpected"
    ),
    (
      "a frame larger than allowed", [HTTP2Client.frame(0, stream: 1, [UInt8](repeating: 0, count: 16385))],
      "failed 6 frameTooLarge"
    ),
    ("a frame of an unknown type", [HTTP2Client.frame(99, stream: 7, [1, 2, 3])], ""),
    ("PRIORITY of an idle stream", [HTTP2Client.frame(2, stream: 3, [0, 0, 0, 0, 0])], ""),
    ("GOAWAY", [HTTP2Client.frame(7, stream: 0, [0, 0, 0, 0, 0, 0, 0, 0])], "peerGoingAway"),
  ]

  @Test("each rule of framing", arguments: violations.indices)
  func rules(index: Int) {
    var client = HTTP2Client()
    var lines: [String] = []
    for frame in Self.violations[index].frames { lines += client.send(frame) }
    #expect(lines.joined() == Self.violations[index].expected, "\(Self.violations[index].name)")
    if lines.first?.hasPrefix("failed") == true {
      #expect(client.output().last?.hasPrefix("GOAWAY") == true)
      #expect(client.send(Self.violations[0].frames[0]) == [])
    }
  }

  @Test("the preface must be right; SETTINGS may come later")
  func preface() {
    var wrong = HTTP2Client(greets: false)
    #expect(wrong.send(ByteBuffer(string: "GET / HTTP/1.1\r\n")) == ["failed 1 preface"])
    var early = HTTP2Client(greets: false)
    #expect(early.send(ByteBuffer(string: "\(HTTP2ServerConnection.preface)")) == [])
    #expect(early.headers(1, HTTP2Client.get, end: true) == ["request 1 GET / HTTP/2.0 end"])
    var acknowledging = HTTP2Client(greets: false)
    #expect(acknowledging.send(ByteBuffer(string: "\(HTTP2ServerConnection.preface)")) == [])
    #expect(acknowledging.send(HTTP2Client.frame(4, flags: 1, stream: 0)) == [])
    #expect(acknowledging.headers(1, HTTP2Client.get, end: true) == ["request 1 GET / HTTP/2.0 end"])
  }

  @Test("closed and half-closed streams")
  func closedStreams() {
    var client = HTTP2Client()
    _ = client.headers(3, HTTP2Client.get, end: true)
    #expect(client.data(3, 1) == ["reset 3 5"])
    #expect(client.headers(1, HTTP2Client.get, end: true) == ["failed 1 streamIDReused"])
    var other = HTTP2Client()
    _ = other.headers(3, HTTP2Client.get, end: true)
    other.server.sendHead(HTTP2StreamID(3), HTTPResponseHead(status: 204), end: true)
    _ = other.events()
    #expect(other.headers(3, HTTP2Client.get, end: true) == ["failed 5 streamIDReused"])
  }

  @Test("too many streams at once are refused one by one")
  func concurrency() {
    var limits = HTTP2Limits()
    limits.maximumConcurrentStreams = 2
    var client = HTTP2Client(limits: limits)
    _ = client.headers(1, HTTP2Client.get, end: true)
    _ = client.headers(3, HTTP2Client.get, end: true)
    #expect(client.headers(5, HTTP2Client.get, end: true) == [])
    #expect(client.output() == ["RST 5 7"])
  }

  @Test("rapid resets end the connection, slow ones do not")
  func rapidReset() {
    for (pause, survives) in [(Duration.zero, false), (.milliseconds(50), true)] {
      var client = HTTP2Client()
      var failure: String?
      for round in 0..<600 where failure == nil {
        client.now += pause
        let stream = UInt32(2 * round + 1)
        _ = client.headers(stream, HTTP2Client.get, end: true)
        failure = client.send(HTTP2Client.frame(3, stream: stream, [0, 0, 0, 8])).first { $0.hasPrefix("failed") }
      }
      #expect(failure == (survives ? nil : "failed 11 resetFlood"))
    }
  }

  @Test("making the server reset costs as much")
  func madeYouReset() {
    var client = HTTP2Client()
    var failure: String?
    for round in 0..<600 where failure == nil {
      let stream = UInt32(2 * round + 1)
      _ = client.headers(stream, HTTP2Client.get, end: false)
      failure = client.windowUpdate(stream, 0).first { $0.hasPrefix("failed") }
    }
    #expect(failure == "failed 11 resetFlood")
  }

  static let floods: [(frame: ByteBuffer, expected: String)] = [
    (HTTP2Client.frame(4, stream: 0), "failed 11 settingsFlood"),
    (HTTP2Client.frame(6, stream: 0, [UInt8](repeating: 0, count: 8)), "failed 11 pingFlood"),
    (HTTP2Client.frame(2, stream: 1, [0, 0, 0, 0, 0]), "failed 11 priorityFlood"),
    (HTTP2Client.frame(0, stream: 1), "failed 11 emptyFrameFlood"),
    (HTTP2Client.frame(8, stream: 1, [0, 0, 0, 1]), "failed 11 controlFlood"),
  ]

  @Test("floods of cheap frames end the connection", arguments: floods.indices)
  func flood(index: Int) {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.post, end: false)
    var failure: String?
    for _ in 0..<1_000_000 where failure == nil {
      failure = client.send(Self.floods[index].frame).first { $0.hasPrefix("failed") }
      if client.server.openStreams == 0 { _ = client.output() }
    }
    #expect(failure == Self.floods[index].expected)
  }

  @Test("a flood of CONTINUATION ends the connection")
  func continuationFlood() {
    for size in [0, 1, 16000] {
      var client = HTTP2Client()
      _ = client.send(HTTP2Client.frame(1, stream: 1, [0x82]))
      var failure: String?
      for _ in 0..<200 where failure == nil {
        failure = client.send(HTTP2Client.frame(9, stream: 1, [UInt8](repeating: 0, count: size))).first
      }
      #expect(failure == (size < 1024 ? "failed 11 emptyFrameFlood" : "failed 11 headerBlockTooLarge"))
    }
  }

  @Test("a small block that unfolds into a huge head ends the connection")
  func hpackBomb() {
    var client = HTTP2Client()
    var block: [UInt8] = [0x40, 1, 0x78, 0x7F, 0xA1, 0x1E]
    block += [UInt8](repeating: 0x61, count: 4000)
    block += [UInt8](repeating: 0xBE, count: 12000)
    #expect(
      client.send(HTTP2Client.frame(1, flags: 5, stream: 1, block)) == ["failed 11 headerBlockTooLarge"])
  }

  @Test("random and damaged frames never crash, and never exceed what was received")
  func fuzz() {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    for _ in 0..<400 {
      var client = HTTP2Client()
      var wire = ByteBuffer()
      for index in 0..<8 {
        let stream = UInt32(2 * index + 1)
        wire.writeImmutableBuffer(
          HTTP2Client.frame(1, flags: UInt8(random(64)) | 4, stream: stream, client.block(HTTP2Client.post)))
        let junk = (0..<random(40)).map { _ in UInt8(random(256)) }
        wire.writeImmutableBuffer(
          HTTP2Client.frame(UInt8(random(12)), flags: UInt8(random(256)), stream: UInt32(random(12)), junk))
      }
      for _ in 0..<random(6) {
        let at = random(wire.readableBytes)
        let byte = wire.getInteger(at: at, as: UInt8.self) ?? 0
        wire.setInteger(byte ^ UInt8(1 << random(8)), at: at)
      }
      while let part = wire.readSlice(length: min(wire.readableBytes, 1 + random(60))), part.readableBytes > 0 {
        for line in client.send(part) where line.hasPrefix("request") {
          let id = HTTP2StreamID(UInt32(line.split(separator: " ")[1]) ?? 0)
          client.server.sendHead(id, HTTPResponseHead(status: 200), end: false)
          client.server.sendBody(id, ByteBuffer(repeating: 1, count: random(3000)))
          client.server.finish(id)
        }
        _ = client.output(limit: 1000)
      }
    }
  }
}
