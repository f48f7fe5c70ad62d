import ConfigModel
import ConfigSyntax

/// The condition of an `if`, made ready.
enum RewriteCondition: Sendable {
  case variable(CompiledTemplate)
  case equals(CompiledTemplate, CompiledTemplate, negated: Bool)
  case matches(CompiledTemplate, CompiledPattern, negated: Bool)
  case file(PathTemplate, RewriteIf.FileTest, negated: Bool, prefix: [UInt8])

  init(_ condition: RewriteIf.Condition, compile: CompileContext) throws(Diagnostic) {
    switch condition {
    case .variable(let text): self = .variable(try compile.template(text))
    case .equals(let a, let b, let negated):
      self = .equals(try compile.template(a), try compile.template(b), negated: negated)
    case .matches(let text, let source, let negated):
      self = .matches(try compile.template(text), try compile.pattern(source), negated: negated)
    case .file(let text, let test, let negated):
      self = .file(try PathTemplate(text, compile: compile), test, negated: negated, prefix: Array(compile.prefix.utf8))
    }
  }

  /// - Throws: where nobody knows; the error log has it then.
  func holds(for request: Request) throws(EvaluationFailure) -> Bool {
    switch self {
    case .variable(let text):
      let value = text.value(for: request)
      return !value.isEmpty && value != [UInt8(ascii: "0")]
    case .equals(let a, let b, let negated): return (a.value(for: request) == b.value(for: request)) != negated
    case .matches(let text, let pattern, let negated):
      if try matches(text, pattern, request) { return !negated }
      request.captures = RegexCaptures()
      return negated
    case .file(let text, let test, let negated, let prefix):
      var path = try Self.path(text, request)
      if path.first != UInt8(ascii: "/") { path = prefix + path }
      return Self.test(path, test) != negated
    }
  }

  private func matches(
    _ text: CompiledTemplate, _ pattern: CompiledPattern, _ request: Request
  ) throws(EvaluationFailure) -> Bool {
    let value = text.value(for: request)
    let isDecoded = text.mayBeDecoded && text.target(for: request) != value
    return try pattern.matches(value, isDecoded: isDecoded, for: request)
  }

  private static func path(_ template: PathTemplate, _ request: Request) throws(EvaluationFailure) -> [UInt8] {
    do throws(UnsafePath) {
      return try template.path(for: request)
    } catch {
      request.log(.error, "\(error)")
      throw EvaluationFailure(message: "\(error)")
    }
  }

  private static func test(_ path: [UInt8], _ test: RewriteIf.FileTest) -> Bool {
    guard case .success(let status) = FileStatus.of(path) else { return false }
    return switch test {
    case .file: status.kind == .file
    case .directory: status.kind == .directory
    case .exists: status.kind != .other
    case .executable: status.isExecutable
    }
  }
}
