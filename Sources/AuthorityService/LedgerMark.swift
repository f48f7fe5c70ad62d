import Authority
import ContentService
import Glibc

/// How a ledger's files look: it was not written to while this stays the same.
struct LedgerMark: Hashable, Sendable {
  private let database: FileLook?
  private let log: FileLook?

  init(_ place: AuthorityPlace) {
    let path = Layout(root: place.directory).ledger
    database = FileLook(path)
    log = FileLook(path + "-wal")
  }
}

/// Which file stands under a path.
struct FileIdentity: Hashable, Sendable {
  fileprivate let device: UInt64
  fileprivate let inode: UInt64

  init?(_ path: String) {
    guard let look = FileLook(path) else { return nil }
    self = look.identity
  }

  fileprivate init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// Which file it is, how large, and when it was changed.
private struct FileLook: Hashable, Sendable {
  let identity: FileIdentity
  private let size: Int64
  private let seconds: Int
  private let nanoseconds: Int

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    identity = FileIdentity(status)
    size = Int64(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
