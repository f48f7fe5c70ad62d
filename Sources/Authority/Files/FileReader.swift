import Cryptography
import Glibc

/// Whole files, with the path in every error.
public enum FileReader {
  /// A file beyond `limit` bytes is refused: keys, certificates and indexes are small.
  public static func bytes(of path: String, limit: Int = 256 << 20) throws(AuthorityError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .unreadable(path: path, problem: "is a directory") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var block = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = block.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: block[..<count])
      guard bytes.count <= limit else { throw .unreadable(path: path, problem: "is larger than \(limit) bytes") }
    }
  }

  /// The same for a key or a passphrase: no copy of it stays in memory that was given back.
  public static func secret(of path: String, limit: Int) throws(AuthorityError) -> SecretBytes {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .unreadable(path: path, problem: "is a directory") }
    // Of its final size from the start, so that it never moves.
    var buffer = [UInt8](repeating: 0, count: limit + 1)
    var filled = 0
    defer { buffer.wipe() }
    while filled < buffer.count {
      let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress.map { $0 + filled }, $0.count - filled) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      guard count > 0 else { return SecretBytes(buffer[..<filled]) }
      filled += count
    }
    throw .unreadable(path: path, problem: "is larger than \(limit) bytes")
  }

  private static func failure(_ path: String) -> AuthorityError {
    .unreadable(path: path, problem: String(cString: strerror(errno)))
  }
}

extension FileReader {
  public static func exists(_ path: String) -> Bool { FilePaths.exists(path) }
  public static func isFolder(_ path: String) -> Bool { FilePaths.isFolder(path) }
}
