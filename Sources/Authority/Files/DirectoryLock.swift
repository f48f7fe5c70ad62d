import Glibc

/// One writer at a time in an authority's directory; the kernel lets go when the process ends, however it ends.
struct DirectoryLock: ~Copyable {
  private let file: Int32

  /// Waits for the lock, at most about `patience` seconds.
  init(_ layout: Layout, patience: Int = 60) throws(AuthorityError) {
    let opened = open(layout.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw .fileSystem(operation: "lock", path: layout.lock, errno: errno) }
    for _ in 0..<max(1, patience * 100) {
      if flock(opened, LOCK_EX | LOCK_NB) == 0 {
        file = opened
        return
      }
      guard errno == EWOULDBLOCK || errno == EINTR else { break }
      usleep(10_000)
    }
    let code = errno
    close(opened)
    guard code != EWOULDBLOCK else { throw .busy(directory: layout.root) }
    throw .fileSystem(operation: "lock", path: layout.lock, errno: code)
  }

  deinit { close(file) }
}
