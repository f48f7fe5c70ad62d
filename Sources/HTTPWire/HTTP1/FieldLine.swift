/// How tolerantly field lines are read.
struct FieldRules {
  var allowsUnderscores: Bool
  var ignoresInvalidNames: Bool
  /// A line may end in LF alone, as nginx takes it from upstreams.
  var allowsBareLineFeed: Bool
}

/// One field line, or the empty line that ends them (RFC 9112 §5).
enum FieldLine {
  case incomplete
  case refused
  case empty(next: Int)
  /// Well formed, but its name is one that nginx leaves out.
  case ignored(next: Int)
  case field(HTTPFields.Field, next: Int)

  /// Reads the line at `start`; the field's ranges count from the beginning of `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, at start: Int, rules: FieldRules) {
    guard start < bytes.count else {
      self = .incomplete
      return
    }
    switch bytes[start] {
    case 0x0D, 0x0A: self = Self.end(bytes, at: start, rules: rules).map { .empty(next: $0) } ?? .refused
    default: self = Self.named(bytes, at: start, rules: rules)
    }
    if case .empty(let next) = self, next > bytes.count { self = .incomplete }
  }

  private static func named(_ bytes: UnsafeRawBufferPointer, at start: Int, rules: FieldRules) -> FieldLine {
    var colon = start
    var worst: UInt8 = 0
    FieldNameByte.classes.withUnsafeBufferPointer { classes in
      while colon < bytes.count {
        let byteClass = classes[Int(bytes[colon])]
        if byteClass == 0 { break }
        worst = max(worst, byteClass)
        colon += 1
      }
    }
    guard colon < bytes.count else { return .incomplete }
    guard bytes[colon] == 0x3A, colon > start else { return .refused }
    return valued(bytes, name: start..<colon, verdict: rules.verdict(onWorst: worst), rules: rules)
  }

  private static func valued(
    _ bytes: UnsafeRawBufferPointer, name: Range<Int>, verdict: FieldRules.Verdict, rules: FieldRules
  ) -> FieldLine {
    var end = name.upperBound + 1
    while true {
      end = bytes.firstControl(from: end)
      guard end < bytes.count else { return .incomplete }
      let byte = bytes[end]
      if byte == 0x0D || byte == 0x0A { break }
      if byte == 0 { return .refused }
      end += 1
    }
    guard let next = Self.end(bytes, at: end, rules: rules) else { return .refused }
    guard next <= bytes.count else { return .incomplete }
    switch verdict {
    case .refused: return .refused
    case .ignored: return .ignored(next: next)
    case .kept: return field(bytes, name: name, value: name.upperBound + 1..<end, next: next)
    }
  }

  private static func field(
    _ bytes: UnsafeRawBufferPointer, name: Range<Int>, value: Range<Int>, next: Int
  ) -> FieldLine {
    var start = value.lowerBound
    var end = value.upperBound
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    let field = HTTPFields.Field(
      nameStart: name.lowerBound, nameLength: name.count, valueStart: start, valueLength: end - start)
    return .field(field, next: next)
  }

  /// Where the next line begins, if a line end is at `index`: beyond `bytes.count` where its LF has not come yet.
  private static func end(_ bytes: UnsafeRawBufferPointer, at index: Int, rules: FieldRules) -> Int? {
    if bytes[index] == 0x0A { return rules.allowsBareLineFeed ? index + 1 : nil }
    guard index + 1 < bytes.count else { return index + 2 }
    return bytes[index + 1] == 0x0A ? index + 2 : nil
  }
}

extension FieldRules {
  enum Verdict { case kept, ignored, refused }

  init(_ limits: HTTP1Limits) {
    allowsUnderscores = limits.allowsUnderscores
    ignoresInvalidNames = limits.ignoresInvalidFields
    allowsBareLineFeed = false
  }

  /// Deviation: with `ignore_invalid_headers off`, nginx passes on names that are no tokens; they are refused here.
  func verdict(onWorst byteClass: UInt8) -> Verdict {
    switch byteClass {
    case 1: .kept
    case 2 where allowsUnderscores: .kept
    case 4: ignoresInvalidNames ? .ignored : .refused
    default: ignoresInvalidNames ? .ignored : .kept
    }
  }
}
