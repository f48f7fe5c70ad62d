import ConfigModel
import ConfigSyntax
import Glibc

/// `ssl_key_log`: a file of TLS secrets that only its owner reads.
final class KeyLogFile: Sendable {
  private let descriptor: Int32

  /// `nil` where none is named.
  init?(_ file: PathReference?) throws(Diagnostic) {
    guard let file else { return nil }
    descriptor = open(file.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let number = errno
      throw Diagnostic(
        "open() \"\(file.path)\" failed (\(number): \(String(cString: strerror(number))))", at: file.position)
    }
  }

  deinit { close(descriptor) }

  /// One `write` a line, so that lines of several event loops do not mix.
  func append(_ line: String) {
    let bytes = Array(line.utf8) + [0x0A]
    _ = write(descriptor, bytes, bytes.count)
  }
}
