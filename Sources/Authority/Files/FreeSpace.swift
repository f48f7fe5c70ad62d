import Glibc

/// A full disk is found before anything is begun, wherever it can be.
enum FreeSpace {
  /// What one act may need: the ledger's journal and index, a key, a request, certificates.
  static let margin: UInt64 = 192 << 10

  /// - Throws: `ENOSPC` for the folder when less than ``margin`` is free for this user.
  static func check(_ folder: String) throws(AuthorityError) {
    var facts = statvfs()
    // What cannot be asked is found out by writing.
    guard statvfs(folder, &facts) == 0, facts.f_blocks > 0 else { return }
    let blocks = geteuid() == 0 ? facts.f_bfree : facts.f_bavail
    guard UInt64(blocks) * UInt64(facts.f_frsize) < margin else { return }
    throw .fileSystem(operation: "write in", path: folder, errno: ENOSPC)
  }
}
