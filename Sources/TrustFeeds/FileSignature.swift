import Glibc

/// What tells that a file was changed or replaced. For a directory: what is in it too.
public struct FileSignature: Hashable, Sendable {
  private var device: UInt64 = 0
  private var inode: UInt64 = 0
  private var size: Int64 = -1
  private var times: [Int] = []
  private var entries: [FileSignature] = []

  /// Equal for all files that are not there.
  public init(_ path: String) {
    guard let status = Self.status(path) else { return }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    times = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    guard status.st_mode & S_IFMT == S_IFDIR else { return }
    entries = ((try? WholeFile.files(at: path)) ?? []).map(FileSignature.init)
  }

  public var exists: Bool { size >= 0 }

  static func isDirectory(_ path: String) -> Bool {
    status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return fstatat(AT_FDCWD, path, &status, 0) == 0 ? status : nil
  }
}
