import CPCRE2

/// A compiled regular expression of PCRE2, nginx's dialect: bytes, no UTF mode unless asked for.
///
/// Immutable once made: any number of threads may match with one pattern at the same time.
public final class Pattern: Sendable {
  public struct Options: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let caseInsensitive = Options(rawValue: 1)
    public static let multiline = Options(rawValue: 2)
    /// Pattern and subjects are UTF-8; a subject that is not is no match but an error.
    public static let utf8 = Options(rawValue: 4)
  }

  public let text: String
  public let options: Options
  /// Number of capturing groups, the whole match not counted.
  public let groupCount: Int
  /// Named groups in the order of their numbers.
  public let groupNames: [GroupName]
  let code: CompiledCode

  public struct GroupName: Hashable, Sendable {
    public let name: String
    public let number: Int
  }

  /// Compiles, with JIT where the machine has it.
  public init(_ text: String, options: Options = []) throws(PatternError) {
    self.text = text
    self.options = options
    code = try CompiledCode(text, options: options)
    groupCount = code.groupCount
    groupNames = code.groupNames()
  }
}

public enum PatternError: Error, Hashable, Sendable {
  /// The expression itself is wrong; `offset` is in bytes.
  case syntax(message: String, pattern: String, offset: Int)
  /// A match took more than the bounded number of steps, stack or memory.
  case limitExceeded(code: Int32)
  /// PCRE2 failed otherwise, as over a subject that is not UTF-8.
  case failed(code: Int32)
}

extension PatternError: CustomStringConvertible {
  /// As nginx words it.
  public var description: String {
    switch self {
    case .syntax(let message, let pattern, let offset):
      let rest = String(decoding: Array(pattern.utf8).dropFirst(offset), as: UTF8.self)
      let place = rest.isEmpty ? "" : " at \"\(rest)\""
      return "pcre2_compile() failed: \(message) in \"\(pattern)\"\(place)"
    case .limitExceeded(let code), .failed(let code): return "pcre2_match() failed: \(code)"
    }
  }
}
