import ConfigSyntax

extension Template {
  /// Reads `$name`, `${name}` and `$1` … `$9` in a word.
  ///
  /// - Throws: `invalid variable name`, or `the closing bracket in "name" variable is missing`.
  public init(parsing bytes: [UInt8], at position: SourcePosition) throws(Diagnostic) {
    var reader = TemplateReader(bytes: bytes, position: position)
    self.init(pieces: try reader.pieces(), position: position)
  }

  /// Text without variables.
  public init(literal bytes: [UInt8], at position: SourcePosition) {
    self.init(pieces: bytes.isEmpty ? [] : [.literal(bytes)], position: position)
  }

  public var hasVariables: Bool { literal == nil }
}

private struct TemplateReader {
  let bytes: [UInt8]
  let position: SourcePosition
  private var index = 0

  init(bytes: [UInt8], position: SourcePosition) {
    self.bytes = bytes
    self.position = position
  }

  mutating func pieces() throws(Diagnostic) -> [Template.Piece] {
    var result: [Template.Piece] = []
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "$") {
        index += 1
        result.append(try reference())
      } else {
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "$") { index += 1 }
        result.append(.literal(Array(bytes[start..<index])))
      }
    }
    return result
  }

  private mutating func reference() throws(Diagnostic) -> Template.Piece {
    guard index < bytes.count else { throw Diagnostic("invalid variable name", at: position) }
    if (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(bytes[index]) {
      index += 1
      return .capture(Int(bytes[index - 1] - UInt8(ascii: "0")))
    }
    let isBracketed = bytes[index] == UInt8(ascii: "{")
    if isBracketed { index += 1 }
    let start = index
    while index < bytes.count, bytes[index].isVariableName { index += 1 }
    let name = String(decoding: bytes[start..<index], as: UTF8.self)
    if isBracketed { try readBracket(after: name) }
    guard !name.isEmpty else { throw Diagnostic("invalid variable name", at: position) }
    return .variable(name.lowercased())
  }

  private mutating func readBracket(after name: String) throws(Diagnostic) {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "}") else {
      throw Diagnostic("the closing bracket in \"\(name)\" variable is missing", at: position)
    }
    index += 1
  }
}

extension UInt8 {
  var isVariableName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
