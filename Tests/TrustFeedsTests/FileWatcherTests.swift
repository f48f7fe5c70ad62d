import Foundation
import Synchronization
import Testing

@testable import TrustFeeds

@Suite("Watched files")
struct FileWatcherTests {
  /// How often a watcher said to look, for a test to wait for.
  private final class Looks: Sendable {
    private let count = Atomic<Int>(0)

    func add() { count.add(1, ordering: .relaxed) }

    func wait() async -> Bool {
      for _ in 0..<500 {
        if count.load(ordering: .relaxed) > 0 { return true }
        try? await Task.sleep(for: .milliseconds(10))
      }
      return false
    }
  }

  /// So seldom does it look by itself that only what it hears counts.
  private func watch(_ paths: [String], every interval: Duration = .seconds(600)) -> (FileWatcher, Looks) {
    let looks = Looks()
    return (FileWatcher(paths, every: interval) { looks.add() }, looks)
  }

  @Test("a file written in place is heard of")
  func inPlace() async throws {
    let scratch = try Scratch()
    let file = try scratch.write("ca.crt", [1])
    let (watcher, looks) = watch([file])
    try scratch.write("ca.crt", [1, 2])
    #expect(await looks.wait())
    watcher.stop()
  }

  @Test("a file replaced by renaming is heard of, twice")
  func renamed() async throws {
    let scratch = try Scratch()
    let file = try scratch.write("a.crl", [1])
    for content in [[UInt8]([2]), [3]] {
      let (watcher, looks) = watch([file])
      try scratch.replace("a.crl", content)
      #expect(await looks.wait())
      watcher.stop()
    }
  }

  @Test("a file that was missing is heard of when it appears")
  func appears() async throws {
    let scratch = try Scratch()
    let (watcher, looks) = watch([scratch.path + "/late.crl"])
    try scratch.write("late.crl", [1])
    #expect(await looks.wait())
    watcher.stop()
  }

  @Test("a link that points elsewhere now is heard of")
  func link() async throws {
    let scratch = try Scratch()
    let (a, b) = (try scratch.write("a", [1]), try scratch.write("b", [2]))
    let link = scratch.path + "/ca.crt"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: a)
    let (watcher, looks) = watch([link])
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: b)
    #expect(await looks.wait())
    watcher.stop()
  }

  @Test("a file added to a watched directory is heard of")
  func directory() async throws {
    let scratch = try Scratch()
    let (watcher, looks) = watch([scratch.path])
    try scratch.write("new.crl", [1])
    #expect(await looks.wait())
    watcher.stop()
  }

  @Test("where nothing is heard it is looked at again and again")
  func interval() async throws {
    let scratch = try Scratch()
    let (watcher, looks) = watch([try scratch.write("ca.crt", [1])], every: .milliseconds(10))
    #expect(await looks.wait())
    watcher.stop()
  }
}
