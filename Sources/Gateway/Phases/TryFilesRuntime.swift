import ConfigModel
import ConfigSyntax

/// `try_files` made ready: the first path that exists becomes the URI, or the fallback takes over.
struct TryFilesRuntime: Sendable {
  private enum Fallback: Sendable {
    case uri(CompiledTemplate)
    case named(String)
    case status(Int)
  }

  private let candidates: [(path: CompiledTemplate, isDirectory: Bool)]
  private let fallback: Fallback

  init(_ setting: TryFiles, compile: CompileContext) throws(Diagnostic) {
    var candidates: [(path: CompiledTemplate, isDirectory: Bool)] = []
    for var template in setting.candidates {
      let isDirectory = template.removeTrailingSlash()
      candidates.append((try compile.template(template), isDirectory))
    }
    self.candidates = candidates
    switch setting.fallback {
    case .uri(let template): fallback = .uri(try compile.template(template))
    case .named(let name): fallback = .named(name)
    case .status(let status): fallback = .status(status)
    }
  }

  func run(_ request: Request, _ admission: Admission) -> Phase? {
    let root = request.effective.root
    for candidate in candidates {
      let name = candidate.path.value(for: request)
      let path: TriedPath
      do throws(PathRefusal) {
        path = try root.path(trying: name, isLiteral: candidate.path.literal != nil, for: request)
      } catch {
        request.finalize(status: error.status)
        return nil
      }
      guard exists(path, isDirectory: candidate.isDirectory, for: request) else { continue }
      root.take(path, named: name, isDirectory: candidate.isDirectory, for: request)
      return .content(admission)
    }
    fallBack(request)
    return nil
  }

  private func exists(_ path: TriedPath, isDirectory: Bool, for request: Request) -> Bool {
    switch FileStatus.of(path.bytes) {
    case .success(let status): return (status.kind == .directory) == isDirectory
    case .failure(let error):
      if !error.isNotFound { request.log(.crit, "stat() \"\(path.bytes.asText)\" failed (\(error))") }
      return false
    }
  }

  private func fallBack(_ request: Request) {
    switch fallback {
    case .status(let status): request.finalize(status: status)
    case .named(let name): request.internalRedirect(named: name)
    case .uri(let template):
      let (uri, args) = template.internalURI(for: request)
      request.internalRedirect(uri: uri, args: args)
    }
  }
}

extension Template {
  /// - Returns: whether there was one.
  fileprivate mutating func removeTrailingSlash() -> Bool {
    guard case .literal(var bytes) = pieces.last, bytes.last == UInt8(ascii: "/") else { return false }
    bytes.removeLast()
    if bytes.isEmpty { pieces.removeLast() } else { pieces[pieces.count - 1] = .literal(bytes) }
    return true
  }
}

extension [UInt8] {
  /// The path, and what follows the first `?`.
  func splitArguments() -> (path: [UInt8], arguments: [UInt8]) {
    guard let mark = firstIndex(of: UInt8(ascii: "?")) else { return (self, []) }
    return (Array(self[..<mark]), Array(self[(mark + 1)...]))
  }
}
