import HTTPWire

/// The parts of a body that a Range field asks for (RFC 9110 §14.2), and how they are framed.
enum RangeSelection: Equatable {
  case single(Range<Int>)
  /// Each part with what precedes it, and what follows the last.
  case multiple([Part], closing: [UInt8])

  struct Part: Equatable {
    var preamble: [UInt8]
    var range: Range<Int>
  }

  var length: Int {
    switch self {
    case .single(let range): range.count
    case .multiple(let parts, let closing):
      parts.reduce(closing.count) { $0 + $1.preamble.count + $1.range.count }
    }
  }
}

package enum RangeField {
  package enum Outcome: Equatable {
    /// No `bytes` ranges, or the whole body is as good.
    case ignored
    case ranges([Range<Int>])
    case unsatisfiable
  }

  /// - Parameters:
  ///   - text: the field's value.
  ///   - length: of the whole body, in bytes.
  ///   - limit: `max_ranges`; `nil`: as many as cost less than the whole.
  package static func parse(_ text: [UInt8], length: Int, limit: Int? = nil) -> Outcome {
    guard text.count >= 7, text[..<6].map(lowerCased).elementsEqual("bytes=".utf8) else { return .ignored }
    var ranges: [Range<Int>] = []
    for part in text[6...].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard let bounds = bounds(part, length: length) else { return .unsatisfiable }
      if bounds.start < bounds.end {
        if let limit, ranges.count == limit { return .ignored }
        ranges.append(bounds.start..<bounds.end)
      } else if bounds.start == 0 {
        return .ignored
      }
    }
    if ranges.isEmpty { return .unsatisfiable }
    if ranges.count == 1 { return .ranges(ranges) }
    let size = ranges.reduce(0) { $0.addingSaturated($1.count) }
    // Many small or overlapping parts cost more than the whole.
    if size > length { return .ignored }
    if limit == nil, size.addingSaturated(ranges.count * 256) > length.addingSaturated(4096) { return .ignored }
    return .ranges(ranges)
  }

  /// `first-last`, `first-` or `-suffix`; `end` is exclusive. `nil` where it is malformed.
  private static func bounds(_ part: ArraySlice<UInt8>, length: Int) -> (start: Int, end: Int)? {
    guard let dash = part.firstIndex(of: UInt8(ascii: "-")) else { return nil }
    let first = trimmed(part[..<dash])
    let last = trimmed(part[(dash + 1)...])
    if first.isEmpty {
      guard let suffix = decimalNumber(last) else { return nil }
      return suffix == 0 ? (length, length) : (max(0, length - suffix), length)
    }
    guard let start = decimalNumber(first) else { return nil }
    if last.isEmpty { return (start, length) }
    guard let end = decimalNumber(last) else { return nil }
    return (start, end >= length ? length : end + 1)
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text.drop { $0 == 0x20 }
    while text.last == 0x20 { text.removeLast() }
    return text
  }
}

extension Request {
  /// Turns 200 into 206 where the client asks for parts and may have them.
  ///
  /// - Returns: `false` where 416 took the response's place.
  func selectRanges() -> Bool {
    guard response.status == 200, response.allowsRanges, let length = response.contentLength else { return true }
    let limit = effective.settings.core.maxRanges
    if limit == 0 { return true }
    var outcome = RangeField.Outcome.ignored
    if let text = head.fields.first("range"), mayUseRanges() {
      outcome = RangeField.parse(text, length: length, limit: limit)
    }
    switch outcome {
    case .ignored: response.fields.append(name: "Accept-Ranges", value: "bytes")
    case .ranges(let ranges): select(ranges, of: length)
    case .unsatisfiable:
      var fields = HTTPFields()
      fields.append(name: "Content-Range", value: "bytes */\(length)")
      replaceResponse(by: 416, keeping: fields)
      return false
    }
    return true
  }

  /// If-Range (RFC 9110 §13.1.5).
  private func mayUseRanges() -> Bool {
    guard let condition = head.fields.first("if-range") else { return true }
    if condition.count >= 2, condition.last == UInt8(ascii: "\"") { return condition == response.etag }
    guard let modified = response.lastModified else { return false }
    return HTTPDate.seconds(condition) == modified
  }

  private func select(_ ranges: [Range<Int>], of length: Int) {
    response.status = 206
    if ranges.count == 1 {
      let range = ranges[0]
      let value = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
      response.fields.append(name: "Content-Range", value: value)
      response.ranges = .single(range)
    } else {
      response.ranges = multipart(ranges, of: length)
    }
    response.contentLength = response.ranges?.length
  }

  private func multipart(_ ranges: [Range<Int>], of length: Int) -> RangeSelection {
    var boundary: [UInt8] = []
    boundary.append(decimal: Boundary.next(), width: 20)
    var header: [UInt8] = []
    header.append(ascii: "\r\n--")
    header.append(contentsOf: boundary)
    if let type = response.contentType {
      header.append(ascii: "\r\nContent-Type: ")
      header.append(contentsOf: type)
    }
    header.append(ascii: "\r\nContent-Range: bytes ")
    let parts = ranges.map { range in
      let place = "\(range.lowerBound)-\(range.upperBound - 1)/\(length)\r\n\r\n"
      return RangeSelection.Part(preamble: header + Array(place.utf8), range: range)
    }
    response.contentType = Array("multipart/byteranges; boundary=".utf8) + boundary
    let closing = Array("\r\n--".utf8) + boundary + Array("--\r\n".utf8)
    return .multiple(parts, closing: closing)
  }
}
