import ConfigModel
import ConfigSyntax
import PKI

/// A `log_format` made ready: values are escaped as the format says.
struct LogLine: Sendable {
  private let template: CompiledTemplate
  private let escape: LogFormat.Escape

  init(_ format: LogFormat, variables: VariableScope) throws(Diagnostic) {
    template = try CompiledTemplate(format.template, variables: variables)
    escape = format.escape
  }

  func append(to line: inout [UInt8], for request: Request) {
    for piece in template.pieces {
      let start = line.count
      switch piece {
      case .literal(let bytes):
        line.append(contentsOf: bytes)
        continue
      case .capture(let number): request.append(capture: number, to: &line)
      case .variable(let getter, _):
        if !getter(request, &line), escape == .default { line.append(UInt8(ascii: "-")) }
      }
      escape.apply(to: &line, from: start)
    }
  }
}

extension LogFormat.Escape {
  /// Escapes what was appended from `start` on, in place; most values need nothing.
  func apply(to line: inout [UInt8], from start: Int) {
    if self == .none { return }
    guard line[start...].contains(where: mustEscape) else { return }
    let value = Array(line[start...])
    line.removeSubrange(start...)
    if self == .json { return Self.appendJSON(value, to: &line) }
    for byte in value {
      if !mustEscape(byte) {
        line.append(byte)
      } else {
        line.append(ascii: "\\x")
        line.append(hexDigit(byte >> 4, upperCase: true))
        line.append(hexDigit(byte & 0xF, upperCase: true))
      }
    }
  }

  private func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte >= 0x7F
  }

  /// The content of a JSON string: octets that are no UTF-8 become U+FFFD, invisible characters `\uXXXX`.
  private static func appendJSON(_ value: [UInt8], to line: inout [UInt8]) {
    var ascii: [UInt8] = []
    for byte in value {
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        appendJSON(byte, to: &ascii)
      } else {
        ascii.append(byte)
      }
    }
    line.append(contentsOf: VisibleText.escapedJSON(String(decoding: ascii, as: UTF8.self)).utf8)
  }

  private static func appendJSON(_ byte: UInt8, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x22, 0x5C: line.append(byte)
    case 0x0A: line.append(UInt8(ascii: "n"))
    case 0x0D: line.append(UInt8(ascii: "r"))
    case 0x09: line.append(UInt8(ascii: "t"))
    case 0x08: line.append(UInt8(ascii: "b"))
    case 0x0C: line.append(UInt8(ascii: "f"))
    default:
      line.append(ascii: "u00")
      line.append(hexDigit(byte >> 4, upperCase: true))
      line.append(hexDigit(byte & 0xF, upperCase: true))
    }
  }
}
