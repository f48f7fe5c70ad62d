import Foundation
import HTTPWire
import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

/// Files on their way to clients: how much is sent at once, and what is open meanwhile.
@Suite("what responses from files hold")
struct ResponseMemoryTests {
  private func wire(_ settings: String = "") throws -> Wire { try Wire(settings) { _, _, _, _ in StaticContent() } }

  /// Makes a file of zeros that takes no room on the disk.
  private func put(_ name: String, _ size: Int, in wire: Wire) throws {
    try FileManager.default.createDirectory(
      atPath: wire.site.folder + "/test", withIntermediateDirectories: true)
    let path = wire.site.folder + "/test/" + name
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: UInt64(size))
    try file.close()
  }

  @Test("a turn of the event loop sends a bounded part of a file; the rest follows in other turns")
  func turns() throws {
    let wire = try wire()
    try put("big", 4 << 20, in: wire)
    let limit = (256 << 10) + (64 << 10) + 1024
    var sent = try wire.exchange(ByteBuffer(string: "GET /test/big HTTP/1.1\r\nHost: a\r\n\r\n")).readableBytes
    #expect(sent > 0)
    #expect(sent <= limit)
    var turns = 1
    while sent < 4 << 20, turns < 1000 {
      wire.channel.embeddedEventLoop.advanceTime(by: .microseconds(100))
      let more = try wire.output().readableBytes
      #expect(more <= limit)
      sent += more
      turns += 1
    }
    #expect(turns >= 12)
    #expect(sent > 4 << 20)
    #expect(wire.handler.connection.openFiles == 0)
    // The connection goes on, in its next turn.
    wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    try put("small", 5, in: wire)
    #expect(try wire.send("GET /test/small HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 200 OK"))
  }

  // MARK: - HTTP/2

  /// Frames by type and stream, with the length of the payload.
  private struct Frame: Equatable {
    var type: UInt8
    var stream: UInt32
    var length: Int
    var ends: Bool
  }

  private func frames(_ bytes: ByteBuffer) -> [Frame] {
    var rest = bytes
    var frames: [Frame] = []
    while let header = HTTP2FrameHeader(peeking: rest) {
      rest.moveReaderIndex(forwardBy: min(rest.readableBytes, HTTP2FrameHeader.size + header.length))
      frames.append(
        Frame(
          type: header.type, stream: header.streamID.rawValue, length: header.length,
          ends: header.has(HTTP2FrameHeader.endStream)))
    }
    return frames
  }

  private func http2(window: UInt32, connection: Int = 0) throws -> Wire {
    let wire = try wire("http2 on;")
    var hello = ByteBuffer(string: "\(HTTP2ServerConnection.preface)")
    hello.writeHTTP2Settings([(HTTP2SettingID.initialWindowSize, window)])
    hello.writeHTTP2SettingsAck()
    if connection > 0 { hello.writeHTTP2WindowUpdate(.connection, increment: connection) }
    _ = try wire.exchange(hello)
    return wire
  }

  private func get(_ path: String, _ stream: UInt32, on wire: Wire) throws -> [Frame] {
    var encoder = HPACKEncoder(maximumTableSize: 0)
    var block: [UInt8] = []
    encoder.beginBlock(into: &block)
    for (name, value) in [(":method", "GET"), (":scheme", "https"), (":path", path), (":authority", "a")] {
      name.withFieldBytes { name in
        value.withFieldBytes { encoder.encode(name: name, value: $0, indexing: .none, into: &block) }
      }
    }
    var bytes = ByteBuffer()
    bytes.writeHTTP2Headers(block, stream: HTTP2StreamID(stream), endStream: true, maximumFrame: 16384)
    return frames(try wire.exchange(bytes))
  }

  private func open(_ window: Int, _ stream: UInt32, on wire: Wire) throws -> [Frame] {
    var bytes = ByteBuffer()
    bytes.writeHTTP2WindowUpdate(HTTP2StreamID(stream), increment: window)
    return frames(try wire.exchange(bytes))
  }

  @Test("a file is open only where there is room to send it")
  func noWindow() throws {
    let wire = try http2(window: 0)
    try put("file", 50, in: wire)
    for stream in 0..<128 {
      let answer = try get("/test/file", UInt32(2 * stream + 1), on: wire)
      #expect(answer.map(\.type) == [HTTP2FrameType.headers])
    }
    #expect(wire.handler.connection.openFiles == 0)
    #expect(
      try open(20, 5, on: wire) == [Frame(type: HTTP2FrameType.data, stream: 5, length: 20, ends: false)])
    #expect(wire.handler.connection.openFiles == 1)
    #expect(try open(100, 5, on: wire) == [Frame(type: HTTP2FrameType.data, stream: 5, length: 30, ends: true)])
    #expect(wire.handler.connection.openFiles == 0)
  }

  @Test("a client that takes none of a response is let go after send_timeout, though nothing of it was sent")
  func sendTimeout() throws {
    let wire = try http2(window: 0)
    try put("file", 50, in: wire)
    _ = try get("/test/file", 1, on: wire)
    wire.pass(61)
    #expect(frames(try wire.output()).contains { $0.type == HTTP2FrameType.rstStream && $0.stream == 1 })
  }

  @Test("an empty file needs no room")
  func emptyFile() throws {
    let wire = try http2(window: 0)
    try put("empty", 0, in: wire)
    let answer = try get("/test/empty", 1, on: wire)
    #expect(answer.last?.ends == true)
  }

  @Test("of files that wait in the middle a few stay open, and all of them go on")
  func manyWaiting() throws {
    let wire = try http2(window: 100_000, connection: 1 << 30)
    try put("big", 300_000, in: wire)
    var received: [UInt32: Int] = [:]
    func note(_ frames: [Frame]) {
      for frame in frames where frame.type == HTTP2FrameType.data { received[frame.stream, default: 0] += frame.length }
    }
    let streams = (0..<20).map { UInt32(2 * $0 + 1) }
    for stream in streams {
      note(try get("/test/big", stream, on: wire))
      wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
      note(frames(try wire.output()))
    }
    #expect(streams.allSatisfy { received[$0] == 100_000 })
    #expect(wire.handler.connection.openFiles <= 8)
    for stream in streams {
      note(try open(200_000, stream, on: wire))
      for _ in 0..<10 {
        wire.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        note(frames(try wire.output()))
      }
    }
    #expect(streams.allSatisfy { received[$0] == 300_000 })
    #expect(wire.handler.connection.openFiles == 0)
  }

  @Test("a file that changed while it waited is not sent on: the stream is reset", arguments: [49, 50])
  func changedFile(size: Int) throws {
    let wire = try http2(window: 0)
    try put("file", 50, in: wire)
    _ = try get("/test/file", 1, on: wire)
    try FileManager.default.removeItem(atPath: wire.site.folder + "/test/file")
    try put("other", 1, in: wire)
    try put("file", size, in: wire)
    let answer = try open(100, 1, on: wire)
    #expect(answer.map(\.type) == [HTTP2FrameType.rstStream])
    #expect(wire.site.text(of: "error.log").contains("was changed while it was sent"))
    #expect(try get("/test/file", 3, on: wire).first?.type == HTTP2FrameType.headers)
  }
}
