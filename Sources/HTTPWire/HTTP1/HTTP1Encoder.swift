import NIOCore

/// Writes HTTP/1.1 heads and chunks (RFC 9112) without formatting or allocating but for the buffer's growth.
public enum HTTP1Encoder {
  /// Writes a response's status line, fields and empty line.
  ///
  /// - Parameter lines: whole lines to follow the fields, CRLF included: `Connection: close` and its like.
  public static func write(
    _ head: HTTPResponseHead, lines: StaticString = "", into buffer: inout ByteBuffer
  ) {
    let lineBytes = lines.fieldBytes
    let capacity = 48 + (head.reason?.count ?? 0) + head.fields.encodedLength + lineBytes.count
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { space in
      var cursor = HeadCursor(space)
      cursor.writeStatusLine(head)
      cursor.write(head.fields)
      cursor.write(lineBytes)
      cursor.writeLineEnd()
      return cursor.written
    }
  }

  /// Writes a request's line, fields and empty line; the target goes out as it is.
  public static func write(_ head: HTTPRequestHead, into buffer: inout ByteBuffer) {
    head.method.withName { method in
      let capacity = method.count + head.target.count + 14 + head.fields.encodedLength
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { space in
        var cursor = HeadCursor(space)
        cursor.write(method)
        cursor.write(0x20)
        head.target.withUnsafeBytes { cursor.write($0) }
        cursor.write(0x20)
        cursor.write(head.version.name.fieldBytes)
        cursor.writeLineEnd()
        cursor.write(head.fields)
        cursor.writeLineEnd()
        return cursor.written
      }
    }
  }

  /// Writes the line before a chunk of `length` bytes; `chunkEnd` goes after it (RFC 9112 §7.1).
  ///
  /// - Parameter length: more than 0, for 0 would be the last chunk.
  public static func writeChunkHead(length: Int, into buffer: inout ByteBuffer) {
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 18) { space in
      var cursor = HeadCursor(space)
      let digits = max(1, (UInt.bitWidth - UInt(length).leadingZeroBitCount + 3) / 4)
      for digit in (0..<digits).reversed() {
        let value = UInt8(truncatingIfNeeded: (UInt(length) >> UInt(4 * digit)) & 15)
        cursor.write(value < 10 ? 48 + value : 87 + value)
      }
      cursor.writeLineEnd()
      return cursor.written
    }
  }

  /// What follows a chunk's bytes.
  public static let chunkEnd: StaticString = "\r\n"

  /// Writes a whole chunk; an empty body writes nothing.
  public static func writeChunk(_ body: ByteBuffer, into buffer: inout ByteBuffer) {
    guard body.readableBytes > 0 else { return }
    writeChunkHead(length: body.readableBytes, into: &buffer)
    buffer.writeImmutableBuffer(body)
    buffer.writeStaticString(chunkEnd)
  }

  /// Writes the last chunk and the trailers, if any (RFC 9112 §7.1.2).
  public static func writeLastChunk(trailers: HTTPFields? = nil, into buffer: inout ByteBuffer) {
    let capacity = 5 + (trailers?.encodedLength ?? 0)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { space in
      var cursor = HeadCursor(space)
      cursor.write(0x30)
      cursor.writeLineEnd()
      if let trailers { cursor.write(trailers) }
      cursor.writeLineEnd()
      return cursor.written
    }
  }
}

/// Writes a head into space that is known to be large enough.
private struct HeadCursor {
  private let space: UnsafeMutableRawBufferPointer
  private(set) var written = 0

  init(_ space: UnsafeMutableRawBufferPointer) { self.space = space }

  mutating func write(_ byte: UInt8) {
    space[written] = byte
    written += 1
  }

  mutating func writeLineEnd() {
    write(0x0D)
    write(0x0A)
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    precondition(bytes.count <= space.count - written)
    (space.baseAddress! + written).copyMemory(from: source, byteCount: bytes.count)
    written += bytes.count
  }

  mutating func write(_ fields: HTTPFields) {
    fields.forEach { name, value in
      write(name)
      write(0x3A)
      write(0x20)
      write(value)
      writeLineEnd()
    }
  }

  mutating func writeStatusLine(_ head: HTTPResponseHead) {
    let status = min(max(head.status, 100), 999)
    let start = written
    if head.reason == nil, status < 600 {
      let lines = HTTPStatus.lines
      let range = Int(lines.starts[status - 100])..<Int(lines.starts[status - 99])
      lines.bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[range])) }
    } else {
      write(HTTPVersion.http1_1.name.fieldBytes)
      write(0x20)
      write(48 + UInt8(status / 100))
      write(48 + UInt8(status / 10 % 10))
      write(48 + UInt8(status % 10))
      write(0x20)
      writeReason(head.reason ?? [])
    }
    if head.version == .http1_0 { space[start + 7] = 0x30 }
  }

  private mutating func writeReason(_ reason: [UInt8]) {
    for byte in reason where byte != 0 && byte != 10 && byte != 13 { write(byte) }
    writeLineEnd()
  }
}
