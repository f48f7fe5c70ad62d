import PKI

/// What a name must look like to be a name (RFC 5280 §4.2.1.6).
enum NameSyntax {
  /// What is wrong with a subjectAltName entry, nil when nothing is.
  static func fault(_ name: GeneralName) -> String? {
    if name.hasEmbeddedNUL { return "U+0000 in \(kind(name))" }
    switch name {
    case .dns(let text): return isDNSName(text, allowsWildcard: true) ? nil : "dNSName \(quoted(text))"
    case .email(let text): return isMailbox(text) ? nil : "rfc822Name \(quoted(text))"
    case .uri(let text): return isURI(text) ? nil : "URI \(quoted(text))"
    case .ip, .directory, .registeredID, .other, .x400, .ediParty: return nil
    }
  }

  private static func kind(_ name: GeneralName) -> String {
    switch name {
    case .dns: "dNSName"
    case .email: "rfc822Name"
    case .uri: "URI"
    default: "name"
    }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() + "\""
  }

  /// Labels of letters, digits, hyphens and underscores, which RFC 5280 forbids and everybody issues.
  static func isDNSName(_ text: String, allowsWildcard: Bool = false) -> Bool {
    var labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)[...]
    if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
    if allowsWildcard, labels.count > 1, labels.first?.elementsEqual("*".utf8) == true { labels.removeFirst() }
    guard !labels.isEmpty, text.utf8.count <= 254 else { return false }
    return labels.allSatisfy { label in
      (1...63).contains(label.count) && label.allSatisfy(isLabelByte)
    }
  }

  private static func isLabelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// `local@host`, without spaces and control characters.
  static func isMailbox(_ text: String) -> Bool {
    guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return false }
    let host = text.utf8[text.utf8.index(after: at)...]
    return at > text.utf8.startIndex && !host.isEmpty && text.utf8.allSatisfy { (0x21..<0x7f).contains($0) }
  }

  /// A scheme and something behind it (RFC 3986 §3).
  static func isURI(_ text: String) -> Bool {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon > text.utf8.startIndex else { return false }
    return text.utf8.allSatisfy { (0x21..<0x7f).contains($0) }
  }
}
