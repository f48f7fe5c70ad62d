import Glibc
import Synchronization

/// Notices that files changed: by their identity, size and time, so that a replacement by rename is noticed too.
///
/// A change is told once the file has been the same for two looks in a row: a file that is being written is left in peace.
public final class FileWatcher: Sendable {
  /// Called on the watcher's own thread, with the paths that changed.
  public typealias Report = @Sendable (Set<String>) -> Void

  private struct Stamp: Hashable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int64
  }

  private struct Entry {
    var told: Stamp?
    var last: Stamp?
  }

  private let isStopped = Atomic<Bool>(false)

  /// - Parameters:
  ///   - paths: absolute; a file that is missing may appear later.
  ///   - interval: between two looks.
  public init(_ paths: [String], every interval: Duration = .milliseconds(250), report: @escaping Report) {
    var entries: [String: Entry] = [:]
    for path in paths {
      let stamp = Self.stamp(of: path)
      entries[path] = Entry(told: stamp, last: stamp)
    }
    let pause = UInt32(interval / .microseconds(1))
    let known = entries
    DetachedThread.start { [weak self] in
      var entries = known
      while let self, !self.isStopped.load(ordering: .relaxed) {
        usleep(pause)
        let changed = Self.look(&entries)
        if !changed.isEmpty, !self.isStopped.load(ordering: .relaxed) { report(changed) }
      }
    }
  }

  public func stop() { isStopped.store(true, ordering: .relaxed) }

  private static func look(_ entries: inout [String: Entry]) -> Set<String> {
    var changed: Set<String> = []
    for (path, entry) in entries {
      let stamp = stamp(of: path)
      if stamp == entry.last, stamp != entry.told, stamp != nil {
        changed.insert(path)
        entries[path]?.told = stamp
      }
      entries[path]?.last = stamp
    }
    return changed
  }

  private static func stamp(of path: String) -> Stamp? {
    var status = stat()
    guard fstatat(AT_FDCWD, path, &status, 0) == 0 else { return nil }
    return Stamp(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
  }
}
