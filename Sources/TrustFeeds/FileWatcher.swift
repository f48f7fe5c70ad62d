import Foundation
import Glibc
import Synchronization

/// Notices that files changed, by their identity, size and times, so that a replacement by rename is noticed too: at once
/// through inotify, within `interval` where inotify is blind (network file systems, links into other directories).
///
/// A change is told when the files have been quiet for a moment; a file caught half-written is told again when it is
/// whole.
public final class FileWatcher: Sendable {
  /// Called on the watcher's own thread, with the paths that changed, as they were given.
  public typealias Report = @Sendable (Set<String>) -> Void

  private let ending = WatchEnding()

  /// - Parameters:
  ///   - paths: files and directories, absolute; one that is missing may appear later.
  ///   - known: how files looked when they were read; what changed since is told. Of others the first look is taken here.
  ///   - interval: between two looks when nothing is heard.
  ///   - quiet: how long nothing may happen before a change is told.
  public init(
    _ paths: [String], since known: [String: FileSignature] = [:], every interval: Duration = .milliseconds(250),
    quiet: Duration = .milliseconds(10), report: @escaping Report
  ) {
    let ending = ending
    // What changes after this call returns is told.
    let watch = FileWatch(paths, since: known, every: interval, quiet: quiet, ending: ending)
    Thread.detachNewThread {
      while !ending.isOver {
        let changed = watch.nextChanges()
        if !changed.isEmpty, !ending.isOver { report(changed) }
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
