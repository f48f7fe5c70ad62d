import NIOCore

/// Takes a chunked body apart (RFC 9112 §7.1); extensions are skipped, trailers kept. Framing has a budget that grows with
/// the body, so that skipped bytes are no way around the limits of a body.
struct ChunkedBodyDecoder {
  enum Step {
    case needsMore
    case body(ByteBuffer)
    case end(HTTPFields?)
    case failed(HTTP1Error)
  }

  private enum State {
    case size
    case data(left: Int)
    case dataEnd
    case trailers
  }

  private let limits: HTTP1Limits
  private let allowsBareLineFeed: Bool
  private var state = State.size
  private var trailers = HTTPFields()
  private var trailerCount = 0
  private var space: HeadSpace
  /// Bytes of chunk lines and line ends that may come yet.
  private var framingLeft: Int

  init(limits: HTTP1Limits, allowsBareLineFeed: Bool = false) {
    self.limits = limits
    self.allowsBareLineFeed = allowsBareLineFeed
    space = HeadSpace(limits)
    framingLeft = limits.maximumFraming
  }

  mutating func next(_ buffer: inout ReceiveBuffer) -> Step {
    while true {
      switch state {
      case .size:
        if let step = readSize(&buffer) { return step }
      case .data(let left): return readData(&buffer, left: left)
      case .dataEnd:
        guard let end = readLineEnd(&buffer) else { return .failed(.malformedChunk) }
        guard end else { return .needsMore }
        framingLeft -= 2
        state = .size
      case .trailers: return readTrailers(&buffer)
      }
    }
  }

  private mutating func readData(_ buffer: inout ReceiveBuffer, left: Int) -> Step {
    guard buffer.readableBytes > 0 else { return .needsMore }
    let part = buffer.take(min(left, buffer.readableBytes, HTTP1ResponseDecoder.largestPart))
    framingLeft += min(part.readableBytes, limits.maximumFraming) * HTTP1Limits.framingPerByte
    framingLeft = min(framingLeft, limits.maximumFraming)
    let rest = left - part.readableBytes
    state = rest == 0 ? .dataEnd : .data(left: rest)
    return .body(part)
  }

  /// Reads the line before a chunk; `nil` where there was a whole one.
  private mutating func readSize(_ buffer: inout ReceiveBuffer) -> Step? {
    let line = buffer.withUnsafeReadableBytes { ChunkLine($0, allowsBareLineFeed: allowsBareLineFeed) }
    switch line {
    case .malformed: return .failed(.malformedChunk)
    case .incomplete:
      return buffer.readableBytes >= limits.maximumChunkLine ? .failed(.malformedChunk) : .needsMore
    case .size(let size, let length):
      guard length <= limits.maximumChunkLine else { return .failed(.malformedChunk) }
      framingLeft -= length
      guard framingLeft >= 0 else { return .failed(.excessiveFraming) }
      buffer.skip(length)
      state = size == 0 ? .trailers : .data(left: size)
      return nil
    }
  }

  /// `true`: read; `false`: not there yet; `nil`: something else is there.
  private func readLineEnd(_ buffer: inout ReceiveBuffer) -> Bool? {
    guard let first = buffer.byte(at: 0) else { return false }
    if first == 0x0A, allowsBareLineFeed {
      buffer.skip(1)
      return true
    }
    guard first == 0x0D else { return nil }
    guard let second = buffer.byte(at: 1) else { return false }
    guard second == 0x0A else { return nil }
    buffer.skip(2)
    return true
  }

  private mutating func readTrailers(_ buffer: inout ReceiveBuffer) -> Step {
    var rules = FieldRules(limits)
    rules.allowsBareLineFeed = allowsBareLineFeed
    while true {
      let line = buffer.withUnsafeReadableBytes { FieldLine($0, at: 0, rules: rules) }
      switch line {
      case .incomplete:
        let partial = buffer.readableBytes
        return partial > 0 && space.refuses(partialLine: partial) != nil ? .failed(.malformedTrailers) : .needsMore
      case .refused: return .failed(.malformedTrailers)
      case .empty(let next):
        buffer.skip(next)
        return .end(trailers.isEmpty ? nil : trailers)
      case .ignored(let next):
        guard take(next, from: &buffer) else { return .failed(.malformedTrailers) }
      case .field(let field, let next):
        buffer.withUnsafeReadableBytes { keep(field, in: $0) }
        guard take(next, from: &buffer) else { return .failed(.malformedTrailers) }
      }
    }
  }

  private mutating func take(_ length: Int, from buffer: inout ReceiveBuffer) -> Bool {
    trailerCount += 1
    buffer.skip(length)
    return space.place(line: length) == nil && trailerCount <= limits.maximumFields
  }

  /// Fields that frame or route a message mean nothing in trailers, and are left out (RFC 9110 §6.5.1).
  private mutating func keep(_ field: HTTPFields.Field, in bytes: UnsafeRawBufferPointer) {
    let name = HTTPFields.name(of: field, in: bytes)
    for forbidden in Self.forbidden where name.equalsIgnoringCase(forbidden) { return }
    trailers.append(name: name, value: HTTPFields.value(of: field, in: bytes))
  }

  private static let forbidden: [StaticString] = [
    "content-length", "transfer-encoding", "host", "connection", "trailer", "te", "upgrade", "authorization",
    "content-encoding", "content-type", "content-range", "expect", "cookie", "set-cookie", "range",
  ]
}

/// The line before a chunk: its size and extensions.
enum ChunkLine {
  case incomplete
  case malformed
  case size(Int, length: Int)

  init(_ bytes: UnsafeRawBufferPointer, allowsBareLineFeed: Bool) {
    var size = 0
    var index = 0
    while index < bytes.count, let digit = Self.hexDigit(bytes[index]) {
      guard index < 15 else {
        self = .malformed
        return
      }
      size = size << 4 | digit
      index += 1
    }
    guard index < bytes.count else {
      self = .incomplete
      return
    }
    guard index > 0, let end = Self.end(bytes, from: index, allowsBareLineFeed: allowsBareLineFeed) else {
      self = .malformed
      return
    }
    self = end <= bytes.count ? .size(size, length: end) : .incomplete
  }

  /// Skips blanks and extensions; the end of the line, beyond `bytes.count` where it has not come, `nil` if malformed.
  private static func end(_ bytes: UnsafeRawBufferPointer, from start: Int, allowsBareLineFeed: Bool) -> Int? {
    var index = start
    while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
    guard index < bytes.count else { return bytes.count + 1 }
    if bytes[index] == 0x3B {
      while index < bytes.count, bytes[index] >= 0x20 && bytes[index] != 0x7F || bytes[index] == 0x09 { index += 1 }
      guard index < bytes.count else { return bytes.count + 1 }
    }
    if bytes[index] == 0x0A { return allowsBareLineFeed ? index + 1 : nil }
    guard bytes[index] == 0x0D else { return nil }
    guard index + 1 < bytes.count else { return bytes.count + 1 }
    return bytes[index + 1] == 0x0A ? index + 2 : nil
  }

  private static func hexDigit(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x41...0x46: Int(byte) - 0x37
    case 0x61...0x66: Int(byte) - 0x57
    default: nil
    }
  }
}
