import NIOCore
import Testing

@testable import HTTPWire

/// What bytes hold besides themselves: a slice keeps alive all of the storage that it was cut from.
@Suite("memory held by bytes")
struct BufferTests {
  @Test("a buffer that never empties holds what is unread, whatever was handed out")
  func receiveBuffer() {
    var buffer = ReceiveBuffer()
    var held: [ByteBuffer] = []
    buffer.append(ByteBuffer(repeating: 1, count: 4))
    for _ in 0..<10_000 {
      buffer.append(ByteBuffer(repeating: 1, count: 4))
      held.append(buffer.take(4))
      buffer.append(ByteBuffer(repeating: 1, count: 4))
      buffer.skip(4)
    }
    #expect(buffer.readableBytes == 4)
    #expect(buffer.storageCapacity <= 64)
    #expect(held.allSatisfy { $0.storageCapacity <= 64 })
  }

  @Test("what is appended to storage that nobody else holds is not copied each time")
  func growth() {
    var buffer = ReceiveBuffer()
    var moves = 0
    var last: UnsafeRawPointer?
    for _ in 0..<32_768 {
      buffer.append(ByteBuffer(repeating: 7, count: 1))
      let start = buffer.withUnsafeReadableBytes { $0.baseAddress }
      if start != last { moves += 1 }
      last = start
    }
    #expect(buffer.readableBytes == 32_768)
    #expect(moves <= 20)
    #expect(buffer.storageCapacity <= 65_536)
  }

  @Test("octets cut from large storage are gathered in storage of their own")
  func keptOctets() {
    var kept = KeptBytes()
    for _ in 0..<40_000 {
      let large = ByteBuffer(repeating: 2, count: 4096)
      kept.append(large.getSlice(at: 17, length: 1) ?? ByteBuffer())
    }
    #expect(kept.count == 40_000)
    #expect(kept.storageCapacity <= 65_536)
    #expect(kept.joined.readableBytes == 40_000)
  }

  @Test("what is consumed little by little while more comes holds no more than one piece")
  func keptAndConsumed() {
    var kept = KeptBytes()
    kept.append(ByteBuffer(repeating: 1, count: 10))
    for _ in 0..<100_000 {
      kept.append(ByteBuffer(repeating: 1, count: 1))
      var out = ByteBuffer()
      kept.move(1, to: &out)
      #expect(out.readableBytes == 1)
    }
    #expect(kept.count == 10)
    #expect(kept.storageCapacity <= 2 * KeptBytes.pieceSize)
  }

  @Test(
    "a piece is kept as it came only where it fills a quarter of its storage",
    arguments: [(64, 4096), (1024, 4096), (9000, 65_536), (20_000, 65_536)])
  func keptAsItCame(length: Int, storage: Int) {
    let large = ByteBuffer(repeating: 3, count: storage)
    var kept = KeptBytes()
    kept.append(large.getSlice(at: 0, length: length) ?? ByteBuffer())
    #expect(kept.count == length)
    #expect(kept.storageCapacity <= 4 * length)
  }

  @Test("pieces come out as they went in, by parts, joined and one by one")
  func order() {
    var kept = KeptBytes()
    let words = (0..<3000).map { "\($0)," }
    for word in words { kept.append(ByteBuffer(string: word)) }
    let whole = words.joined()
    #expect(String(buffer: kept.joined) == whole)
    var read = ""
    while let part = kept.part(from: read.utf8.count) { read += String(buffer: part) }
    #expect(read == whole)
    var out = ""
    while let piece = kept.popFirst() { out += String(buffer: piece) }
    #expect(out == whole)
    #expect(kept.isEmpty)
    #expect(kept.storageCapacity == 0)
  }
}

@Suite("memory held by decoders")
struct DecoderMemoryTests {
  /// Sends `unit` again and again, each time cut so that the buffer never empties; the storage of all bodies held.
  private func held(first: String, unit: String, count: Int) -> Int {
    var decoder = HTTP1RequestDecoder()
    var parts: [ByteBuffer] = []
    var bytes = Array(first.utf8)
    for _ in 0..<count { bytes += unit.utf8 }
    var start = 0
    var end = first.utf8.count + 2
    while start < bytes.count {
      decoder.receive(ByteBuffer(bytes: bytes[start..<min(end, bytes.count)]))
      (start, end) = (end, end + unit.utf8.count)
      reading: while true {
        switch decoder.next() {
        case .body(let part): parts.append(part)
        case .needsMore: break reading
        case .head: continue
        case .end, .failed: Issue.record("the body neither ends nor fails")
        }
      }
    }
    return parts.reduce(0) { $0 + $1.storageCapacity }
  }

