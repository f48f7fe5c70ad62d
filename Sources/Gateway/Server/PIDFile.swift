import Glibc
import TrustFeeds

/// The file that tells scripts which process serves, and that it does.
enum PIDFile {
  /// Written whole under another name and renamed, so that nobody reads half a number. `errno` tells why it failed.
  static func write(_ path: String) -> Bool {
    let temporary = "\(path).\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    let text = Array("\(getpid())\n".utf8)
    let isWritten = Glibc.write(descriptor, text, text.count) == text.count
    close(descriptor)
    return isWritten && rename(temporary, path) == 0
  }

  /// The process that the file names; `nil` where there is none to be read.
  static func process(in path: String) -> pid_t? {
    guard let bytes = try? WholeFile.read(path, limit: FileLimit(bytes: 64)) else { return nil }
    let digits = bytes.prefix { (0x30...0x39).contains($0) }
    guard let pid = pid_t(String(decoding: digits, as: UTF8.self)), pid > 1 else { return nil }
    return pid
  }
}
