import Glibc

/// Who besides the operator could read a secret, or change what a CA's folder holds.
enum Exposure {
  /// A key's or a passphrase's file: regular files are the owner's alone.
  ///
  /// - Throws: ``AuthorityError/exposed(path:problem:cure:)``. A file that is not there is for its reader to report.
  static func check(secret path: String) throws(AuthorityError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    try check(owner: status.st_uid, of: path)
    guard status.st_mode & 0o077 != 0 else { return }
    throw .exposed(
      path: path, problem: "others can use it (mode \(octal(status.st_mode)))", cure: "chmod 600 \(quoted(path))")
  }

  /// The folders that a CA's files are in: nobody else puts a file there or takes one away.
  static func check(_ layout: Layout) throws(AuthorityError) {
    for folder in [layout.root, layout.authorityFolder] { try check(folder: folder) }
  }

  private static func check(folder path: String) throws(AuthorityError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
    try check(owner: status.st_uid, of: path)
    guard status.st_mode & 0o022 != 0 else { return }
    throw .exposed(
      path: path, problem: "others can put files into it (mode \(octal(status.st_mode)))",
      cure: "chmod go-w \(quoted(path))")
  }

  /// Root may do everything anyway; who calls by sudo is nobody else.
  private static func check(owner: uid_t, of path: String) throws(AuthorityError) {
    let user = geteuid()
    if owner == user || owner == 0 { return }
    if user == 0, let caller = getenv("SUDO_UID"), uid_t(String(cString: caller)) == owner { return }
    throw .exposed(
      path: path, problem: "it is owned by \(name(of: owner))", cure: "sudo chown \(name(of: user)) \(quoted(path))")
  }

  private static func name(of user: uid_t) -> String {
    getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "\(user)"
  }

  private static func octal(_ mode: mode_t) -> String {
    let digits = String(mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// As a shell takes it.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || "/._-+@,:".utf8.contains(byte)
    }
    return isPlain && !path.hasPrefix("-") ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }
}
