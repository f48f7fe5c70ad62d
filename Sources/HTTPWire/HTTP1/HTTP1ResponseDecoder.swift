import NIOCore

/// Reads an upstream's responses (RFC 9112), with nginx's tolerance for what upstreams send: lines ending in LF alone,
/// underscores in names, a missing reason.
///
/// Pull-based as the request decoder. Tell it of each request with `expectResponse(to:)` before its response comes.
public struct HTTP1ResponseDecoder: ~Copyable {
  public enum Event: Sendable {
    case needsMore
    /// 1xx but for 101; the final head is still to come.
    case informational(HTTPResponseHead)
    /// With a body of `.none` or `.tunnel`, no `.end` follows.
    case head(HTTPResponseHead, body: HTTP1ResponseFraming)
    case body(ByteBuffer)
    case end(trailers: HTTPFields?)
    case failed(HTTP1ResponseError)
  }

  private enum State {
    case idle
    case head
    case body(left: Int)
    case chunked
    case untilClose
    case done
  }

  /// A `.body` is no larger, so that a receiver can stop in time, in bytes.
  static let largestPart = 32 << 10
  /// How many 1xx heads may precede a final one, and how many bytes they may take where `maximumHead` is less.
  static let maximumInterimHeads = 32
  static let maximumInterimBytes = 32 << 10

  /// The head's lines altogether, in bytes: `proxy_buffer_size`.
  private let maximumHead: Int
  private var buffer = ReceiveBuffer()
  private var state = State.idle
  private var method = HTTPMethod.get
  private var chunks = ChunkedBodyDecoder(limits: HTTP1Limits(), allowsBareLineFeed: true)
  private var sawEOF = false
  /// 1xx heads before the final one, and their bytes.
  private var interimHeads = 0
  private var interimBytes = 0
  /// Whether the connection may carry another request once this response has ended: its version, `Connection` and
  /// framing allow it, and nothing more than the response has come.
  public var canReuseConnection: Bool { keepsAlive && isAtEnd && buffer.readableBytes == 0 && !sawEOF }
  private var keepsAlive = false

  public init(maximumHead: Int = 65536) { self.maximumHead = maximumHead }

  public var hasUnreadBytes: Bool { buffer.readableBytes > 0 }

  private var isAtEnd: Bool {
    if case .idle = state { return true }
    return false
  }

  /// A request has been sent; what comes next is its response.
  public mutating func expectResponse(to method: HTTPMethod) {
    self.method = method
    interimHeads = 0
    interimBytes = 0
    state = .head
    keepsAlive = false
  }

  public mutating func receive(_ bytes: ByteBuffer) {
    buffer.append(bytes)
  }

  /// The upstream closed its side; call `next` afterwards.
  public mutating func receivedEOF() { sawEOF = true }

  /// Takes the bytes that follow what has been read: for an upgraded connection.
  public mutating func takeRemainder() -> ByteBuffer {
    buffer.takeAll()
  }

  public mutating func next() -> Event {
    switch state {
    case .idle: return buffer.readableBytes > 0 ? fail(.unexpectedBytes) : .needsMore
    case .head: return nextHead()
    case .body(let left): return nextBody(left: left)
    case .chunked: return nextChunk()
    case .untilClose: return nextUntilClose()
    case .done: return .needsMore
    }
  }

  private mutating func nextHead() -> Event {
    let step = buffer.withUnsafeReadableBytes { ResponseHeadParser.parse($0) }
    switch step {
    case .incomplete:
      if buffer.readableBytes >= maximumHead { return fail(.headTooLarge) }
      return sawEOF ? fail(.closedEarly) : .needsMore
    case .failed(let error): return fail(error)
    case .complete(let head, let length):
      guard length <= maximumHead else { return fail(.headTooLarge) }
      buffer.skip(length)
      if head.status < 200, head.status != 101 { return informational(head, length: length) }
      return begin(head)
    }
  }

  private mutating func informational(_ head: HTTPResponseHead, length: Int) -> Event {
    interimHeads += 1
    interimBytes += length
    guard interimHeads <= Self.maximumInterimHeads, interimBytes <= max(maximumHead, Self.maximumInterimBytes) else {
      return fail(.tooManyInterimHeads)
    }
    return .informational(head)
  }

