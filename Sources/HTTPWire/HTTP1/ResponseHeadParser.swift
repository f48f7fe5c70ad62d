/// Reads a response's head (RFC 9112 §4), whole or not at all.
enum ResponseHeadParser {
  enum Step {
    case incomplete
    case complete(HTTPResponseHead, length: Int)
    case failed(HTTP1ResponseError)
  }

  private static let rules = FieldRules(allowsUnderscores: true, ignoresInvalidNames: false, allowsBareLineFeed: true)

  static func parse(_ bytes: UnsafeRawBufferPointer) -> Step {
    let end = bytes.firstControl(from: 0, skippingTabs: true)
    guard end < bytes.count else {
      return couldBegin(bytes) ? .incomplete : .failed(.malformedStatusLine)
    }
    guard let next = lineEnd(bytes, at: end) else { return .failed(.malformedStatusLine) }
    guard next <= bytes.count else { return .incomplete }
    guard var head = statusLine(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else {
      return .failed(.malformedStatusLine)
    }
    return fields(bytes, from: next, into: &head)
  }

  private static func fields(
    _ bytes: UnsafeRawBufferPointer, from start: Int, into head: inout HTTPResponseHead
  ) -> Step {
    var position = start
    var fields: [HTTPFields.Field] = []
    fields.reserveCapacity(16)
    while true {
      switch FieldLine(bytes, at: position, rules: rules) {
      case .incomplete: return .incomplete
      case .refused: return .failed(.malformedField)
      case .ignored(let next): position = next
      case .field(var field, let next):
        field.nameStart -= Int32(start)
        field.valueStart -= Int32(start)
        fields.append(field)
        position = next
      case .empty(let next):
        head.fields.bytes = Array(bytes[start..<position])
        head.fields.fields = fields
        return .complete(head, length: next)
      }
    }
  }

  private static func lineEnd(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int? {
    if bytes[index] == 0x0A { return index + 1 }
    guard bytes[index] == 0x0D else { return nil }
    guard index + 1 < bytes.count else { return index + 2 }
    return bytes[index + 1] == 0x0A ? index + 2 : nil
  }

  private static func couldBegin(_ bytes: UnsafeRawBufferPointer) -> Bool {
    "HTTP/1.".utf8.elementsEqual(bytes.prefix(7)) || "HTTP/1.".utf8.starts(with: bytes.prefix(7))
  }

  private static let versionStart: StaticString = "HTTP/1."

  private static func statusLine(_ line: UnsafeRawBufferPointer) -> HTTPResponseHead? {
    guard line.count >= 12, UnsafeRawBufferPointer(rebasing: line[..<7]).equals(versionStart.fieldBytes),
      line[8] == 0x20
    else { return nil }
    let minor = line[7] &- 48
    var status = 0
    for index in 9..<12 {
      guard line[index] >= 48, line[index] <= 57 else { return nil }
      status = status * 10 + Int(line[index] - 48)
    }
    guard minor <= 9, status >= 100, line.count == 12 || line[12] == 0x20 else { return nil }
    let reason = UnsafeRawBufferPointer(rebasing: line.dropFirst(13))
    let isStandard = reason.equals(HTTPStatus.reason(status).fieldBytes)
    return HTTPResponseHead(
      status: status, reason: isStandard ? nil : Array(reason), version: minor == 0 ? .http1_0 : .http1_1)
  }
}

extension UnsafeRawBufferPointer {
  func firstControl(from start: Int, skippingTabs: Bool) -> Int {
    var index = firstControl(from: start)
    while skippingTabs, index < count, self[index] == 0x09 { index = firstControl(from: index + 1) }
    return index
  }
}
