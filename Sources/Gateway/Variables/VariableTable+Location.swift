import Glibc

extension VariableTable {
  /// What the location makes of the URI.
  static let location: [String: VariableGetter] = [
    "document_root": bytes { $0.effective.root.directory(for: $0) },
    "realpath_root": { request, out in
      guard let path = realPath(request.effective.root.directory(for: request)) else { return false }
      out.append(contentsOf: path)
      return true
    },
    "request_filename": { request, out in
      guard let path = request.effective.root.path(for: request) else { return false }
      out.append(contentsOf: path)
      return true
    },
    "limit_rate": number { $0.limitRate ?? 0 },
  ]

  private static func realPath(_ path: [UInt8]) -> [UInt8]? {
    guard let resolved = FileStatus.withCString(path, { realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return Array(String(cString: resolved).utf8)
  }
}
