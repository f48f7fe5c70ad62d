/// HTTP/2 as bytes, for clients that no library would be.
enum HTTP2Frames {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  static func frame(_ type: UInt8, flags: UInt8 = 0, stream: Int, _ payload: [UInt8] = []) -> [UInt8] {
    let length = payload.count
    return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags] + word(stream) + payload
  }

  static func word(_ value: Int) -> [UInt8] {
    [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }

  /// SETTINGS with SETTINGS_INITIAL_WINDOW_SIZE, and the acknowledgement of the server's.
  static func settings(window: Int) -> [UInt8] {
    frame(4, stream: 0, [0, 4] + word(window)) + frame(4, flags: 1, stream: 0)
  }

  static func windowUpdate(_ stream: Int, _ increment: Int) -> [UInt8] { frame(8, stream: stream, word(increment)) }

  /// A request's HEADERS: static table entries and two literals (RFC 7541 appendix A).
  static func request(_ stream: Int, _ path: String, isPost: Bool = false) -> [UInt8] {
    let block: [UInt8] =
      [isPost ? 0x83 : 0x82, 0x87, 0x04, UInt8(path.utf8.count)] + Array(path.utf8) + [0x41, 9]
      + Array("localhost".utf8)
    return frame(1, flags: isPost ? 4 : 5, stream: stream, block)
  }

  static func data(_ stream: Int, _ count: Int) -> [UInt8] {
    frame(0, stream: stream, [UInt8](repeating: 0x61, count: count))
  }
}
