import ConfigSyntax
import PatternMatching

/// The work of reading one configuration: walks the trees and applies each directive by its row.
final class Reading {
  let table: DirectiveTable
  let host: ConfigurationHost
  let paths: ConfigurationPaths
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var files: [ConfigurationFile] = []
  private var openFiles: [String] = []
  /// Every directive met: only their settings can differ from block to block.
  private(set) var namedDirectives: Set<String> = []

  var main = MainSettings()
  let mainScope: Scope
  var httpScope: Scope?
  var upstreams: [UpstreamBlock] = []
  var logFormats: [String: LogFormat] = [LogFormat.combined.name: .combined]
  var zones: [String: ByteCount] = [:]

  /// Beyond so many errors the rest would only be noise.
  static let maximumErrors = 20

  init(table: DirectiveTable, host: ConfigurationHost, paths: ConfigurationPaths) {
    self.table = table
    self.host = host
    self.paths = paths
    mainScope = Scope(.main, at: SourcePosition(file: paths.file, line: 0))
  }

  var isFailed: Bool { errorCount > 0 }
  private var errorCount: Int { diagnostics.count { $0.severity == .emerg } }

  func report(_ diagnostic: Diagnostic) {
    guard diagnostic.severity != .emerg || errorCount < Self.maximumErrors else { return }
    diagnostics.append(diagnostic)
  }

  func readCommandLine(_ text: String) {
    read(SyntaxTree(commandLine: text), into: mainScope)
  }

  func readMainFile() {
    readFile(paths.file, into: mainScope, namedAt: nil)
  }

  func regex(
    _ text: String, caseInsensitive: Bool, at position: SourcePosition
  ) throws(Diagnostic) -> RegexSource {
    do throws(PatternError) {
      _ = try Pattern(text, options: caseInsensitive ? .caseInsensitive : [])
    } catch {
      throw Diagnostic(error.description, at: position)
    }
    return RegexSource(pattern: text, caseInsensitive: caseInsensitive, position: position)
  }
}

extension Reading {
  /// Reads a file into a block, as if its text stood there.
  func readFile(_ path: String, into scope: Scope, namedAt position: SourcePosition?) {
    withFile(path, namedAt: position) { read($0, into: scope) }
  }

  func withFile(_ path: String, namedAt position: SourcePosition?, _ body: (SyntaxTree) -> Void) {
    guard !openFiles.contains(path) else {
      return report(Diagnostic("\"\(path)\" includes itself", at: position))
    }
    do throws(ConfigurationHost.ReadFailure) {
      let bytes = try host.read(path)
      if !files.contains(where: { $0.path == path }) { files.append(ConfigurationFile(path: path, bytes: bytes)) }
      openFiles.append(path)
      body(SyntaxTree(bytes: bytes, file: path))
      openFiles.removeLast()
    } catch {
      report(Diagnostic("open() \"\(path)\" failed (\(error.code): \(error.message))", at: position))
    }
  }

  /// Expands an `include`; a pattern may match nothing, a plain name must exist.
  func include(_ pattern: String, at position: SourcePosition, _ body: (SyntaxTree) -> Void) {
    let path = paths.underFolder(pattern)
    guard path.contains(where: { "*?[".contains($0) }) else {
      return withFile(path, namedAt: position, body)
    }
    for match in host.glob(path) { withFile(match, namedAt: position, body) }
  }

  func read(_ tree: SyntaxTree, into scope: Scope) {
    read(tree.directives, into: scope)
    if let failure = tree.failure { report(failure) }
  }

  func read(_ directives: [Directive], into scope: Scope) {
    for directive in directives {
      do throws(Diagnostic) {
        try apply(directive, to: scope)
      } catch {
        report(error)
      }
    }
  }

  private func apply(_ directive: Directive, to scope: Scope) throws(Diagnostic) {
    let name = directive.name.text
    let rows = table.rows(named: name)
    guard !rows.isEmpty else { throw unknown(directive, in: scope) }
    guard let row = rows.first(where: { $0.contexts.contains(scope.context) }) else {
      throw Diagnostic("\"\(name)\" directive is not allowed here", at: directive.position)
    }
    try check(directive, against: row)
    guard scope.seen.insert(name).inserted || row.isRepeatable else {
      throw Diagnostic("\"\(name)\" directive is duplicate", at: directive.position)
    }
    namedDirectives.insert(name)
    try row.apply(Invocation(directive: directive, scope: scope, reading: self))
  }

  private func check(_ directive: Directive, against row: DirectiveRow) throws(Diagnostic) {
    if directive.block != nil, !row.takesBlock {
      throw Diagnostic("directive \"\(row.name)\" is not terminated by \";\"", at: directive.position)
    }
    if directive.block == nil, row.takesBlock {
      throw Diagnostic("directive \"\(row.name)\" has no opening \"{\"", at: directive.position)
    }
    guard row.arity.accepts(directive.arguments.count) else {
      throw Diagnostic("invalid number of arguments in \"\(row.name)\" directive", at: directive.position)
    }
  }

  private func unknown(_ directive: Directive, in scope: Scope) -> Diagnostic {
    let name = directive.name.text
    if let refusal = ForeignDirectives.nginx.refusal(of: name) { return Diagnostic(refusal, at: directive.position) }
    let here = table.rows.filter { $0.contexts.contains(scope.context) }.map(\.name)
    let guess = Spelling.nearest(to: name, among: here) ?? Spelling.nearest(to: name, among: table.rows.map(\.name))
    let hint = guess.map { " (did you mean \"\($0)\"?)" } ?? ""
    return Diagnostic("unknown directive \"\(name)\"\(hint)", at: directive.position)
  }
}
