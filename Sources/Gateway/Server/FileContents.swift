import Glibc

/// Whole files, as start and reload read them.
enum FileContents {
  /// Why the system refused, as `2: No such file or directory`.
  struct Failure: Error, CustomStringConvertible {
    var code: Int32
    var description: String { "\(code): \(message)" }
    var message: String { String(cString: strerror(code)) }
  }

  /// - Parameter limit: a larger file is refused with EFBIG; nothing a gateway reads whole is larger than a CRL.
  static func read(_ path: String, limit: Int = 1 << 30) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw Failure(code: errno) }
    guard information.st_mode & S_IFMT != S_IFDIR else { throw Failure(code: EISDIR) }
    guard information.st_size <= limit else { throw Failure(code: EFBIG) }
    return try read(descriptor, expecting: Int(information.st_size), limit: limit)
  }

  private static func read(_ descriptor: Int32, expecting size: Int, limit: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + 1)
    var chunk = [UInt8](repeating: 0, count: max(4096, min(size + 1, 1 << 20)))
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(code: errno)
      }
      bytes += chunk[..<count]
      if bytes.count > limit { throw Failure(code: EFBIG) }
    }
  }
}
