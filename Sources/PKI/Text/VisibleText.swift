/// Text that a stranger chose, made safe to show: what a reader would not see, or what would steer a terminal, a log or
/// the order of the letters, stands as `\u{…}`.
public enum VisibleText {
  /// Controls, formats (zero-width characters and those that turn the direction of writing among them), separators of
  /// lines and paragraphs, private use, what Unicode has not assigned, and what it says is displayed as nothing.
  public static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value < 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator, .unassigned: return true
    default: return scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// What keeps `text` from being a name that readers can tell from others; nil when nothing does.
  public static func fault(in text: String) -> String? {
    if let first = text.unicodeScalars.first(where: isInvisible) {
      return "has the invisible character \(escaped(String(first)))"
    }
    let ends = [text.unicodeScalars.first, text.unicodeScalars.last].compactMap(\.self)
    return ends.contains(where: \.properties.isWhitespace) ? "has a space at its end" : nil
  }

  /// The text on one line, every character of it visible.
  public static func escaped(_ text: String) -> String {
    if isPlain(text) { return text }
    var visible = ""
    for scalar in text.unicodeScalars {
      if isInvisible(scalar) {
        visible += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        visible.unicodeScalars.append(scalar)
      }
    }
    return visible
  }

  /// At most `limit` bytes of the text, with an ellipsis where something is missing.
  public static func shortened(_ text: String, limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: limit)
    // A character that the cut would go through is left out whole.
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text.unicodeScalars[..<end]) + "…"
  }

  /// Lines of our own in which strangers' text may stand: breaks of lines stay.
  public static func escapedLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }.joined(separator: "\n")
  }

  /// JSON in which every invisible character beyond ASCII is `\uXXXX`: the same values for a program.
  ///
  /// - Parameter json: a whole JSON text; such characters stand in its strings only.
  public static func escapedJSON(_ json: String) -> String {
    var text = ""
    for scalar in json.unicodeScalars {
      guard scalar.value >= 0x7F, isInvisible(scalar) else {
        text.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return text
  }

  private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }
}
