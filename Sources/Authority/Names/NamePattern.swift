/// A text to look for: anywhere, or, with `*`, as a pattern for the whole.
struct NamePattern {
  private let pieces: [Substring]

  init(_ pattern: String) {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    pieces = parts.count == 1 ? ["", parts[0], ""] : parts
  }

  func matches(_ text: String) -> Bool {
    guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first) else { return false }
    var rest = text.dropFirst(first.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let found = Self.find(piece, in: rest) else { return false }
      rest = rest[found...].dropFirst(piece.count)
    }
    return rest.hasSuffix(last)
  }

  private static func find(_ piece: Substring, in text: Substring) -> Substring.Index? {
    text.indices.first { text[$0...].hasPrefix(piece) }
  }
}
