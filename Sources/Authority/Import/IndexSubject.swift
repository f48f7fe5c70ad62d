/// The subject column of `index.txt`: `/C=US/CN=alice`, with `\xHH` for what is not printable.
enum IndexSubject {
  static func commonName(_ subject: String) -> String? {
    guard let start = subject.range(of: "/CN=") else { return nil }
    let value = subject[start.upperBound...]
    // A slash ends the value only where another attribute begins.
    let end = value.indices.first { value[$0] == "/" && isAttribute(value[value.index(after: $0)...]) }
    let name = String(value[..<(end ?? value.endIndex)])
    return name.isEmpty ? nil : name
  }

  private static func isAttribute(_ text: Substring) -> Bool {
    let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "." }
    return !name.isEmpty && text.dropFirst(name.count).first == "="
  }
}
