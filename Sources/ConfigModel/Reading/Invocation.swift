import ConfigSyntax

/// One directive being applied to the block it stands in.
struct Invocation {
  let directive: Directive
  let scope: Scope
  let reading: Reading

  var name: String { directive.name.text }
  var position: SourcePosition { directive.position }
  var count: Int { directive.arguments.count }
  var texts: [String] { directive.arguments.map(\.text) }

  func bytes(_ index: Int) -> [UInt8] { directive.arguments[index].bytes }
  func text(_ index: Int) -> String { directive.arguments[index].text }

  func template(_ index: Int) throws(Diagnostic) -> Template {
    try Template(parsing: bytes(index), at: position)
  }

  /// A file relative to the configuration's folder.
  func file(_ index: Int) throws(Diagnostic) -> PathReference {
    let path = text(index)
    guard !path.isEmpty else { throw error("the file of the \"\(name)\" directive has no name") }
    for scheme in ["data:", "engine:", "store:"] where path.hasPrefix(scheme) {
      throw error("\"\(scheme)\" is not supported in the \"\(name)\" directive, name a file")
    }
    guard !path.contains("$") else {
      throw error("variables are not supported in the \"\(name)\" directive")
    }
    return PathReference(path: reading.paths.underFolder(path), position: position)
  }

  /// A file whose name may have variables, or `data:` and its content.
  func dynamicFile(_ index: Int) throws(Diagnostic) -> PathReference {
    guard text(index).contains("$") || text(index).hasPrefix("data:") else { return try file(index) }
    for scheme in ["engine:", "store:"] where text(index).hasPrefix(scheme) {
      throw error("\"\(scheme)\" is not supported in the \"\(name)\" directive, name a file")
    }
    var reference = PathReference(path: text(index), position: position)
    if text(index).contains("$") { reference.template = try template(index) }
    reference.folder = reading.paths.folder
    return reference
  }

  /// Checks a regular expression, and keeps it as written.
  func regex(_ text: String, caseInsensitive: Bool) throws(Diagnostic) -> RegexSource {
    try reading.regex(text, caseInsensitive: caseInsensitive, at: position)
  }
}

extension Invocation {
  func error(_ message: String) -> Diagnostic { Diagnostic(message, at: position) }
  func warn(_ message: String) { reading.report(Diagnostic(message, at: position, severity: .warn)) }
  func note(_ message: String) { reading.report(Diagnostic(message, at: position, severity: .notice)) }

  func duplicate() -> Diagnostic { error("\"\(name)\" directive is duplicate") }
  func invalidValue() -> Diagnostic { error("\"\(name)\" directive invalid value") }
  func invalidParameter(_ text: String) -> Diagnostic { error("invalid parameter \"\(text)\"") }
  func outOfRange(_ range: ClosedRange<Int>) -> Diagnostic {
    range.upperBound == Int.max
      ? error("value must be equal to or greater than \(range.lowerBound)")
      : error("value must be between \(range.lowerBound) and \(range.upperBound)")
  }
}