  @Test("chunks of one octet, cut so that the buffer never empties, pin no copies")
  func chunks() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(held(first: head, unit: "1\r\nx\r\n", count: 7000) <= 7000 * 64)
  }

  @Test("DATA of one octet, cut so that the buffer never empties, pins no copies")
  func data() {
    var client = HTTP2Client()
    _ = client.headers(1, HTTP2Client.post, end: false)
    let frame = Array(HTTP2Client.frame(HTTP2FrameType.data, stream: 1, [0x61]).readableBytesView)
    var held = 0
    client.server.receive(ByteBuffer(bytes: frame[..<5]), at: .zero)
    for _ in 0..<4000 {
      client.server.receive(ByteBuffer(bytes: frame[5...] + frame[..<5]), at: .zero)
      while case .body(_, let part) = client.server.next() { held += part.storageCapacity }
    }
    #expect(held > 0)
    #expect(held <= 4000 * 64)
    #expect(client.server.input.storageCapacity <= 64)
  }

  @Test("frames cut in the middle, for ever, hold one frame")
  func cutFrames() {
    var client = HTTP2Client()
    let frame = HTTP2Client.frame(HTTP2FrameType.data, stream: 1, [UInt8](repeating: 0, count: 16_384))
    let bytes = Array(frame.readableBytesView)
    _ = client.headers(1, HTTP2Client.post, end: false)
    _ = client.send(ByteBuffer(bytes: bytes[..<9000]))
    for _ in 0..<60 {
      client.server.receive(ByteBuffer(bytes: bytes[9000...] + bytes[..<9000]), at: .zero)
      while case .body(let id, let part) = client.server.next() {
        client.server.acknowledge(id, bytes: part.readableBytes)
      }
    }
    #expect(client.server.input.readableBytes == 9000)
    #expect(client.server.input.storageCapacity <= 32_768)
  }

  @Test("extensions of chunks may take as much as a head, and more only as the body grows")
  func extensions() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let small = String(repeating: "1;a=\(String(repeating: "b", count: 90))\r\nx\r\n", count: 300)
    #expect(RequestTranscript.events(head + small + "0\r\n\r\n").contains("end"))
    let flood = String(repeating: "1;a=\(String(repeating: "b", count: 90))\r\nx\r\n", count: 500)
    #expect(RequestTranscript.events(head + flood).last == "failed excessiveFraming")
    let fair = String(repeating: "400;a=\(String(repeating: "b", count: 3000))\r\n", count: 1)
    let body = fair + String(repeating: "x", count: 1024) + "\r\n"
    #expect(RequestTranscript.events(head + String(repeating: body, count: 200) + "0\r\n\r\n").last == "end")
  }

  @Test("chunks of one octet without extensions are no offence, however many")
  func octets() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let body = String(repeating: "1\r\nx\r\n", count: 50_000)
    #expect(RequestTranscript.events(head + body + "0\r\n\r\n").suffix(2) == ["body 50000", "end"])
  }

  @Test("1xx heads of an upstream are limited, in number and in bytes")
  func interimHeads() {
    func outcome(_ head: String, count: Int) -> (interim: Int, failure: HTTP1ResponseError?) {
      var decoder = HTTP1ResponseDecoder(maximumHead: 8192)
      decoder.expectResponse(to: .get)
      var interim = 0
      for _ in 0..<count {
        decoder.receive(ByteBuffer(string: head))
        switch decoder.next() {
        case .informational: interim += 1
        case .failed(let error): return (interim, error)
        case .needsMore, .head, .body, .end: return (interim, nil)
        }
      }
      return (interim, nil)
    }
    let short = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    #expect(outcome(short, count: 32) == (32, nil))
    #expect(outcome(short, count: 1000) == (32, .tooManyInterimHeads))
    let long = "HTTP/1.1 103 Early Hints\r\nLink: \(String(repeating: "a", count: 8000))\r\n\r\n"
    #expect(outcome(long, count: 4) == (4, nil))
    #expect(outcome(long, count: 1000) == (4, .tooManyInterimHeads))
  }

  @Test("an upstream's octets, cut so that the buffer never empties, pin no copies")
  func response() {
    var decoder = HTTP1ResponseDecoder()
    decoder.expectResponse(to: .get)
    decoder.receive(ByteBuffer(string: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r"))
    _ = decoder.next()
    var held = 0
    for _ in 0..<7000 {
      decoder.receive(ByteBuffer(string: "\nx\r\n1\r"))
      while case .body(let part) = decoder.next() { held += part.storageCapacity }
    }
    #expect(held > 0)
    #expect(held <= 7000 * 64)
  }

  @Test("a part of a response is small enough to stop behind it")
  func parts() {
    var decoder = HTTP1ResponseDecoder()
    decoder.expectResponse(to: .get)
    decoder.receive(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"))
    _ = decoder.next()
    decoder.receive(ByteBuffer(repeating: 0, count: 100_000))
    var sizes: [Int] = []
    while case .body(let part) = decoder.next() { sizes.append(part.readableBytes) }
    #expect(sizes == [32_768, 32_768, 32_768, 1696])
  }
}