  private mutating func begin(_ head: HTTPResponseHead) -> Event {
    let framing: HTTP1ResponseFraming
    do throws(HTTP1ResponseError) {
      framing = try HTTP1ResponseFraming(head, requestMethod: method)
    } catch {
      return fail(error)
    }
    keepsAlive = head.keepsConnection
    switch framing {
    case .none: state = .idle
    case .length(let length): state = .body(left: length)
    case .chunked:
      chunks = ChunkedBodyDecoder(limits: HTTP1Limits(), allowsBareLineFeed: true)
      state = .chunked
    case .untilClose:
      keepsAlive = false
      state = .untilClose
    case .tunnel:
      keepsAlive = false
      state = .done
    }
    return .head(head, body: framing)
  }

  private mutating func nextBody(left: Int) -> Event {
    if left == 0 {
      state = .idle
      return .end(trailers: nil)
    }
    guard buffer.readableBytes > 0 else { return sawEOF ? fail(.closedEarly) : .needsMore }
    let part = buffer.take(min(left, buffer.readableBytes, Self.largestPart))
    state = .body(left: left - part.readableBytes)
    return .body(part)
  }

  private mutating func nextChunk() -> Event {
    switch chunks.next(&buffer) {
    case .needsMore: return sawEOF ? fail(.closedEarly) : .needsMore
    case .body(let part): return .body(part)
    case .end(let trailers):
      state = .idle
      return .end(trailers: trailers)
    case .failed(let error): return fail(error == .excessiveFraming ? .excessiveFraming : .malformedChunk)
    }
  }

  private mutating func nextUntilClose() -> Event {
    if buffer.readableBytes > 0 { return .body(buffer.take(min(buffer.readableBytes, Self.largestPart))) }
    guard sawEOF else { return .needsMore }
    state = .idle
    return .end(trailers: nil)
  }

  private mutating func fail(_ error: HTTP1ResponseError) -> Event {
    state = .done
    keepsAlive = false
    buffer.removeAll()
    return .failed(error)
  }
}

/// How a response's body is delimited (RFC 9112 §6.3).
public enum HTTP1ResponseFraming: Hashable, Sendable {
  case none
  case length(Int)
  case chunked
  case untilClose
  /// 101, or a CONNECT that succeeded: the connection is no longer HTTP.
  case tunnel

  init(_ head: HTTPResponseHead, requestMethod: HTTPMethod) throws(HTTP1ResponseError) {
    var (lengths, codings) = (0, 0)
    var length: Int?
    var isChunked = false
    head.fields.forEach { name, value in
      if name.count == 14, name.equalsIgnoringCase("content-length") {
        lengths += 1
        length = value.decimal
      } else if name.count == 17, name.equalsIgnoringCase("transfer-encoding") {
        codings += 1
        isChunked = value.equalsIgnoringCase("chunked")
      }
    }
    guard lengths <= 1 else { throw .repeatedContentLength }
    guard codings <= 1 else { throw .unknownTransferEncoding }
    if codings > 0 {
      guard isChunked else { throw .unknownTransferEncoding }
      guard lengths == 0 else { throw .conflictingFraming }
    }
    guard lengths == 0 || length != nil else { throw .malformedContentLength }
    if head.status == 101 || (requestMethod == .connect && head.status / 100 == 2) {
      self = .tunnel
    } else if requestMethod == .head || head.status == 204 || head.status == 304 {
      self = .none
    } else if isChunked {
      self = .chunked
    } else {
      self = length.map { .length($0) } ?? .untilClose
    }
  }
}

/// What an upstream did wrong; all of them are a 502.
public enum HTTP1ResponseError: Error, Hashable, Sendable {
  /// No `HTTP/1.x` and three digits.
  case malformedStatusLine
  case malformedField
  case headTooLarge
  case repeatedContentLength
  case malformedContentLength
  case unknownTransferEncoding
  case conflictingFraming
  case malformedChunk
  /// Chunk lines that are out of proportion to what they frame.
  case excessiveFraming
  /// 1xx heads, and no end of them.
  case tooManyInterimHeads
  /// The connection ended before the response did.
  case closedEarly
  /// Bytes that answer no request.
  case unexpectedBytes
}

extension HTTPResponseHead {
  /// Whether the sender means to keep the connection after this response (RFC 9112 §9.3).
  public var keepsConnection: Bool {
    let saysClose = fields.withFirst("connection") { $0.hasListMember("close") } ?? false
    if version >= .http1_1 { return !saysClose }
    return !saysClose && (fields.withFirst("connection") { $0.hasListMember("keep-alive") } ?? false)
  }
}
