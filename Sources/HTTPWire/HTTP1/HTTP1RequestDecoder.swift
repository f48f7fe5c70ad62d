import NIOCore

/// Reads requests from a connection's bytes, strictly, in place and incrementally (RFC 9112).
///
/// Pull-based: `receive` adds bytes, `next` answers one event at a time. Pipelined requests stay unread until `next` is
/// called after the end of the one before, so that the caller answers in order by not asking.
public struct HTTP1RequestDecoder: ~Copyable {
  public enum Event: Sendable {
    case needsMore
    /// With a body of `.none`, no `.end` follows.
    case head(HTTPRequestHead, body: HTTP1BodyFraming)
    case body(ByteBuffer)
    case end(trailers: HTTPFields?)
    /// Given once; afterwards input is dropped. `failedHead` tells what was read of the head.
    case failed(HTTP1Error)
  }

  private enum State {
    case head
    case body(left: Int)
    case chunked
    case failed
  }

  private let limits: HTTP1Limits
  private var buffer = ReceiveBuffer()
  private var state = State.head
  private var parser: HTTP1RequestHeadParser
  private var chunks: ChunkedBodyDecoder
  private var skippedLines = 0
  /// What was read of a head that was refused.
  public private(set) var failedHead: HTTPRequestHead?
  /// Bytes of the current request read so far: its head, body and framing.
  public private(set) var requestLength = 0

  public init(limits: HTTP1Limits = HTTP1Limits()) {
    self.limits = limits
    parser = HTTP1RequestHeadParser(limits: limits)
    chunks = ChunkedBodyDecoder(limits: limits)
  }

  /// Whether bytes wait that no event has told of yet.
  public var hasUnreadBytes: Bool { buffer.readableBytes > 0 }
  /// Whether the next event is to be a head, and nothing of it has come.
  public var isBetweenRequests: Bool {
    if case .head = state { return buffer.readableBytes == 0 }
    return false
  }

  /// Adds what the connection received.
  public mutating func receive(_ bytes: ByteBuffer) {
    if case .failed = state { return }
    buffer.append(bytes)
  }

  /// Takes the bytes that follow what has been read: for an upgraded connection.
  public mutating func takeRemainder() -> ByteBuffer {
    buffer.takeAll()
  }

  /// What has been read of a head that is not complete: for a client that went away or was too slow.
  public func partialHead() -> HTTPRequestHead { buffer.withUnsafeReadableBytes { parser.head($0) } }

  public mutating func next() -> Event {
    switch state {
    case .head: return nextHead()
    case .body(let left): return nextBody(left: left)
    case .chunked: return nextChunk()
    case .failed: return .needsMore
    }
  }

  // MARK: - Heads

  private mutating func nextHead() -> Event {
    guard buffer.readableBytes > 0 else { return .needsMore }
    var head: HTTPRequestHead?
    let step = buffer.withUnsafeReadableBytes { bytes -> HTTP1RequestHeadParser.Step? in
      if bytes[0] == 0x0D || bytes[0] == 0x0A { return nil }
      let step = parser.advance(bytes)
      if case .incomplete = step { return step }
      head = parser.head(bytes)
      return step
    }
    switch (step, head) {
    case (.complete(let length), let head?): return completeHead(head, length: length)
    case (.failed(let error), _):
      failedHead = head
      return fail(error)
    case (nil, _):
      if let error = skipEmptyLines() { return fail(error) }
      return isAtLineEnd ? .needsMore : nextHead()
    default: return .needsMore
    }
  }

  /// An empty line has come in part.
  private var isAtLineEnd: Bool { buffer.byte(at: 0) == 0x0D }

  private mutating func completeHead(_ head: consuming HTTPRequestHead, length: Int) -> Event {
    let framing = parser.bodyFraming
    buffer.skip(length)
    requestLength = length
    parser = HTTP1RequestHeadParser(limits: limits)
    skippedLines = 0
    switch framing {
    case .none: break
    case .length(let length): state = .body(left: length)
    case .chunked:
      chunks = ChunkedBodyDecoder(limits: limits)
      state = .chunked
    }
    return .head(head, body: framing)
  }

  /// Empty lines before a request line, as old clients send them after a body (RFC 9112 §2.2).
  private mutating func skipEmptyLines() -> HTTP1Error? {
    while let first = buffer.byte(at: 0), first == 0x0D || first == 0x0A {
      if first == 0x0D {
        guard let second = buffer.byte(at: 1) else { return nil }
        guard second == 0x0A else { return refuseEmptyLine() }
      }
      buffer.skip(first == 0x0D ? 2 : 1)
      skippedLines += 1
      guard skippedLines <= 64 else { return refuseEmptyLine() }
    }
    return nil
  }

  private mutating func refuseEmptyLine() -> HTTP1Error {
    failedHead = buffer.withUnsafeReadableBytes { parser.head($0) }
    return .malformedRequestLine
  }

  // MARK: - Bodies

  private mutating func nextBody(left: Int) -> Event {
    if left == 0 {
      state = .head
      return .end(trailers: nil)
    }
    guard buffer.readableBytes > 0 else { return .needsMore }
    let part = buffer.take(min(left, buffer.readableBytes))
    requestLength += part.readableBytes
    state = .body(left: left - part.readableBytes)
    return .body(part)
  }

  private mutating func nextChunk() -> Event {
    let before = buffer.readableBytes
    let step = chunks.next(&buffer)
    requestLength += before - buffer.readableBytes
    switch step {
    case .needsMore: return .needsMore
    case .body(let part): return .body(part)
    case .end(let trailers):
      state = .head
      return .end(trailers: trailers)
    case .failed(let error): return fail(error)
    }
  }

  private mutating func fail(_ error: HTTP1Error) -> Event {
    if failedHead == nil, case .head = state {
      failedHead = buffer.withUnsafeReadableBytes { parser.head($0) }
    }
    state = .failed
    buffer.removeAll()
    return .failed(error)
  }
}
