import Gateway

/// The error log's line of one refusal, taken apart.
///
/// The id and the rule come before anything that a client can choose; what is in quotes cannot end them.
struct RefusalLine {
  private let line: String
  private let id: String
  /// With whatever a collector of logs put before it.
  private let time: String
  private let rule: String
  private let facts: [(name: String, value: String)]
  private let message: String

  static func isID(_ text: String) -> Bool {
    text.utf8.count == 8 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  /// `nil` where the line does not tell of that refusal.
  init?(_ line: String, id: String) {
    // Of many lines few have the id at all.
    guard let mark = line.firstRange(of: " refusal \(id), rule "), let open = line.firstRange(of: " ["),
      let close = line[open.upperBound...].firstRange(of: "] "),
      Self.isProcess(line[close.upperBound..<mark.lowerBound])
    else { return nil }
    self.line = line
    self.id = id
    time = String(line[..<open.lowerBound])
    var scanner = FactScanner(line[mark.upperBound...])
    rule = scanner.word()
    var facts: [(name: String, value: String)] = []
    while let fact = scanner.fact() { facts.append(fact) }
    self.facts = facts
    message = String(scanner.rest)
  }

  /// `12#12:` with `*5` behind it.
  private static func isProcess(_ text: Substring) -> Bool {
    let words = text.split(separator: " ")
    guard let first = words.first, first.hasSuffix(":"), words.count <= 2 else { return false }
    return first.dropLast().allSatisfy { $0.isNumber || $0 == "#" }
      && words.dropFirst().allSatisfy { $0.first == "*" && $0.dropFirst().allSatisfy(\.isNumber) }
  }

  /// What the operator reads.
  var report: String {
    let rows =
      [("when", time), ("rule", "\(rule): \(meaning)")] + facts.filter { $0.name != "cure" } + [("said", message)]
    let width = rows.map(\.0.count).max() ?? 0
    let lines = rows.map { "  \($0.0.padding(to: width))  \($0.1)" }
    return (["refusal \(id)"] + lines + ["  \("cure".padding(to: width))  \(cure)", "", line]).joined(separator: "\n")
  }

  private var meaning: String { reason?.meaning ?? "a rule that this version does not know" }

  /// As this version words it; as the log does where the rule is unknown here.
  private var cure: String { reason?.cure ?? facts.first { $0.name == "cure" }?.value ?? "" }

  private var reason: RefusalReason? { RefusalReason(named: rule) }
}

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

/// Reads `, name: "value"` and `, name: value` one after the other, up to `: `.
private struct FactScanner {
  private(set) var rest: Substring

  init(_ text: Substring) { rest = text }

  /// Up to the next comma or colon.
  mutating func word() -> String {
    let word = rest.prefix { $0 != "," && $0 != ":" }
    rest = rest.dropFirst(word.count)
    return String(word)
  }

  mutating func fact() -> (name: String, value: String)? {
    guard rest.hasPrefix(", ") else {
      rest = rest.drop { $0 == ":" || $0 == " " }
      return nil
    }
    rest = rest.dropFirst(2)
    let name = word()
    rest = rest.drop { $0 == ":" || $0 == " " }
    return (name, rest.first == "\"" ? quoted() : word())
  }

  /// A backslash takes the next character with it.
  private mutating func quoted() -> String {
    rest.removeFirst()
    var value = ""
    while let next = rest.popFirst(), next != "\"" {
      value.append(next)
      if next == "\\", let escaped = rest.popFirst() { value.append(escaped) }
    }
    return value
  }
}
