import Authority

/// `authority_password_file`: its first line.
enum PasswordFile {
  static func read(_ path: String) throws(AuthorityError) -> [UInt8] {
    var line = Array(try FileReader.bytes(of: path, limit: 1 << 20).prefix { $0 != 10 })
    if line.last == 13 { line.removeLast() }
    guard !line.isEmpty else { throw .unreadable(path: path, problem: "its first line, the passphrase, is empty") }
    return line
  }
}
