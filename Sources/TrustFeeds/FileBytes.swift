import Glibc

/// Reading whole files and directories.
enum FileBytes {
  static func read(_ path: String) throws(TrustFileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TrustFileError(path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw TrustFileError(path: path, code: errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw TrustFileError(path: path, code: EISDIR) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(max(0, status.st_size)) + 1)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw TrustFileError(path: path, code: errno) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// `path` itself, or the regular files in it when it is a directory, by name; names that begin with a point are
  /// passed over.
  static func files(_ path: String) throws(TrustFileError) -> [String] {
    var status = stat()
    guard fstatat(AT_FDCWD, path, &status, 0) == 0 else { throw TrustFileError(path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
    guard let directory = opendir(path) else { throw TrustFileError(path: path, code: errno) }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !name.hasPrefix(".") else { continue }
      let file = path + "/" + name
      if fstatat(AT_FDCWD, file, &status, 0) == 0, status.st_mode & S_IFMT == S_IFREG { found.append(file) }
    }
    return found.sorted()
  }
}

extension TrustFileError {
  /// `code` is `errno`'s.
  init(path: String, code: Int32) {
    self.init(path: path, line: nil, reason: String(cString: strerror(code)))
  }
}
