import Glibc

/// The waiting itself. Used by one thread after it is made.
///
/// Unchecked: made on one thread and handed over whole to another.
final class FileWatch: @unchecked Sendable {
  private let interval: Int32
  private let quiet: Int32
  private let ending: WatchEnding
  private let notifier: Int32
  private let paths: [String]

  /// The longest a change waits for quiet, in milliseconds.
  private static let patience: Int32 = 500

  init(_ paths: [String], every interval: Duration, quiet: Duration, ending: WatchEnding) {
    self.interval = Self.milliseconds(interval)
    self.quiet = Self.milliseconds(quiet)
    self.ending = ending
    self.paths = paths
    notifier = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    watchDirectories()
  }

  deinit {
    if notifier >= 0 { close(notifier) }
  }

  private static func milliseconds(_ duration: Duration) -> Int32 {
    max(1, Int32(clamping: Int64(duration / .milliseconds(1))))
  }

  /// Until something was heard and it is quiet again, or it is time for the next look.
  func awaitNextLook() {
    if waitForEvent(interval) { waitForQuiet() }
    watchDirectories()
  }

  private func waitForQuiet() {
    var waited: Int32 = 0
    while waited < Self.patience, !ending.isOver, waitForEvent(quiet) { waited += quiet }
  }

  /// Directories are watched, not files: a file that is replaced by renaming takes its watch away with it. Asking again
  /// for a directory that is watched already changes nothing, and catches one that was replaced.
  private func watchDirectories() {
    guard notifier >= 0 else { return }
    let events = IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB
    for directory in Set(paths.map(Self.directory)) {
      _ = inotify_add_watch(notifier, directory, UInt32(events) | UInt32(IN_ONLYDIR))
    }
  }

  /// The directory whose entries make the difference: the path itself if it is one.
  private static func directory(of path: String) -> String {
    if FileSignature.isDirectory(path) { return path }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// True when something was heard before the time was up.
  private func waitForEvent(_ milliseconds: Int32) -> Bool {
    var descriptors = [
      pollfd(fd: notifier, events: Int16(POLLIN), revents: 0),
      pollfd(fd: ending.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&descriptors, 2, milliseconds) > 0, descriptors[0].revents != 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(notifier, &buffer, buffer.count) > 0 {}
    return true
  }
}
