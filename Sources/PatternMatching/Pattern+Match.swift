import CPCRE2

extension Pattern {
  /// The groups of a match: `0` is the whole of it; `nil` is a group that took no part.
  public struct Match: Hashable, Sendable {
    public let ranges: [Range<Int>?]

    /// Byte offsets of group `number`; `nil` where the pattern has no such group or it took no part.
    public subscript(number: Int) -> Range<Int>? {
      number >= 0 && number < ranges.count ? ranges[number] : nil
    }
  }

  /// The first match at or after `start`; `nil` where there is none.
  public func firstMatch(
    in subject: UnsafeRawBufferPointer, from start: Int = 0
  ) throws(PatternError) -> Match? {
    guard start <= subject.count else { return nil }
    guard let data = pcre2_match_data_create_from_pattern_8(code.code, nil) else {
      throw .failed(code: PCRE2_ERROR_NOMEMORY)
    }
    defer { pcre2_match_data_free_8(data) }
    let count = try run(on: subject, from: start, data: data)
    guard count > 0, let offsets = pcre2_get_ovector_pointer_8(data) else { return nil }
    let ranges = (0...groupCount).map { group -> Range<Int>? in
      let (low, high) = (offsets[2 * group], offsets[2 * group + 1])
      // An unset group has -1; `\K` may set the start behind the end; nginx would take a negative length.
      return group < Int(count) && low >= 0 && low <= high ? low..<high : nil
    }
    return Match(ranges: ranges)
  }

  public func firstMatch(in subject: [UInt8], from start: Int = 0) throws(PatternError) -> Match? {
    do {
      return try subject.withUnsafeBytes { try firstMatch(in: $0, from: start) }
    } catch let error as PatternError {
      throw error
    } catch {
      throw .failed(code: 0)
    }
  }

  /// Whether the pattern matches anywhere.
  public func matches(_ subject: [UInt8]) throws(PatternError) -> Bool {
    try firstMatch(in: subject) != nil
  }

  private func run(
    on subject: UnsafeRawBufferPointer, from start: Int, data: OpaquePointer
  ) throws(PatternError) -> Int32 {
    let empty: StaticString = ""
    let base = subject.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? empty.utf8Start
    var result = pcre2_match_8(code.code, base, subject.count, start, 0, data, code.context)
    if result == PCRE2_ERROR_JIT_STACKLIMIT {
      result = pcre2_match_8(code.code, base, subject.count, start, PCRE2_NO_JIT, data, code.context)
    }
    switch result {
    case 0...: return result
    case PCRE2_ERROR_NOMATCH: return -1
    case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT:
      throw .limitExceeded(code: result)
    default: throw .failed(code: result)
    }
  }
}
