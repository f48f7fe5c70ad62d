import ConfigModel
import Cryptography
import Gateway
import HTTPWire
import NIOCore
import Transport

/// Numbers that a stranger writes, at every place that counts or calculates with them.
enum NumberFuzzing {
  static func numbers(_ bytes: [UInt8]) {
    ranges(bytes)
    dates(bytes)
    settings(bytes)
    http1(bytes)
    http2(bytes)
    proxyProtocol(bytes)
    integers(bytes)
  }

  /// Range fields, against bodies of every size.
  private static func ranges(_ bytes: [UInt8]) {
    for length in [0, 1, 1000, 999_999_999_999_999_999, .max] {
      for text in [bytes, Array("bytes=".utf8) + bytes] {
        guard case .ranges(let ranges) = RangeField.parse(text, length: length) else { continue }
        expect(!ranges.isEmpty, "there is a range")
        expect(ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= length && !$0.isEmpty }, "within the body")
        let total = ranges.reduce(0) { $0.addingSaturated($1.count) }
        expect(ranges.count == 1 || total <= length, "no more than the body")
      }
    }
  }

  private static func dates(_ bytes: [UInt8]) {
    guard let seconds = HTTPDate.seconds(bytes) else { return }
    let text = HTTPDate.text(seconds)
    expect(text.count != 29 || HTTPDate.seconds(text) == seconds, "a date is read back as written")
  }

  /// What a variable may come to in `limit_rate`, `limit_rate_after` and `expires`.
  private static func settings(_ bytes: [UInt8]) {
    if let size = ByteCount(configuration: bytes, allowsGibibytes: true) { expect(size.bytes >= 0, "a size") }
    let text = String(decoding: bytes, as: UTF8.self)
    for isModified in [true, false] { _ = try? Expires(text: text, isModified: isModified) }
  }

  /// Lengths of bodies and chunks, of requests and responses.
  private static func http1(_ bytes: [UInt8]) {
    let line = Array("\r\n\r\n".utf8)
    HTTPFuzzing.requests(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ".utf8) + bytes + line)
    HTTPFuzzing.requests(
      Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8) + bytes + line)
    respond(Array("HTTP/1.1 200 OK\r\nContent-Length: ".utf8) + bytes + line)
    respond(Array("HTTP/1.1 ".utf8) + bytes + line)
    respond(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8) + bytes + line)
  }

  private static func respond(_ bytes: [UInt8]) {
    var decoder = HTTP1ResponseDecoder()
    decoder.expectResponse(to: .get)
    decoder.receive(ByteBuffer(bytes: bytes))
    decoder.receivedEOF()
    while true {
      switch decoder.next() {
      case .needsMore, .end, .failed: return
      case .informational: continue
      case .head(_, let framing): if framing == .none || framing == .tunnel { return }
      case .body: continue
      }
    }
  }

  /// Each four bytes as the value of every setting, and as an increment of windows, in turn.
  private static func http2(_ bytes: [UInt8]) {
    var frames: [UInt8] = []
    for start in stride(from: 0, to: min(bytes.count, 64), by: 4) where start + 4 <= bytes.count {
      let word = bytes[start..<start + 4]
      for setting in 1...6 as ClosedRange<UInt8> { frames += [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, setting] + word }
      // A request that is answered by nothing keeps its window.
      frames += [0, 0, 4, 1, 5, 0, 0, 0, UInt8(truncatingIfNeeded: start / 2 + 1), 0x82, 0x87, 0x84, 0x01]
      frames += [0, 0, 4, 8, 0, 0, 0, 0, 0] + word
      frames += [0, 0, 4, 8, 0, 0, 0, 0, 1] + word
    }
    HTTPFuzzing.frames(frames)
    HTTPFuzzing.headerBlock(bytes)
  }

  private static func proxyProtocol(_ bytes: [UInt8]) {
    let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
    let inputs = [
      bytes, Array("PROXY TCP4 1.2.3.4 5.6.7.8 ".utf8) + bytes + [13, 10], signature + [0x21, 0x11] + bytes,
      signature + [0x21, 0x21] + bytes,
    ]
    for input in inputs { _ = try? ProxyProtocolParser.parse(input) }
  }

  /// INTEGER and BIT STRING with these contents, and lengths made of them.
  private static func integers(_ bytes: [UInt8]) {
    let length = UInt8(truncatingIfNeeded: min(bytes.count, 127))
    for tag in [0x02, 0x03] as [UInt8] {
      for input in [[tag, length] + bytes.prefix(127), [tag] + bytes] {
        var reader = DERReader(input)
        if let value = try? reader.readUnsigned() { expect(value >= 0, "unsigned") }
        var other = DERReader(input)
        _ = try? other.readBitString()
      }
    }
  }
}
