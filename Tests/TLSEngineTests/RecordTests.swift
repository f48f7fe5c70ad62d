import Cryptography
import NIOCore
import TLSEngine
import Testing

@Suite("Records and closing")
struct RecordTests {
  private func setup(_ version: TLSVersion = .tls1_3) throws -> Setup {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    server.maximumVersion = version
    server.clientCertificate = .requested
    return try Setup(server, TLSClientConfiguration(credentials: [try SelfSigned.credential()]))
  }

  @Test("bytes may come one by one", arguments: [TLSVersion.tls1_2, .tls1_3])
  func fragmentation(version: TLSVersion) throws {
    let wire = try setup(version).wire()
    wire.pieceSize = 1
    wire.client.connection.write(buffer("early bird"))
    wire.run()
    #expect(wire.server.facts != nil && wire.client.facts != nil)
    #expect(wire.server.plaintext == Array("early bird".utf8))
  }

  @Test("large writes cross records whole and in order", arguments: [1, 16384, 16385, 1_000_000])
  func largeWrites(size: Int) throws {
    let wire = try setup().connect()
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    wire.server.connection.write(ByteBuffer(bytes: bytes))
    wire.run()
    #expect(wire.client.plaintext == bytes)
  }

  @Test("small writes before a flush share a record")
  func coalescing() throws {
    let wire = try setup().connect()
    // Session tickets go with the first write.
    wire.server.connection.write(buffer("."))
    wire.run()
    for _ in 0..<10 { wire.server.connection.write(buffer("0123456789")) }
    let output = try #require(wire.server.connection.takeOutput())
    #expect(output.readableBytes < 100 + 40)
    #expect(wire.server.connection.takeOutput() == nil)
  }

  @Test("close_notify follows what was written and is told as a clean end", arguments: [TLSVersion.tls1_2, .tls1_3])
  func closeNotify(version: TLSVersion) throws {
    let wire = try setup(version).connect()
    wire.server.connection.write(buffer("last"))
    wire.server.connection.closeNotify()
    wire.server.connection.write(buffer("too late"))
    wire.run()
    #expect(wire.client.plaintext == Array("last".utf8))
    #expect(wire.client.closed == true)
    // Half-closed: the other direction still works (RFC 8446 §6.1).
    if version == .tls1_3 {
      wire.client.connection.write(buffer("more"))
      wire.client.connection.closeNotify()
      wire.run()
      #expect(wire.server.plaintext == Array("more".utf8))
      #expect(wire.server.closed == true)
    }
  }

  @Test("an end without close_notify is told as unclean")
  func truncation() throws {
    let wire = try setup().connect()
    wire.server.connection.receivedEOF()
    wire.server.settle()
    #expect(wire.server.closed == false)
  }

  @Test("garbage in place of a ClientHello is refused", arguments: [16, 200, 5000])
  func garbage(count: Int) throws {
    var state: UInt64 = UInt64(count)
    for _ in 0..<50 {
      let connection = try setup().wire().server
      let noise = (0..<count).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
      }
      var bytes = ByteBuffer(bytes: [0x16, 3, 1] + noise)
      connection.connection.received(&bytes)
      connection.connection.receivedEOF()
      connection.settle()
      #expect(connection.error != nil)
    }
  }

  @Test(
    "a bit flipped anywhere in the client's flights leads to an error or to nothing, never further",
    arguments: [TLSVersion.tls1_2, .tls1_3])
  func bitFlips(version: TLSVersion) throws {
    let setup = try setup(version)
    for position in stride(from: 0, to: 1400, by: 23) {
      let wire = try setup.wire()
      var seen = 0
      var isFlipped = false
      wire.tamper = { bytes in
        if position >= seen, position < seen + bytes.count {
          bytes[position - seen] ^= 0x10
          isFlipped = true
        }
        seen += bytes.count
      }
      wire.client.connection.write(buffer("secret"))
      wire.run()
      wire.server.connection.receivedEOF()
      wire.server.settle()
      guard isFlipped else { break }
      #expect(wire.server.plaintext.isEmpty || wire.server.plaintext == Array("secret".utf8))
      #expect(wire.server.error != nil || wire.server.closed == false || wire.client.error != nil)
    }
  }

  @Test("a connection that is cut at any byte ends without a crash")
  func cuts() throws {
    let setup = try setup()
    for length in stride(from: 1, to: 1600, by: 37) {
      let wire = try setup.wire()
      var left = length
      wire.tamper = { bytes in
        bytes = Array(bytes.prefix(left))
        left -= bytes.count
      }
      wire.run()
      wire.server.connection.receivedEOF()
      wire.server.settle()
      #expect(wire.server.error != nil || wire.server.closed == false)
    }
  }

  @Test("application data altered under way is bad_record_mac")
  func badMAC() throws {
    let wire = try setup().connect()
    wire.tamper = { $0[$0.count - 1] ^= 1 }
    wire.client.connection.write(buffer("secret"))
    wire.run()
    #expect(wire.server.error?.sentAlert == .badRecordMAC)
    #expect(wire.client.error == .alertReceived(.badRecordMAC))
    #expect(wire.server.plaintext.isEmpty)
  }
}
