import NIOCore

@testable import HTTPWire

/// A client of the tests: writes frames as it is told, and reads the server's as lines.
struct HTTP2Client: ~Copyable {
  var server: HTTP2ServerConnection
  private var encoder = HPACKEncoder(maximumTableSize: 0)
  private var decoder = HPACKDecoder()
  var now = Duration.zero
  private var heads: [UInt8] = []

  init(limits: HTTP2Limits = HTTP2Limits(), greets: Bool = true) {
    server = HTTP2ServerConnection(limits: limits)
    guard greets else { return }
    var hello = ByteBuffer(string: "\(HTTP2ServerConnection.preface)")
    hello.writeHTTP2Settings([])
    hello.writeHTTP2SettingsAck()
    _ = send(hello)
    _ = output()
  }

  /// Sends bytes; what the server says of them, as lines.
  mutating func send(_ bytes: ByteBuffer) -> [String] {
    server.receive(bytes, at: now)
    return events()
  }

  mutating func events() -> [String] {
    var lines: [String] = []
    while true {
      switch server.next() {
      case .needsMore: return lines
      case .request(let id, let head, let end):
        let line = String(decoding: head.requestLine, as: UTF8.self)
        lines.append("request \(id.rawValue) \(line)\(end ? " end" : "")")
      case .malformedRequest(let id, _, let status): lines.append("malformed \(id.rawValue) \(status)")
      case .body(let id, let part): lines.append("body \(id.rawValue) \(part.readableBytes)")
      case .bodyEnd(let id, let trailers): lines.append("bodyEnd \(id.rawValue) \(trailers?.count ?? 0)")
      case .malformedBody(let id): lines.append("malformedBody \(id.rawValue)")
      case .streamReset(let id, let code): lines.append("reset \(id.rawValue) \(code.rawValue)")
      case .writable(let id): lines.append("writable \(id.rawValue)")
      case .responseSent(let id): lines.append("sent \(id.rawValue)")
      case .peerGoingAway: lines.append("peerGoingAway")
      case .failed(let error): lines.append("failed \(error.code.rawValue) \(error.rule)")
      }
    }
  }

  static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8] = []) -> ByteBuffer {
    var buffer = ByteBuffer()
    let header = HTTP2FrameHeader(length: payload.count, type: type, flags: flags, streamID: HTTP2StreamID(stream))
    buffer.writeHTTP2(header)
    buffer.writeBytes(payload)
    return buffer
  }

  static let get = [
    (":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a"),
  ]
  static let post = [
    (":method", "POST"), (":scheme", "https"), (":path", "/"), (":authority", "a"),
  ]

  mutating func block(_ fields: [(String, String)]) -> [UInt8] {
    var block: [UInt8] = []
    encoder.beginBlock(into: &block)
    for (name, value) in fields {
      // A hand-made literal: the encoder would put names into lower case.
      block.append(0)
      HPACKInteger.write(name.utf8.count, prefix: 7, pattern: 0, into: &block)
      block.append(contentsOf: name.utf8)
      HPACKInteger.write(value.utf8.count, prefix: 7, pattern: 0, into: &block)
      block.append(contentsOf: value.utf8)
    }
    return block
  }

  mutating func headers(_ stream: UInt32, _ fields: [(String, String)], end: Bool) -> [String] {
    let flags = HTTP2FrameHeader.endHeaders | (end ? HTTP2FrameHeader.endStream : 0)
    return send(Self.frame(HTTP2FrameType.headers, flags: flags, stream: stream, block(fields)))
  }

  mutating func data(_ stream: UInt32, _ count: Int, end: Bool = false) -> [String] {
    let flags = end ? HTTP2FrameHeader.endStream : 0
    return send(
      Self.frame(HTTP2FrameType.data, flags: flags, stream: stream, [UInt8](repeating: 0x61, count: count)))
  }

  mutating func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> [String] {
    send(Self.frame(HTTP2FrameType.windowUpdate, stream: stream, Self.word(increment)))
  }

  static func word(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }

  /// What the server has to send, as lines.
  mutating func output(limit: Int = 1 << 20) -> [String] {
    guard var bytes = server.takeOutput(limit: limit) else { return [] }
    var lines: [String] = []
    while let header = HTTP2FrameHeader(peeking: bytes) {
      bytes.moveReaderIndex(forwardBy: HTTP2FrameHeader.size)
      let payload = bytes.readSlice(length: header.length) ?? ByteBuffer()
      lines.append(describe(header, payload))
    }
    return lines
  }

  private mutating func describe(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) -> String {
    let id = header.streamID.rawValue
    let end = header.has(HTTP2FrameHeader.endStream) ? " end" : ""
    let number = { (offset: Int) in payload.getInteger(at: payload.readerIndex + offset, as: UInt32.self) ?? 0 }
    switch header.type {
    case HTTP2FrameType.data: return "DATA \(id) \(header.length)\(end)"
    case HTTP2FrameType.headers: return "HEADERS \(id) \(fields(payload))\(end)"
    case HTTP2FrameType.rstStream: return "RST \(id) \(number(0))"
    case HTTP2FrameType.settings: return header.has(HTTP2FrameHeader.ack) ? "SETTINGS ack" : "SETTINGS"
    case HTTP2FrameType.ping: return header.has(HTTP2FrameHeader.ack) ? "PING ack" : "PING"
    case HTTP2FrameType.goAway: return "GOAWAY \(number(0)) \(number(4))"
    case HTTP2FrameType.windowUpdate: return "WINDOW \(id) \(number(0))"
    default: return "frame \(header.type)"
    }
  }

  private mutating func fields(_ payload: ByteBuffer) -> String {
    var lines: [String] = []
    payload.withUnsafeReadableBytes { bytes in
      var position = 0
      var text: [UInt8] = []
      while let nameLength = try? decoder.next(bytes, at: &position, into: &text) {
        let name = String(decoding: text[..<nameLength], as: UTF8.self)
        lines.append(name + "=" + String(decoding: text[nameLength...], as: UTF8.self))
      }
    }
    return lines.joined(separator: " ")
  }
}
