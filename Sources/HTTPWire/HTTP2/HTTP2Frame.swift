import NIOCore

/// RFC 9113 §6.
public enum HTTP2FrameType {
  public static let data: UInt8 = 0
  public static let headers: UInt8 = 1
  public static let priority: UInt8 = 2
  public static let rstStream: UInt8 = 3
  public static let settings: UInt8 = 4
  public static let pushPromise: UInt8 = 5
  public static let ping: UInt8 = 6
  public static let goAway: UInt8 = 7
  public static let windowUpdate: UInt8 = 8
  public static let continuation: UInt8 = 9
}

/// The nine bytes before a frame's payload (RFC 9113 §4.1).
public struct HTTP2FrameHeader: Hashable, Sendable {
  public static let size = 9

  public var length: Int
  public var type: UInt8
  public var flags: UInt8
  public var streamID: HTTP2StreamID

  public init(length: Int, type: UInt8, flags: UInt8 = 0, streamID: HTTP2StreamID = .connection) {
    self.length = length
    self.type = type
    self.flags = flags
    self.streamID = streamID
  }

  /// Reads a header without consuming it; `nil` where it has not come whole.
  public init?(peeking buffer: ByteBuffer) {
    guard buffer.readableBytes >= Self.size else { return nil }
    let header = buffer.withUnsafeReadableBytes { bytes in
      HTTP2FrameHeader(
        length: Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2]), type: bytes[3], flags: bytes[4],
        streamID: HTTP2StreamID(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 5, as: UInt32.self))))
    }
    self = header
  }

  /// ACK of SETTINGS and PING, END_STREAM of DATA and HEADERS.
  public static let ack: UInt8 = 1
  public static let endStream: UInt8 = 1
  public static let endHeaders: UInt8 = 4
  public static let padded: UInt8 = 8
  public static let priority: UInt8 = 32

  public func has(_ flag: UInt8) -> Bool { flags & flag != 0 }
}

extension ByteBuffer {
  public mutating func writeHTTP2(_ header: HTTP2FrameHeader) {
    writeWithUnsafeMutableBytes(minimumWritableBytes: HTTP2FrameHeader.size) { space in
      space[0] = UInt8(truncatingIfNeeded: header.length >> 16)
      space[1] = UInt8(truncatingIfNeeded: header.length >> 8)
      space[2] = UInt8(truncatingIfNeeded: header.length)
      space[3] = header.type
      space[4] = header.flags
      space.storeBytes(of: header.streamID.rawValue.bigEndian, toByteOffset: 5, as: UInt32.self)
      return HTTP2FrameHeader.size
    }
  }

  public mutating func writeHTTP2Reset(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
    writeHTTP2(HTTP2FrameHeader(length: 4, type: HTTP2FrameType.rstStream, streamID: stream))
    writeInteger(code.rawValue)
  }

  /// - Parameter increment: from 1 to 2^31-1.
  public mutating func writeHTTP2WindowUpdate(_ stream: HTTP2StreamID, increment: Int) {
    writeHTTP2(HTTP2FrameHeader(length: 4, type: HTTP2FrameType.windowUpdate, streamID: stream))
    writeInteger(UInt32(increment))
  }

  public mutating func writeHTTP2GoAway(last: HTTP2StreamID, _ code: HTTP2ErrorCode) {
    writeHTTP2(HTTP2FrameHeader(length: 8, type: HTTP2FrameType.goAway))
    writeInteger(last.rawValue)
    writeInteger(code.rawValue)
  }

  public mutating func writeHTTP2Ping(_ payload: UInt64, isAck: Bool) {
    let flags = isAck ? HTTP2FrameHeader.ack : 0
    writeHTTP2(HTTP2FrameHeader(length: 8, type: HTTP2FrameType.ping, flags: flags))
    writeInteger(payload)
  }

  public mutating func writeHTTP2Settings(_ settings: [(id: UInt16, value: UInt32)]) {
    writeHTTP2(HTTP2FrameHeader(length: 6 * settings.count, type: HTTP2FrameType.settings))
    for setting in settings {
      writeInteger(setting.id)
      writeInteger(setting.value)
    }
  }

  public mutating func writeHTTP2SettingsAck() {
    writeHTTP2(HTTP2FrameHeader(length: 0, type: HTTP2FrameType.settings, flags: HTTP2FrameHeader.ack))
  }

  /// Writes a header block as HEADERS and as many CONTINUATION as the peer's frame size asks for.
  public mutating func writeHTTP2Headers(
    _ block: [UInt8], stream: HTTP2StreamID, endStream: Bool, maximumFrame: Int
  ) {
    var start = 0
    repeat {
      let length = min(block.count - start, maximumFrame)
      let isFirst = start == 0
      let isLast = start + length == block.count
      let flags =
        (isFirst && endStream ? HTTP2FrameHeader.endStream : 0) | (isLast ? HTTP2FrameHeader.endHeaders : 0)
      let type = isFirst ? HTTP2FrameType.headers : HTTP2FrameType.continuation
      writeHTTP2(HTTP2FrameHeader(length: length, type: type, flags: flags, streamID: stream))
      writeBytes(block[start..<start + length])
      start += length
    } while start < block.count
  }
}

/// RFC 9113 §6.5.2.
public enum HTTP2SettingID {
  public static let headerTableSize: UInt16 = 1
  public static let enablePush: UInt16 = 2
  public static let maxConcurrentStreams: UInt16 = 3
  public static let initialWindowSize: UInt16 = 4
  public static let maxFrameSize: UInt16 = 5
  public static let maxHeaderListSize: UInt16 = 6
}
