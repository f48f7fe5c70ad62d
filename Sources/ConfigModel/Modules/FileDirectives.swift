import ConfigSyntax

extension DirectiveTable {
  /// What static files are, and where.
  static let fileRows: [DirectiveRow] = [
    .custom(
      "root", in: .requestAndIf, "path", .exactly(1), isRepeatable: true, default: "html",
      "The folder that URIs are looked up in; relative to the prefix.", inheriting: rootInheritance
    ) { invocation throws(Diagnostic) in try invocation.setRoot(isAlias: false) },
    .custom(
      "alias", in: .location, "path", .exactly(1), isRepeatable: true,
      "The path that replaces the location's prefix.", inheriting: rootInheritance
    ) { invocation throws(Diagnostic) in try invocation.setRoot(isAlias: true) },
    .list(
      "index", in: .request, \.location.core.$index, .index, default: "index.html",
      "Files that answer for a folder."),
    .custom(
      "try_files", in: [.server, .location], "file … uri | file … =code", .atLeast(2),
      "The first of these files that exists answers; else the last argument."
    ) { invocation throws(Diagnostic) in
      invocation.scope.settings.location.core.tryFiles = try invocation.tryFiles()
    },
    .value("etag", in: .request, \.location.core.$etag, .flag, default: "on", "Whether files get an ETag."),
    .value(
      "if_modified_since", in: .request, \.location.core.$ifModifiedSince, .choice, default: "exact",
      "How If-Modified-Since is compared."),
    .value(
      "max_ranges", in: .request, \.location.core.$maxRanges, Grammar<Int>.number.optional, default: nil,
      "How many byte ranges a request may ask for; 0: none."),
    .noEffect(
      "open_file_cache", in: .request, .words("off | max=number [inactive=time]", .between(1, 2)),
      because: cacheReason),
    .noEffect("open_file_cache_valid", in: .request, Grammar<Duration>.seconds, because: cacheReason),
    .noEffect("open_file_cache_min_uses", in: .request, Grammar<Int>.number, because: cacheReason),
    .noEffect("open_file_cache_errors", in: .request, Grammar<Bool>.flag, because: cacheReason),
    .noEffect("open_file_cache_events", in: .request, Grammar<Bool>.flag, because: cacheReason),
  ]

  static let cacheReason = "open files are not cached"

  private static let rootInheritance = [
    Inheritance(\.location.core.$root), Inheritance(\.location.core.$aliasedPrefix),
  ]
}

extension Grammar where Value == [Template] {
  fileprivate static var index: Grammar {
    Grammar("file …", .atLeast(1)) { invocation throws(Diagnostic) in
      var files: [Template] = []
      for (index, text) in invocation.texts.enumerated() {
        if text.hasPrefix("/"), index + 1 != invocation.count {
          invocation.warn("only the last index in \"index\" directive should be absolute")
        }
        guard !text.isEmpty else { throw invocation.error("index \"\" in \"index\" directive is invalid") }
        files.append(try invocation.template(index))
      }
      return files
    }
  }
}

extension Invocation {
  fileprivate func setRoot(isAlias: Bool) throws(Diagnostic) {
    try checkRoot(isAlias: isAlias)
    var bytes = bytes(0)
    if !isAlias, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    if bytes.first != UInt8(ascii: "$"), bytes.first != UInt8(ascii: "/") || bytes.isEmpty {
      bytes = Array(reading.paths.prefix.utf8) + bytes
    }
    let template = try Template(parsing: bytes, at: position)
    scope.settings.location.core.$root.set(isAlias ? .alias(template) : .root(template), at: position)
    if isAlias { warnOfMissingSlash(template) }
    scope.settings.location.core.$aliasedPrefix.set(isAlias ? scope.match?.prefixText : nil, at: position)
  }

  /// Where the location's name lacks the slash that the alias ends with, `/al../x` comes to `alias/../x`.
  private func warnOfMissingSlash(_ alias: Template) {
    guard case .literal(let end) = alias.pieces.last, end.last == UInt8(ascii: "/") else { return }
    switch scope.match {
    case .prefix(let name), .prefixWithoutRegex(let name):
      if !name.hasSuffix("/") { warn("\"alias\" ends with a slash and location \"\(name)\" does not") }
    case .exact, .regex, .named, nil: return
    }
  }

  private func checkRoot(isAlias: Bool) throws(Diagnostic) {
    let setting = scope.settings.location.core.$root
    if setting.isSet {
      let wasAlias = if case .alias = setting.wrappedValue { true } else { false }
      guard wasAlias != isAlias else { throw duplicate() }
      throw error(
        "\"\(name)\" directive is duplicate, \"\(wasAlias ? "alias" : "root")\" directive was specified earlier")
    }
    if isAlias, case .named = scope.match {
      throw error("the \"alias\" directive cannot be used inside the named location")
    }
    for variable in ["document_root", "realpath_root"] {
      guard try template(0).pieces.contains(.variable(variable)) else { continue }
      throw error("the $\(variable) variable cannot be used in the \"\(name)\" directive")
    }
  }

  fileprivate func tryFiles() throws(Diagnostic) -> TryFiles {
    var candidates: [Template] = []
    for index in 0..<count - 1 { candidates.append(try template(index)) }
    return TryFiles(candidates: candidates, fallback: try fallback())
  }

  private func fallback() throws(Diagnostic) -> TryFiles.Fallback {
    let last = text(count - 1)
    if last.hasPrefix("=") {
      guard let code = Int(configuration: last.utf8.dropFirst()), code <= 999 else {
        throw error("invalid code \"\(last)\"")
      }
      return .status(code)
    }
    return last.hasPrefix("@") ? .named(last) : .uri(try template(count - 1))
  }
}

extension LocationBlock.Match {
  /// What `alias` replaces; `nil` for a regular expression.
  fileprivate var prefixText: String? {
    switch self {
    case .prefix(let text), .prefixWithoutRegex(let text), .exact(let text), .named(let text): text
    case .regex: nil
    }
  }
}
