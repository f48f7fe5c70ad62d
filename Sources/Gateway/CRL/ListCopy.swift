import Cryptography
import Glibc
import TrustFeeds

/// A fetched CRL in its file, with what its server needs to know to say that it has not changed.
///
/// Both files are replaced by renaming. Beside the file stands one that ends with `.tag`; where it does not fit the CRL's
/// bytes it counts for nothing.
struct ListCopy {
  let bytes: [UInt8]
  let validators: ListValidators?

  /// `nil` where there is none.
  init?(at path: String) {
    guard let bytes = try? WholeFile.read(path, limit: .revocationLists), !bytes.isEmpty else { return nil }
    self.bytes = bytes
    validators = Self.validators(path, of: bytes)
  }

  /// Why a copy could not be written.
  struct Failure: Error, CustomStringConvertible {
    let path: String
    let code: Int32
    var description: String { "can't write \"\(path)\" (\(code): \(String(cString: strerror(code))))" }
  }

  /// Keeps `bytes`, which may be those there are.
  static func store(_ bytes: [UInt8], _ validators: ListValidators, at path: String) throws(Failure) {
    if let slash = path.lastIndex(of: "/") { try makeDirectory(String(path[..<slash])) }
    if (try? WholeFile.read(path, limit: .revocationLists)) != bytes { try write(bytes, to: path) }
    var lines = "sha256 \(HexText.lower(Digest.sha256.hash(bytes)))\n"
    if let etag = validators.etag { lines += "etag \(etag)\n" }
    if let lastModified = validators.lastModified { lines += "last-modified \(lastModified)\n" }
    try write(Array(lines.utf8), to: tag(path))
  }

  private static func tag(_ path: String) -> String { path + ".tag" }

  private static func validators(_ path: String, of bytes: [UInt8]) -> ListValidators? {
    guard let text = try? WholeFile.read(tag(path), limit: FileLimit(bytes: 65536)) else { return nil }
    var values: [Substring: String] = [:]
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1)
      if words.count == 2 { values[words[0]] = String(words[1]) }
    }
    guard values["sha256"] == HexText.lower(Digest.sha256.hash(bytes)) else { return nil }
    return ListValidators(etag: values["etag"], lastModified: values["last-modified"])
  }

  private static func makeDirectory(_ path: String) throws(Failure) {
    if path.isEmpty || access(path, F_OK) == 0 { return }
    if let slash = path.lastIndex(of: "/") { try makeDirectory(String(path[..<slash])) }
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw Failure(path: path, code: errno) }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    // Two gateways may share the directory.
    let temporary = "\(path).\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Failure(path: temporary, code: errno) }
    let isWritten = writeAll(bytes, to: descriptor) && fsync(descriptor) == 0
    let code = errno
    close(descriptor)
    guard isWritten, rename(temporary, path) == 0 else {
      let reason = isWritten ? errno : code
      unlink(temporary)
      throw Failure(path: path, code: reason)
    }
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
