import Glibc

extension VariableTable {
  /// What the location makes of the URI.
  static let location: [String: VariableGetter] = [
    "document_root": { request, out in
      guard let path = directory(of: request) else { return false }
      out.append(contentsOf: path)
      return true
    },
    "realpath_root": { request, out in
      guard let path = directory(of: request).flatMap(realPath) else { return false }
      out.append(contentsOf: path)
      return true
    },
    "request_filename": { request, out in
      guard let path = try? request.effective.root.path(for: request) else { return false }
      out.append(contentsOf: path)
      return true
    },
    "limit_rate": number { $0.limitRate ?? 0 },
  ]

  /// `nil` where a request would lead it astray.
  private static func directory(of request: Request) -> [UInt8]? {
    try? request.effective.root.directory(for: request)
  }

  private static func realPath(_ path: [UInt8]) -> [UInt8]? {
    guard let resolved = FileStatus.withCString(path, { realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return Array(String(cString: resolved).utf8)
  }
}
