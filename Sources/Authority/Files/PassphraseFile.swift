import Cryptography

/// A passphrase kept in a file that nobody else can read: its first line, without the line's end.
public enum PassphraseFile {
  /// - Throws: ``AuthorityError/exposed(path:problem:cure:)``, ``AuthorityError/unreadable(path:problem:)``.
  public static func read(_ path: String) throws(AuthorityError) -> SecretBytes {
    try Exposure.check(secret: path)
    let line = try FileReader.secret(of: path, limit: 1 << 16).withBytes { bytes in
      let line = bytes.prefix { $0 != 10 }
      return SecretBytes(line.last == 13 ? line.dropLast() : line)
    }
    guard !line.isEmpty else { throw .unreadable(path: path, problem: "its first line, the passphrase, is empty") }
    return line
  }
}
