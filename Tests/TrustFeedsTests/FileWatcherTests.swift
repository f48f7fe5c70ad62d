import Foundation
import Synchronization
import Testing

@testable import TrustFeeds

@Suite("Watched files")
struct FileWatcherTests {
  /// What a watcher told, for a test to wait for.
  private final class Heard: Sendable {
    private let paths = Mutex<Set<String>>([])

    func add(_ changed: Set<String>) { paths.withLock { $0.formUnion(changed) } }

    func wait(for path: String) async -> Bool {
      for _ in 0..<500 {
        if paths.withLock({ $0.contains(path) }) { return true }
        try? await Task.sleep(for: .milliseconds(10))
      }
      return false
    }
  }

  private func watch(_ paths: [String]) -> (FileWatcher, Heard) {
    let heard = Heard()
    return (FileWatcher(paths, report: { heard.add($0) }), heard)
  }

  @Test("a file written in place is told")
  func inPlace() async throws {
    let scratch = try Scratch()
    let file = try scratch.write("ca.crt", [1])
    let (watcher, heard) = watch([file])
    try scratch.write("ca.crt", [1, 2])
    #expect(await heard.wait(for: file))
    watcher.stop()
  }

  @Test("a file that changed between its reading and the watching is told")
  func changedBefore() async throws {
    let scratch = try Scratch()
    let file = try scratch.write("ca.crt", [1])
    let signature = FileSignature(file)
    try scratch.write("ca.crt", [1, 2])
    let heard = Heard()
    let watcher = FileWatcher([file], since: [file: signature], report: { heard.add($0) })
    #expect(await heard.wait(for: file))
    watcher.stop()
  }

  @Test("a file replaced by renaming is told, twice")
  func renamed() async throws {
    let scratch = try Scratch()
    let file = try scratch.write("a.crl", [1])
    for content in [[UInt8]([2]), [3]] {
      let (watcher, heard) = watch([file])
      try scratch.replace("a.crl", content)
      #expect(await heard.wait(for: file))
      watcher.stop()
    }
  }

  @Test("a file that was missing is told when it appears")
  func appears() async throws {
    let scratch = try Scratch()
    let file = scratch.path + "/late.crl"
    let (watcher, heard) = watch([file])
    try scratch.write("late.crl", [1])
    #expect(await heard.wait(for: file))
    watcher.stop()
  }

  @Test("a link that points elsewhere now is told")
  func link() async throws {
    let scratch = try Scratch()
    let (a, b) = (try scratch.write("a", [1]), try scratch.write("b", [2]))
    let link = scratch.path + "/ca.crt"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: a)
    let (watcher, heard) = watch([link])
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: b)
    #expect(await heard.wait(for: link))
    watcher.stop()
  }

  @Test("a file added to a watched directory tells the directory")
  func directory() async throws {
    let scratch = try Scratch()
    let (watcher, heard) = watch([scratch.path])
    try scratch.write("new.crl", [1])
    #expect(await heard.wait(for: scratch.path))
    watcher.stop()
  }
}
