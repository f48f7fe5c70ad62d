/// Reads a request's head line by line from bytes that stay where they are until it is complete.
struct HTTP1RequestHeadParser {
  enum Step {
    case incomplete
    /// The head takes that many bytes.
    case complete(length: Int)
    case failed(HTTP1Error)
  }

  private let limits: HTTP1Limits
  private var space: HeadSpace
  private var line: RequestLine?
  /// A head whose request line ends with a lone LF may end every line so (RFC 9112 §2.2), as nginx has it; in a head
  /// with CRLF a lone LF is refused.
  private var endsLinesWithLineFeed = false
  private var fieldsStart = 0
  /// Where the first unread line begins.
  private var position = 0
  private var fields: [HTTPFields.Field] = []
  private var framing = FramingFields()

  init(limits: HTTP1Limits) {
    self.limits = limits
    self.space = HeadSpace(limits)
  }

  /// Goes on with a head that begins at the first of `bytes`.
  mutating func advance(_ bytes: UnsafeRawBufferPointer) -> Step {
    do throws(HTTP1Error) {
      if line == nil {
        guard try readRequestLine(bytes) else { return .incomplete }
      }
      guard try readFields(bytes) else { return .incomplete }
      return .complete(length: position)
    } catch {
      return .failed(error)
    }
  }

  /// The head as far as it was read; the bytes are those of the last `advance`.
  func head(_ bytes: UnsafeRawBufferPointer) -> HTTPRequestHead {
    var collected = HTTPFields()
    if !fields.isEmpty {
      collected.bytes = Array(bytes[fieldsStart..<position])
      collected.fields = fields
    }
    guard let line else { return malformedHead(bytes) }
    var head = HTTPRequestHead(method: line.method, target: line.target, version: line.version, fields: collected)
    head.authority = line.authority
    head.scheme = line.scheme
    return head
  }

  /// How the body is framed; call once the head is complete.
  var bodyFraming: HTTP1BodyFraming { framing.bodyFraming }

  private func malformedHead(_ bytes: UnsafeRawBufferPointer) -> HTTPRequestHead {
    var head = HTTPRequestHead(method: .other([]), target: [0x2F], version: .http1_0, fields: HTTPFields())
    let shown = bytes.prefix(limits.maximumLine)
    head.malformedLine = Array(shown.prefix { $0 != 0x0D && $0 != 0x0A })
    return head
  }

  private mutating func readRequestLine(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) -> Bool {
    let end = bytes.firstControl(from: 0)
    guard end < bytes.count else {
      if space.refuses(partialLine: bytes.count) != nil { throw .requestLineTooLong }
      if let first = bytes.first, !RequestLine.isMethodByte(first) { throw .malformedMethod }
      return false
    }
    let text = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    guard let next = try Self.lineEnd(bytes, at: end, of: text) else { return false }
    guard space.place(line: next) == nil else { throw .requestLineTooLong }
    line = try RequestLine(text)
    endsLinesWithLineFeed = bytes[end] == 0x0A
    position = next
    fieldsStart = position
    fields.reserveCapacity(12)
    return true
  }

  /// Where the line after the request line begins; `nil` while its end has not come.
  private static func lineEnd(
    _ bytes: UnsafeRawBufferPointer, at end: Int, of text: UnsafeRawBufferPointer
  ) throws(HTTP1Error) -> Int? {
    if bytes[end] == 0x0A { return end + 1 }
    guard bytes[end] == 0x0D else { throw error(text, endedBy: bytes[end]) }
    guard end + 1 < bytes.count else { return nil }
    guard bytes[end + 1] == 0x0A else { throw .malformedRequestLine }
    return end + 2
  }

  /// A line that a control character cut short.
  private static func error(_ text: UnsafeRawBufferPointer, endedBy byte: UInt8) -> HTTP1Error {
    do throws(HTTP1Error) {
      _ = try RequestLine(text)
      return .malformedRequestLine
    } catch {
      return error == .missingVersion && byte != 0x0A ? .malformedRequestLine : error
    }
  }

  private mutating func readFields(_ bytes: UnsafeRawBufferPointer) throws(HTTP1Error) -> Bool {
    var rules = FieldRules(limits)
    rules.allowsBareLineFeed = endsLinesWithLineFeed
    while true {
      let next: Int
      switch FieldLine(bytes, at: position, rules: rules) {
      case .incomplete:
        try checkPartialLine(bytes.count - position)
        return false
      case .refused: throw .malformedField
      case .empty(let end):
        position = end
        try framing.finish(version: line?.version ?? .http1_0)
        return true
      case .ignored(let end):
        next = end
        try place(line: next - position)
      case .field(let field, let end):
        next = end
        try place(line: next - position)
        try keep(field, in: bytes)
      }
      position = next
    }
  }

  private mutating func place(line length: Int) throws(HTTP1Error) {
    guard let overflow = space.place(line: length) else { return }
    throw overflow == .line ? .fieldLineTooLong : .fieldsTooLarge
  }

  private func checkPartialLine(_ length: Int) throws(HTTP1Error) {
    guard length > 0, let overflow = space.refuses(partialLine: length) else { return }
    throw overflow == .line ? .fieldLineTooLong : .fieldsTooLarge
  }

  private mutating func keep(_ field: HTTPFields.Field, in bytes: UnsafeRawBufferPointer) throws(HTTP1Error) {
    guard fields.count < limits.maximumFields else { throw .tooManyFields }
    try framing.note(
      name: HTTPFields.name(of: field, in: bytes), value: HTTPFields.value(of: field, in: bytes))
    var relative = field
    relative.nameStart -= Int32(fieldsStart)
    relative.valueStart -= Int32(fieldsStart)
    fields.append(relative)
  }
}

/// How a message's body is delimited (RFC 9112 §6.3).
public enum HTTP1BodyFraming: Hashable, Sendable {
  case none
  /// Bytes; may be 0 where the client said so.
  case length(Int)
  case chunked
}

/// Collects the fields that decide where a request ends, and refuses every combination that two readers could read
/// differently (RFC 9112 §6.1, §11.2).
struct FramingFields {
  private var contentLength: Int?
  private var hasTransferEncoding = false
  private var isChunked = false
  private var hasHost = false

  var bodyFraming: HTTP1BodyFraming {
    if isChunked { return .chunked }
    return contentLength.map { .length($0) } ?? .none
  }

  mutating func note(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) throws(HTTP1Error) {
    switch name.count {
    case 4 where name.equalsIgnoringCase("host"):
      if hasHost { throw .repeatedHost }
      hasHost = true
    case 14 where name.equalsIgnoringCase("content-length"):
      if contentLength != nil { throw .repeatedContentLength }
      guard let length = value.decimal else { throw .malformedContentLength }
      contentLength = length
    case 17 where name.equalsIgnoringCase("transfer-encoding"):
      if hasTransferEncoding { throw .repeatedTransferEncoding }
      hasTransferEncoding = true
      isChunked = value.equalsIgnoringCase("chunked")
    default: return
    }
  }

  func finish(version: HTTPVersion) throws(HTTP1Error) {
    if !hasHost, version > .http1_0 { throw .missingHost }
    guard hasTransferEncoding else { return }
    if version < .http1_1 { throw .transferEncodingInHTTP10 }
    if !isChunked { throw .unknownTransferEncoding }
    if contentLength != nil { throw .conflictingFraming }
  }
}
