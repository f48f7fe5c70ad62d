import ConfigSyntax

/// The condition of `if`: parentheses may be words of their own or stand at the ends of others.
struct IfCondition {
  private let invocation: Invocation
  private var words: [[UInt8]]

  init(_ invocation: Invocation) throws(Diagnostic) {
    self.invocation = invocation
    words = invocation.directive.arguments.map(\.bytes)
    guard words[0].first == UInt8(ascii: "(") else { throw Self.invalid(words[0], invocation) }
    words[0].removeFirst()
    let last = words.count - 1
    guard words[last].last == UInt8(ascii: ")") else { throw Self.invalid(words[last], invocation) }
    words[last].removeLast()
    if words.joined().isEmpty { throw Self.invalid([UInt8(ascii: ")")], invocation) }
    if words.count > 1, words[0].isEmpty { words.removeFirst() }
    if words.count > 1, words[words.count - 1].isEmpty { words.removeLast() }
  }

  func condition() throws(Diagnostic) -> RewriteIf.Condition {
    let first = String(decoding: words[0], as: UTF8.self)
    if first.utf8.count > 1, first.hasPrefix("$") { return try variableCondition() }
    guard let (test, negated) = fileTest(first), words.count == 2 else { throw Self.invalid(words[0], invocation) }
    return .file(try template(words[1]), test, negated: negated)
  }

  private func variableCondition() throws(Diagnostic) -> RewriteIf.Condition {
    guard words.count == 1 || words.count == 3 else { throw Self.invalid(words[0], invocation) }
    let name = words[0].dropFirst()
    guard name.allSatisfy(\.isVariableName) else { throw invocation.error("invalid variable name") }
    let variable = try template(Array("${".utf8) + name + Array("}".utf8))
    guard words.count == 3 else { return .variable(variable) }
    return try comparison(of: variable, String(decoding: words[1], as: UTF8.self), with: words[2])
  }

  private func comparison(
    of variable: Template, _ operation: String, with value: [UInt8]
  ) throws(Diagnostic) -> RewriteIf.Condition {
    switch operation {
    case "=": return .equals(variable, try template(value), negated: false)
    case "!=": return .equals(variable, try template(value), negated: true)
    case "~", "~*", "!~", "!~*":
      let regex = try invocation.regex(
        String(decoding: value, as: UTF8.self), caseInsensitive: operation.hasSuffix("*"))
      return .matches(variable, regex, negated: operation.hasPrefix("!"))
    default: throw invocation.error("unexpected \"\(operation)\" in condition")
    }
  }

  private func fileTest(_ text: String) -> (RewriteIf.FileTest, negated: Bool)? {
    let negated = text.hasPrefix("!")
    switch text.drop(while: { $0 == "!" }) {
    case "-f": return (.file, negated)
    case "-d": return (.directory, negated)
    case "-e": return (.exists, negated)
    case "-x": return (.executable, negated)
    default: return nil
    }
  }

  private func template(_ bytes: [UInt8]) throws(Diagnostic) -> Template {
    try Template(parsing: bytes, at: invocation.position)
  }

  private static func invalid(_ word: [UInt8], _ invocation: Invocation) -> Diagnostic {
    invocation.error("invalid condition \"\(String(decoding: word, as: UTF8.self))\"")
  }
}
