import CPCRE2

/// Owns PCRE2's compiled form and the limits to match under.
///
/// Sendable by PCRE2's promise: compiled code and match contexts are read-only while matching.
final class CompiledCode: @unchecked Sendable {
  let code: OpaquePointer
  let context: OpaquePointer

  /// In KiB, for matches that JIT cannot do: PCRE2's own limit of 20 GB is none. Its limits on steps and depth are kept.
  static let heapLimit: UInt32 = 64 << 10
  static let maximumPatternLength = 16 << 10

  init(_ text: String, options: Pattern.Options) throws(PatternError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.maximumPatternLength else {
      throw .syntax(message: "pattern is too long", pattern: text, offset: bytes.count)
    }
    var error: Int32 = 0
    var offset = 0
    guard let code = pcre2_compile_8(bytes, bytes.count, options.pcre2, &error, &offset, nil) else {
      throw .syntax(message: Self.message(error), pattern: text, offset: offset)
    }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_code_free_8(code)
      throw .failed(code: PCRE2_ERROR_NOMEMORY)
    }
    pcre2_set_heap_limit_8(context, Self.heapLimit)
    // A machine without JIT interprets: slower, the same results.
    _ = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    self.code = code
    self.context = context
  }

  deinit {
    pcre2_match_context_free_8(context)
    pcre2_code_free_8(code)
  }

  var groupCount: Int { Int(information(UInt32(PCRE2_INFO_CAPTURECOUNT))) }

  func groupNames() -> [Pattern.GroupName] {
    let entrySize = Int(information(UInt32(PCRE2_INFO_NAMEENTRYSIZE)))
    var table: UnsafePointer<UInt8>?
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
    guard let table, entrySize > 2 else { return [] }
    let names = (0..<Int(information(UInt32(PCRE2_INFO_NAMECOUNT)))).map { index in
      let entry = UnsafeBufferPointer(start: table + index * entrySize, count: entrySize)
      let name = entry.dropFirst(2).prefix { $0 != 0 }
      return Pattern.GroupName(
        name: String(decoding: name, as: UTF8.self), number: Int(entry[0]) << 8 | Int(entry[1]))
    }
    return names.sorted { $0.number < $1.number }
  }

  private func information(_ what: UInt32) -> UInt32 {
    var value: UInt32 = 0
    pcre2_pattern_info_8(code, what, &value)
    return value
  }

  private static func message(_ error: Int32) -> String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      count = max(0, Int(pcre2_get_error_message_8(error, buffer.baseAddress, buffer.count)))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Pattern.Options {
  fileprivate var pcre2: UInt32 {
    var flags: UInt32 = 0
    if contains(.caseInsensitive) { flags |= PCRE2_CASELESS }
    if contains(.multiline) { flags |= PCRE2_MULTILINE }
    if contains(.utf8) { flags |= PCRE2_UTF }
    return flags
  }
}
