import Foundation
import Glibc
import Synchronization

/// Says when to look at files: at once when something happened beside them (inotify), and every `interval` where inotify
/// is blind (network file systems, links into other directories).
///
/// Whoever looks compares with what is in effect: nothing is marked as seen here.
public final class FileWatcher: Sendable {
  private let ending = WatchEnding()

  /// - Parameters:
  ///   - paths: files and directories, absolute; one that is missing may appear later.
  ///   - interval: between two looks when nothing is heard.
  ///   - quiet: how long nothing may happen before something heard is told: files are mostly whole by then.
  ///   - look: called on the watcher's own thread.
  public init(
    _ paths: [String], every interval: Duration = .milliseconds(250), quiet: Duration = .milliseconds(10),
    look: @escaping @Sendable () -> Void
  ) {
    let ending = ending
    // What happens after this call returns is heard.
    let watch = FileWatch(paths, every: interval, quiet: quiet, ending: ending)
    Thread.detachNewThread {
      while !ending.isOver {
        watch.awaitNextLook()
        if !ending.isOver { look() }
      }
    }
  }

  /// No call begins after this one returns, but for one that is about to.
  public func stop() { ending.end() }

  deinit { ending.end() }
}

/// How the watcher tells its thread to end, and wakes it for that.
final class WatchEnding: Sendable {
  private let over = Atomic<Bool>(false)
  /// Read end, write end.
  private let pipe: (Int32, Int32)

  init() {
    var ends: [Int32] = [-1, -1]
    pipe = Glibc.pipe(&ends) == 0 ? (ends[0], ends[1]) : (-1, -1)
    for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    if pipe.0 >= 0 { close(pipe.0) }
    if pipe.1 >= 0 { close(pipe.1) }
  }

  /// Readable once the end has come.
  var descriptor: Int32 { pipe.0 }
  var isOver: Bool { over.load(ordering: .acquiring) }

  func end() {
    over.store(true, ordering: .releasing)
    var byte: UInt8 = 0
    _ = write(pipe.1, &byte, 1)
  }
}
