import Cryptography
import Glibc

/// Replacing a file that others read: they see the old one or the new one, whole.
enum PlacedFile {
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return fstatat(AT_FDCWD, path, &status, 0) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A temporary file, fsync, rename, fsync of the directory. Mode and owner stay as they are, the owner as far as the
  /// process may say; a link goes on pointing to the file that is replaced.
  static func replace(_ path: String, with bytes: [UInt8]) throws(CRLPushRefusal) {
    let target = resolved(path)
    let slash = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
    let mark = secureRandomBytes(6).flatMap {
      [hexDigit($0 >> 4, upperCase: false), hexDigit($0 & 0xF, upperCase: false)]
    }
    .asText
    // Its first character keeps it out of a directory's lists.
    let temporary = "\(target[..<slash]).\(target[slash...]).\(mark).unfinished"
    do throws(CRLPushRefusal) {
      try create(temporary, like: target, bytes)
      guard rename(temporary, target) == 0 else { throw fault(target) }
    } catch {
      unlink(temporary)
      throw error
    }
    flush(directory: slash == target.startIndex ? "." : String(target[..<slash]))
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func create(
    _ path: String, like model: String, _ bytes: [UInt8]
  ) throws(CRLPushRefusal) {
    var status = stat()
    let hasModel = fstatat(AT_FDCWD, model, &status, 0) == 0
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw fault(path) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw fault(path) }
      written += count
    }
    // Giving a file away takes rights that a gateway need not have: then it stays the gateway's.
    if hasModel { _ = fchown(descriptor, status.st_uid, status.st_gid) }
    guard fchmod(descriptor, hasModel ? status.st_mode & 0o777 : 0o644) == 0, fsync(descriptor) == 0 else {
      throw fault(path)
    }
  }

  private static func flush(directory: String) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func fault(_ path: String) -> CRLPushRefusal {
    .unwritable(path: path, reason: String(cString: strerror(errno)))
  }
}
