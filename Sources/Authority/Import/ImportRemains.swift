import Glibc

/// What an import leaves in the old directory, for the operator to look after.
struct ImportRemains {
  /// Relative to the old directory, sorted.
  let files: [String]
  private let root: String

  /// - Parameters:
  ///   - taken: paths whose content is in the new directory.
  ///   - other: the new directory, which may lie within the old one.
  init(of root: String, taken: Set<String>, besides other: String) {
    self.root = root
    let new = Self.identity(other)
    var found: [String] = []
    // No link is followed, so that no folder is seen twice.
    func walk(_ folder: String, _ depth: Int) {
      for name in FilePaths.names(in: folder) where found.count < 10_000 {
        let path = folder + "/" + name
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT != S_IFDIR {
          if !taken.contains(path) { found.append(String(path.dropFirst(root.count + 1))) }
        } else if depth < 8, Self.identity(path) != new {
          walk(path, depth + 1)
        }
      }
    }
    walk(root, 0)
    files = found.sorted()
  }

  /// At most twenty names.
  var note: String? {
    guard !files.isEmpty else { return nil }
    let rest = files.count > 20 ? " and \(files.count - 20) more" : ""
    return "not needed, left in \(root): \(files.prefix(20).joined(separator: ", "))\(rest)"
  }

  private static func identity(_ path: String) -> [UInt64]? {
    var status = stat()
    return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
  }
}
