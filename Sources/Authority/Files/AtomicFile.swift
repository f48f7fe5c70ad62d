import Cryptography
import Glibc

/// Files that are whole or absent: written beside their place, flushed to the disk, then renamed into it.
public enum AtomicFile {
  /// Keys are readable by their owner alone and writable by nobody.
  public static let keyMode: UInt32 = 0o400
  public static let publicMode: UInt32 = 0o644

  /// Replaces the file at `path`.
  ///
  /// - Throws: ``AuthorityError/privateKey(path:)`` where a key would give way to something that is none.
  public static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(AuthorityError) {
    if mode != keyMode { try refuseKey(at: path) }
    let temporary = temporaryPath(for: path)
    try create(bytes, at: temporary, mode: mode)
    do throws(AuthorityError) {
      try move(temporary, to: path)
    } catch {
      _ = FileOperations.current.remove(temporary)
      throw error
    }
  }

  /// Writes a key, refusing to replace a file unless `force`.
  public static func writeKey(_ secret: SecretBytes, to path: String, force: Bool) throws(AuthorityError) {
    guard force || !FilePaths.exists(path) else { throw .fileExists(path: path) }
    try secret.withArray { (bytes) throws(AuthorityError) in try write(bytes, to: path, mode: keyMode) }
  }

  /// ``create(_:at:mode:)`` for a key.
  static func create(_ secret: SecretBytes, at path: String) throws(AuthorityError) {
    try secret.withArray { (bytes) throws(AuthorityError) in try create(bytes, at: path, mode: keyMode) }
  }

  /// Makes a new file and flushes it; leaves nothing behind when that fails.
  static func create(_ bytes: [UInt8], at path: String, mode: UInt32) throws(AuthorityError) {
    let system = FileOperations.current
    let file = system.create(path)
    guard file >= 0 else { throw .fileSystem(operation: "write", path: path, errno: errno) }
    do throws(AuthorityError) {
      try fill(file, with: bytes, path: path)
      guard system.setMode(file, mode) == 0, system.sync(file) == 0 else {
        throw AuthorityError.fileSystem(operation: "write", path: path, errno: errno)
      }
    } catch {
      _ = system.close(file)
      _ = system.remove(path)
      throw error
    }
    _ = system.close(file)
  }

  /// Renames a flushed file into its place and flushes the folder.
  ///
  /// - Throws: ``AuthorityError/authorityKey(path:)`` rather than overwrite a CA's key.
  static func move(_ temporary: String, to path: String) throws(AuthorityError) {
    try SupersededKey.refuse(at: path)
    guard FileOperations.current.rename(temporary, path) == 0 else {
      throw .fileSystem(operation: "write", path: path, errno: errno)
    }
    flushFolder(of: path)
  }

  static func flushFolder(of path: String) {
    let system = FileOperations.current
    let folder = system.openFolder(FilePaths.parent(of: path))
    guard folder >= 0 else { return }
    _ = system.sync(folder)
    _ = system.close(folder)
  }

  /// A name beside `path` that ``isLeftover(_:)`` knows again.
  static func temporaryPath(for path: String) -> String {
    let mark = secureRandomBytes(6).map { String($0, radix: 16) }.joined()
    return "\(FilePaths.parent(of: path))/.\(FilePaths.name(of: path)).\(mark)\(leftoverSuffix)"
  }

  /// Whether a file name is that of a file that never reached its place.
  static func isLeftover(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(leftoverSuffix) }

  private static let leftoverSuffix = ".unfinished"

  /// Keys imported CAs live by are called and kept as openssl's users like.
  private static func refuseKey(at path: String) throws(AuthorityError) {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var start = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &start, start.count)
    guard count > 0, String(decoding: start[..<count], as: UTF8.self).contains("PRIVATE KEY-----") else { return }
    throw .privateKey(path: path)
  }

  private static func fill(_ file: Int32, with bytes: [UInt8], path: String) throws(AuthorityError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        FileOperations.current.write(file, UnsafeRawBufferPointer(rebasing: $0[written...]))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .fileSystem(operation: "write", path: path, errno: errno) }
      written += count
    }
  }
}
