import ConfigModel
import ConfigSyntax

/// `root` or `alias` made ready: from a URI to a path in the file system.
struct RootRuntime: Sendable {
  private enum Mapping: Sendable {
    /// The whole URI follows the directory.
    case root
    /// The location's name, so many bytes of the URI, is replaced.
    case alias(Int)
    /// An alias in a location by regular expression is the whole path.
    case whole
  }

  private let directory: PathTemplate
  private let mapping: Mapping
  private let prefix: [UInt8]

  init(_ core: CoreSettings, compile: CompileContext) throws(Diagnostic) {
    prefix = Array(compile.prefix.utf8)
    switch core.root {
    case .root(let template):
      directory = try Self.directory(template, removingSlash: true, compile: compile)
      mapping = .root
    case .alias(let template):
      directory = try Self.directory(template, removingSlash: false, compile: compile)
      mapping = core.aliasedPrefix.map { .alias($0.utf8.count) } ?? .whole
    }
  }

  private static func directory(
    _ template: Template, removingSlash: Bool, compile: CompileContext
  ) throws(Diagnostic) -> PathTemplate {
    var template = template
    if removingSlash, case .literal(var bytes) = template.pieces.last, bytes.last == UInt8(ascii: "/") {
      bytes.removeLast()
      template.pieces[template.pieces.count - 1] = .literal(bytes)
    }
    if let literal = template.literal {
      return PathTemplate(literal: Array(compile.absolute(literal.asText).utf8))
    }
    return try PathTemplate(template, compile: compile)
  }

  var isAlias: Bool {
    if case .root = mapping { false } else { true }
  }

  /// `$document_root`: absolute, without a final slash of its own.
  func directory(for request: Request) throws(PathRefusal) -> [UInt8] {
    if let literal = directory.literal { return literal }
    let path: [UInt8]
    do throws(UnsafePath) {
      path = try directory.path(for: request)
    } catch {
      request.log(.error, "\(error)")
      throw .leadsAway
    }
    return path.first == UInt8(ascii: "/") ? path : prefix + path
  }

  /// `$request_filename`.
  func path(for request: Request) throws(PathRefusal) -> [UInt8] {
    try checkAlias(request)
    var path = try directory(for: request)
    let start = path.count
    switch mapping {
    case .root: path.append(contentsOf: request.uri)
    case .alias(let length): path.append(contentsOf: request.uri.dropFirst(length))
    case .whole: if request.phases.addsURIToAlias { path.append(contentsOf: request.uri) }
    }
    try Self.check(path, from: start, request)
    return path
  }

  private func checkAlias(_ request: Request) throws(PathRefusal) {
    guard isAlias, !request.phases.isLocationValid else { return }
    let name = request.effective.name.asText
    request.log(.alert, "\"alias\" cannot be used in location \"\(name)\" where URI was rewritten")
    throw .rewrittenAlias
  }

  private static func check(_ path: [UInt8], from start: Int, _ request: Request) throws(PathRefusal) {
    guard path.leadsAway(in: start..<path.count) else { return }
    request.log(.error, "\(UnsafePath(path: path))")
    throw .leadsAway
  }
}

/// Why a request has no file; the error log says it already.
enum PathRefusal: Error {
  /// A rewritten URI is at odds with an alias.
  case rewrittenAlias
  /// What the request brings would lead out of the folder.
  case leadsAway

  var status: Int {
    switch self {
    case .rewrittenAlias: 500
    case .leadsAway: 403
    }
  }
}

/// A path that `try_files` looks at.
struct TriedPath {
  var bytes: [UInt8]
  /// How much of it is the root.
  var rootLength: Int
}

extension RootRuntime {
  /// - Parameter isLiteral: the candidate has no variable: in an alias it then is relative to the directory.
  func path(trying name: [UInt8], isLiteral: Bool, for request: Request) throws(PathRefusal) -> TriedPath {
    try checkAlias(request)
    var path = try directory(for: request)
    let rootLength = path.count
    var rest = name[...]
    if case .alias(let length) = mapping, !isLiteral, name.starts(with: request.uri.prefix(length)) {
      rest = name.dropFirst(length)
    }
    path.append(contentsOf: rest)
    if !isLiteral { try Self.check(path, from: rootLength, request) }
    return TriedPath(bytes: path, rootLength: rootLength)
  }

  /// The path exists: it becomes the URI.
  func take(_ path: TriedPath, named name: [UInt8], isDirectory: Bool, for request: Request) {
    switch mapping {
    case .root: request.uri = name
    case .alias(let length): request.uri = Array(request.uri.prefix(length) + path.bytes[path.rootLength...])
    case .whole:
      if isDirectory { return }
      request.uri = name
      request.phases.addsURIToAlias = true
    }
  }
}
