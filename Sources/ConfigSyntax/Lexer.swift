/// Cuts a configuration into directives' words, by exactly the rules of nginx.
///
/// A word ends at white space, `;` or `{`; `}` ends nothing and may stand inside a word. Quotes count only at the start of
/// a word, `#` too. `\` before `"`, `'` or `\` stands for that byte, `\t`, `\r` and `\n` for the control bytes; any other
/// `\` stays. `${` keeps its brace inside the word.
struct Lexer {
  enum Statement {
    /// Words, then `;`.
    case simple([Word])
    /// Words, then `{`.
    case blockStart([Word])
    case blockEnd
    case end
  }

  private let bytes: [UInt8]
  private let source: Source
  private var index = 0
  /// Of the byte read last.
  private(set) var line: Int

  enum Source {
    case file(String)
    case commandLine
  }

  init(_ bytes: [UInt8], source: Source) {
    self.bytes = bytes
    self.source = source
    line = 1
  }

  var position: SourcePosition {
    switch source {
    case .file(let name): SourcePosition(file: name, line: line)
    case .commandLine: .commandLine
    }
  }

  /// Reads up to the end of one statement.
  mutating func next() throws(Diagnostic) -> Statement {
    var words: [Word] = []
    while let byte = try skipSpace(after: words) {
      switch byte {
      case .semicolon, .openBrace:
        guard !words.isEmpty else { throw unexpected(byte) }
        return byte == .semicolon ? .simple(words) : .blockStart(words)
      case .closeBrace:
        guard words.isEmpty else { throw unexpected(byte) }
        return .blockEnd
      case .doubleQuote, .singleQuote:
        words.append(try quotedWord(until: byte))
        try requireSeparator()
      default:
        index -= 1
        words.append(try bareWord())
      }
    }
    return .end
  }

  /// The next byte that is neither space nor comment, read; `nil` at a proper end of the source.
  private mutating func skipSpace(after words: [Word]) throws(Diagnostic) -> UInt8? {
    while let byte = try read() {
      if byte.isSpace { continue }
      guard byte == .sharp else { return byte }
      while index < bytes.count, bytes[index] != .lineFeed { index += 1 }
    }
    guard words.isEmpty else { throw endOfSource() }
    return nil
  }

  private mutating func bareWord() throws(Diagnostic) -> Word {
    var raw: [UInt8] = []
    var afterDollar = false
    while let byte = try read() {
      if byte == .openBrace, afterDollar {
        raw.append(byte)
        continue
      }
      if byte.isSpace || byte == .semicolon || byte == .openBrace {
        unread(byte)
        return Word(bytes: Self.unescaped(raw))
      }
      afterDollar = byte == .dollar
      raw.append(byte)
      if byte == .backslash, let escaped = try read() { raw.append(escaped) }
    }
    throw endOfSource()
  }

  private mutating func quotedWord(until quote: UInt8) throws(Diagnostic) -> Word {
    var raw: [UInt8] = []
    while let byte = try read() {
      if byte == quote { return Word(bytes: Self.unescaped(raw), isQuoted: true) }
      raw.append(byte)
      if byte == .backslash, let escaped = try read() { raw.append(escaped) }
    }
    throw endOfSource()
  }

  /// After a quoted word only space, `;`, `{` or `)` may follow; `)` begins a word of its own.
  private mutating func requireSeparator() throws(Diagnostic) {
    guard let byte = try read() else { throw endOfSource() }
    guard byte.isSpace || byte == .semicolon || byte == .openBrace || byte == .closeParenthesis else {
      throw unexpected(byte)
    }
    unread(byte)
  }

  private mutating func read() throws(Diagnostic) -> UInt8? {
    guard index < bytes.count else { return nil }
    let byte = bytes[index]
    index += 1
    if byte == .lineFeed { line += 1 }
    if byte == 0 { throw Diagnostic("unexpected NUL byte", at: position) }
    return byte
  }

  private mutating func unread(_ byte: UInt8) {
    index -= 1
    if byte == .lineFeed { line -= 1 }
  }

  private func unexpected(_ byte: UInt8) -> Diagnostic {
    Diagnostic("unexpected \"\(String(decoding: CollectionOfOne(byte), as: UTF8.self))\"", at: position)
  }

  private func endOfSource() -> Diagnostic {
    switch source {
    case .file: Diagnostic("unexpected end of file, expecting \";\" or \"}\"", at: position)
    case .commandLine: Diagnostic("unexpected end of parameter, expecting \";\"", at: position)
    }
  }
}

extension Lexer {
  private static func unescaped(_ raw: [UInt8]) -> [UInt8] {
    guard raw.contains(.backslash) else { return raw }
    var result: [UInt8] = []
    result.reserveCapacity(raw.count)
    var index = 0
    while index < raw.count {
      let next = index + 1 < raw.count ? replacement(for: raw[index + 1]) : nil
      if raw[index] == .backslash, let next {
        result.append(next)
        index += 2
      } else {
        result.append(raw[index])
        index += 1
      }
    }
    return result
  }

  private static func replacement(for escaped: UInt8) -> UInt8? {
    switch escaped {
    case .doubleQuote, .singleQuote, .backslash: escaped
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "n"): 0x0A
    default: nil
    }
  }
}

extension UInt8 {
  static let lineFeed: UInt8 = 0x0A
  static let semicolon = UInt8(ascii: ";")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let closeParenthesis = UInt8(ascii: ")")
  static let doubleQuote = UInt8(ascii: "\"")
  static let singleQuote = UInt8(ascii: "'")
  static let backslash = UInt8(ascii: "\\")
  static let dollar = UInt8(ascii: "$")
  static let sharp = UInt8(ascii: "#")
  var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
}
