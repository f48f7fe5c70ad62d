import NIOCore
import Testing

@testable import HTTPWire

/// How much an HTTP/2 connection holds, of requests and of responses.
@Suite("memory of an HTTP/2 connection")
struct HTTP2RoomTests {
  private let ok = HTTPResponseHead(status: 200, version: .http2)

  private func id(_ stream: UInt32) -> HTTP2StreamID { HTTP2StreamID(stream) }

  /// A client whose windows let anything through.
  private func generous(streams: Int) -> HTTP2Client {
    var client = HTTP2Client()
    var settings = ByteBuffer()
    settings.writeHTTP2Settings([(HTTP2SettingID.initialWindowSize, 0x7FFF_FFFF)])
    _ = client.send(settings)
    _ = client.windowUpdate(0, 0x7FFF_0000)
    for stream in 0..<streams { _ = client.headers(UInt32(2 * stream + 1), HTTP2Client.get, end: true) }
    return client
  }

  @Test("bodies that nobody consumes take the connection's window, whatever their streams'")
  func connectionWindow() {
    var client = HTTP2Client()
    for stream in 0..<17 { _ = client.headers(UInt32(2 * stream + 1), HTTP2Client.post, end: false) }
    for stream in 0..<16 {
      for _ in 0..<4 { #expect(client.data(UInt32(2 * stream + 1), 16_384).count == 1) }
    }
    #expect(client.output() == [])
    #expect(client.data(33, 1) == ["failed 3 windowExceeded"])
  }

  @Test("what is consumed is given back though others hold most of the window")
  func windowBesideHolders() {
    var client = HTTP2Client()
    for stream in 0..<16 { _ = client.headers(UInt32(2 * stream + 1), HTTP2Client.post, end: false) }
    for stream in 0..<15 {
      for _ in 0..<4 { _ = client.data(UInt32(2 * stream + 1), 16_384) }
    }
    // The last stream's body is consumed as it comes, far beyond what is left of the connection's window.
    var given = 0
    for _ in 0..<64 {
      #expect(client.data(31, 8192) == ["body 31 8192"])
      client.server.acknowledge(id(31), bytes: 8192)
      given += client.output().filter { $0.hasPrefix("WINDOW 0 ") }.count
    }
    #expect(given > 0)
  }

  @Test("no stream has room while its window is 0, or the connection's")
  func noWindow() {
    var client = HTTP2Client()
    var settings = ByteBuffer()
    settings.writeHTTP2Settings([(HTTP2SettingID.initialWindowSize, 0)])
    _ = client.send(settings)
    for stream in 0..<128 {
      let id = id(UInt32(2 * stream + 1))
      _ = client.headers(id.rawValue, HTTP2Client.get, end: true)
      client.server.sendHead(id, ok, end: false)
      let hasRoom = client.server.hasRoom(for: id)
      #expect(!hasRoom)
    }
    #expect(client.windowUpdate(3, 100) == ["writable 3"])
    let room = client.server.room(for: id(3))
    #expect(room == 100)
    let hasRoom = client.server.hasRoom(for: id(5))
    #expect(!hasRoom)
  }

  @Test("streams share what is left of the connection's window")
  func sharedWindow() {
    var client = HTTP2Client()
    for stream: UInt32 in [1, 3] {
      _ = client.headers(stream, HTTP2Client.get, end: true)
      client.server.sendHead(id(stream), ok, end: false)
    }
    client.server.sendBody(id(1), ByteBuffer(repeating: 0, count: 65_000))
    let left = client.server.room(for: id(3))
    #expect(left == 535)
    client.server.sendBody(id(3), ByteBuffer(repeating: 0, count: 535))
    let hasRoom = client.server.hasRoom(for: id(3))
    #expect(!hasRoom)
    _ = client.output()
    #expect(client.windowUpdate(0, 1000) == ["writable 3"])
  }

  @Test("a hundred streams with boundless windows hold little more than the connection's share")
  func manyStreams() {
    var client = generous(streams: 100)
    var total = 0
    for stream in 0..<100 {
      let id = id(UInt32(2 * stream + 1))
      client.server.sendHead(id, ok, end: false)
      while client.server.hasRoom(for: id) {
        let room = client.server.room(for: id)
        client.server.sendBody(id, ByteBuffer(repeating: 0, count: room))
        total += room
      }
    }
    #expect(client.server.queuedBytes == total)
    #expect(total <= (1 << 20) + 100 * 8192)
    #expect(total >= 1 << 20)
    // Everybody goes on once there is room again, and nobody twice.
    var told: [String] = []
    while !client.output(limit: 1 << 16).isEmpty { told += client.events().filter { $0.hasPrefix("writable") } }
    #expect(client.server.queuedBytes == 0)
    #expect(Set(told).count == 100)
    #expect(told.count == 100)
  }

  @Test("streams that wait for their windows don't take the others' share")
  func waitingStreams() {
    var client = generous(streams: 20)
    for stream in 0..<19 {
      let id = id(UInt32(2 * stream + 1))
      client.server.sendHead(id, ok, end: false)
      client.server.sendBody(id, ByteBuffer(repeating: 0, count: 65_536))
    }
    var settings = ByteBuffer()
    settings.writeHTTP2Settings([(HTTP2SettingID.initialWindowSize, 0)])
    _ = client.send(settings)
    _ = client.output()
    #expect(client.server.queuedBytes == 19 * 65_536)
    _ = client.windowUpdate(39, 1_000_000)
    client.server.sendHead(id(39), ok, end: false)
    let room = client.server.room(for: id(39))
    #expect(room == 8192)
  }

  @Test("octets that wait in a stream are gathered")
  func octets() {
    var client = HTTP2Client()
    var settings = ByteBuffer()
    settings.writeHTTP2Settings([(HTTP2SettingID.initialWindowSize, 0)])
    _ = client.send(settings)
    _ = client.headers(1, HTTP2Client.get, end: true)
    client.server.sendHead(id(1), ok, end: false)
    for _ in 0..<20_000 {
      let large = ByteBuffer(repeating: 2, count: 4096)
      client.server.sendBody(id(1), large.getSlice(at: 9, length: 1) ?? ByteBuffer())
    }
    #expect(client.server.streams[0].queue.count == 20_000)
    #expect(client.server.streams[0].queue.storageCapacity <= 65_536)
  }
}
