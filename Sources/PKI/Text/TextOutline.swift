/// Indented lines. Whatever comes out of a certificate passes through here, so nothing in it can steer a terminal.
struct TextOutline {
  private(set) var text = ""
  private var depth = 0

  mutating func line(_ content: String) {
    text += String(repeating: " ", count: depth * 4)
    text += VisibleText.escaped(content) + "\n"
  }

  /// A heading, and what `body` writes below it.
  mutating func section(_ heading: String, _ body: (inout TextOutline) -> Void) {
    line(heading)
    depth += 1
    body(&self)
    depth -= 1
  }

  /// Octets with colons, 18 to a line.
  mutating func octets(_ bytes: [UInt8]) {
    for start in stride(from: 0, to: bytes.count, by: 18) {
      let end = min(start + 18, bytes.count)
      line(Hexadecimal.colons(bytes[start..<end]) + (end < bytes.count ? ":" : ""))
    }
  }
}
