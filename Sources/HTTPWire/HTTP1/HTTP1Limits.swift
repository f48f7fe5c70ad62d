/// How large a request's head may be, and how its field names are judged: nginx's `client_header_buffer_size`,
/// `large_client_header_buffers`, `max_headers`, `ignore_invalid_headers` and `underscores_in_headers`.
public struct HTTP1Limits: Sendable {
  /// The first buffer, in bytes.
  public var firstBuffer = 1024
  /// How many more buffers a head may fill; no line is longer than one of them, its CRLF included.
  public var largeBuffers = 4
  public var largeBufferSize = 8192
  public var maximumFields = 1000
  /// Drops fields whose names have unusual characters; otherwise they are kept if the names are tokens at all.
  public var ignoresInvalidFields = true
  public var allowsUnderscores = false
  /// The line before a chunk, with its extensions, in bytes.
  public var maximumChunkLine = 4096

  public init() {}

  var maximumLine: Int { max(firstBuffer, largeBufferSize) }
  /// The lines around chunks altogether, in bytes, beyond `framingPerByte` for each byte of the body: extensions may take
  /// as much as a head's lines.
  var maximumFraming: Int { largeBuffers.multipliedSaturated(by: largeBufferSize) }
  /// A chunk of one octet has five bytes of framing.
  static let framingPerByte = 8
}

/// Why a request can't be served: what the client did wrong (RFC 9112).
public enum HTTP1Error: Error, Hashable, Sendable {
  case requestLineTooLong
  case fieldLineTooLong
  case fieldsTooLarge
  case tooManyFields
  case malformedRequestLine
  case malformedMethod
  /// HTTP/0.9, which has no version.
  case missingVersion
  case unsupportedVersion
  /// A bare CR or LF, NUL, line folding, no colon, space before the colon, or an impossible name.
  case malformedField
  case repeatedHost
  case missingHost
  case malformedContentLength
  case repeatedContentLength
  case repeatedTransferEncoding
  case transferEncodingInHTTP10
  case unknownTransferEncoding
  /// Transfer-Encoding and Content-Length at once (RFC 9112 §6.1).
  case conflictingFraming
  case malformedChunk
  /// Chunk lines that are out of proportion to what they frame.
  case excessiveFraming
  case malformedTrailers

  /// nginx's status; 494 stands for its "Request Header Or Cookie Too Large".
  public var status: Int {
    switch self {
    case .requestLineTooLong: 414
    case .fieldLineTooLong, .fieldsTooLarge, .tooManyFields: 494
    case .unsupportedVersion: 505
    case .unknownTransferEncoding: 501
    default: 400
    }
  }
}

/// Follows how nginx would lay a head into its buffers, to refuse exactly what it refuses.
struct HeadSpace {
  private var used = 0
  private var capacity: Int
  private var buffersLeft: Int
  private let bufferSize: Int

  init(_ limits: HTTP1Limits) {
    capacity = limits.firstBuffer
    buffersLeft = limits.largeBuffers
    bufferSize = limits.largeBufferSize
  }

  enum Overflow { case line, total }

  /// Accounts for a whole line, its end included; a line never lies in two buffers.
  mutating func place(line length: Int) -> Overflow? {
    if used + length > capacity {
      if length > bufferSize { return .line }
      if buffersLeft == 0 { return .total }
      buffersLeft -= 1
      capacity = bufferSize
      used = 0
    }
    used += length
    return nil
  }

  /// Whether a line of which `length` bytes have come, and not its end, can still fit.
  func refuses(partialLine length: Int) -> Overflow? {
    if used + length < capacity { return nil }
    if length >= bufferSize { return .line }
    return buffersLeft == 0 ? .total : nil
  }
}
