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

  /// `local@host` (RFC 5321 §4.1.2).
  static func isMailbox(_ text: String) -> Bool { Mailbox(text) != nil }

  /// A scheme and something behind it (RFC 3986 §3).
  static func isURI(_ text: String) -> Bool {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), let first = text.utf8.first,
      Self.isLetter(first), text.utf8[..<colon].allSatisfy(isSchemeByte)
    else { return false }
    return text.utf8.allSatisfy { (0x21..<0x7f).contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

  private static func isSchemeByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
  }

  /// ASCII in lower case, without the root's dot. What is not ASCII stays as it is: U+212A is no k here.
  static func lowered(_ name: some StringProtocol) -> [UInt8] {
    var bytes = name.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    if bytes.count > 1, bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    return bytes
  }
}
