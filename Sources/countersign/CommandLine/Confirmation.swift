import Glibc
import PKI

/// Questions on the controlling terminal, the answer shown as it is typed.
enum Confirmation {
  /// - Returns: the line typed, without spaces around it; nil without a terminal.
  static func ask(_ question: String) -> String? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    StandardOutput.write(Array(VisibleText.escapedLines(question).utf8), to: terminal)
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count < 4096 {
      let count = read(terminal, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return line.isEmpty ? nil : text(line) }
      if byte == 10 { break }
      line.append(byte)
    }
    return text(line)
  }

  /// Only a whole `yes` is one.
  static func isYes(_ question: String) -> Bool? { ask(question).map { $0.lowercased() == "yes" } }

  private static func text(_ line: [UInt8]) -> String {
    let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    return words.joined(separator: " ")
  }
}
