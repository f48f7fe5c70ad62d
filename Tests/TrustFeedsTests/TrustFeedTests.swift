import Foundation
import Synchronization
import Testing

@testable import TrustFeeds

@Suite("Feeds of trust files")
struct TrustFeedTests {
  private struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  private typealias Feed = TrustFeed<[UInt8], Fault>

  /// A file whose content is good unless it begins with 0; loads are counted.
  private final class Stand {
    let scratch: Scratch
    let loads = Loads()
    let file: String

    final class Loads: Sendable {
      let count = Atomic<Int>(0)
      /// Fails whatever the file holds.
      let fails = Atomic<Bool>(false)
    }

    init() throws {
      scratch = try Scratch()
      file = try scratch.write("file", [1])
    }

    func feed() throws -> Feed {
      try Feed([file]) { [file, loads] _ throws(Fault) in
        loads.count.add(1, ordering: .relaxed)
        if loads.fails.load(ordering: .relaxed) { throw Fault(description: "no descriptor") }
        do throws(FileFault) {
          let bytes = try WholeFile.read(file, limit: .secrets)
          if bytes.first == 0 { throw FileFault.system(EINVAL) }
          return Feed.Loaded(bytes)
        } catch {
          throw Fault(description: "\(error)")
        }
      }
    }

    var count: Int { loads.count.load(ordering: .relaxed) }
  }

  private func refresh(_ feed: Feed, _ second: Double, _ urgency: TrustUrgency = .routine) -> Bool {
    var survey = FileSurvey()
    return feed.refresh(&survey, at: .seconds(second), urgency)
  }

  @Test("at the start a bad file is an error")
  func start() throws {
    let stand = try Stand()
    try stand.scratch.write("file", [0])
    #expect(throws: Fault.self) { try stand.feed() }
  }

  @Test("what did not change is not read again; what changed is, also before anybody looked")
  func changes() throws {
    let stand = try Stand()
    let feed = try stand.feed()
    #expect(!refresh(feed, 0) && stand.count == 1)
    try stand.scratch.write("file", [1, 2])
    #expect(refresh(feed, 1) && feed.value == [1, 2])
    #expect(!refresh(feed, 2) && stand.count == 2)
    #expect(refresh(feed, 3, .anew) && stand.count == 3)
  }

  @Test("a load that failed is repeated after 1, 2, 4 … 60 seconds until it succeeds, though the file stays as it is")
  func retries() throws {
    let stand = try Stand()
    let feed = try stand.feed()
    try stand.scratch.write("file", [2, 2])
    stand.loads.fails.store(true, ordering: .relaxed)
    var time = 0.0
    for wait in [1.0, 2, 4, 8, 16, 32, 60, 60, 60] {
      let before = stand.count
      #expect(!refresh(feed, time) && stand.count == before + 1)
      #expect(feed.value == [1] && feed.problem?.reasons == ["no descriptor"])
      #expect(!refresh(feed, time + wait - 0.25) && stand.count == before + 1, "after \(wait) seconds, not before")
      time += wait
    }
    stand.loads.fails.store(false, ordering: .relaxed)
    #expect(refresh(feed, time) && feed.value == [2, 2] && feed.problem == nil)
  }

  @Test("a bad file that changes is tried at once, and where somebody waits for it")
  func urgency() throws {
    let stand = try Stand()
    let feed = try stand.feed()
    try stand.scratch.write("file", [0])
    #expect(!refresh(feed, 0) && feed.problem != nil && stand.count == 2)
    #expect(!refresh(feed, 0.1) && stand.count == 2)
    #expect(!refresh(feed, 0.2, .now) && stand.count == 3)
    try stand.scratch.write("file", [0, 0])
    #expect(!refresh(feed, 0.3) && stand.count == 4 && feed.problem?.attempts == 1)
    try stand.scratch.write("file", [3])
    #expect(refresh(feed, 0.4) && feed.value == [3] && feed.problem == nil)
  }

  @Test("a file that is gone for a moment is nothing; one that stays gone is a problem, and what it held stays")
  func missing() throws {
    let stand = try Stand()
    let feed = try stand.feed()
    unlink(stand.file)
    #expect(!refresh(feed, 10) && !refresh(feed, 11.5) && stand.count == 1 && feed.problem == nil)
    try stand.scratch.write("file", [4])
    #expect(refresh(feed, 11.6) && feed.value == [4])
    unlink(stand.file)
    #expect(!refresh(feed, 20) && !refresh(feed, 22))
    #expect(feed.problem?.reasons == ["2: No such file or directory"] && feed.value == [4])
    try stand.scratch.write("file", [5])
    #expect(refresh(feed, 22.1) && feed.value == [5] && feed.problem == nil)
  }

  @Test("of several parts those that are good are in effect, the others are a problem until they are")
  func parts() throws {
    let scratch = try Scratch()
    let file = try scratch.write("file", [1])
    let hasFault = Stand.Loads()
    let feed = try Feed([file]) { inEffect throws(Fault) in
      let isBad = hasFault.fails.load(ordering: .relaxed)
      return Feed.Loaded([9], faults: isBad ? [Fault(description: "one of them")] : [], isChanged: inEffect != [9])
    }
    hasFault.fails.store(true, ordering: .relaxed)
    try scratch.write("file", [1, 1])
    #expect(!refresh(feed, 0) && feed.problem?.reasons == ["one of them"])
    #expect(!refresh(feed, 1) && feed.problem?.attempts == 2)
    hasFault.fails.store(false, ordering: .relaxed)
    #expect(!refresh(feed, 3) && feed.problem == nil)
  }

  @Test("an alarm is told when it comes, every ten minutes, and when it is over; many who suffer alike are one")
  func alarms() {
    typealias Pending = TrustAlarms.Pending
    var alarms = TrustAlarms()
    let (list, key) = (Pending(files: ["/a.crl"], reason: "bad list"), Pending(files: ["/a.key"], reason: "bad key"))
    #expect(alarms.due([list], at: .seconds(0)) == .init(raised: ["bad list"]))
    #expect(alarms.due([list, key], at: .seconds(1)) == .init(raised: ["bad key"]))
    #expect(alarms.due([list, key], at: .seconds(599)) == .init())
    #expect(alarms.due([list, key], at: .seconds(600)) == .init(repeated: ["bad list": .seconds(600)]))
    #expect(alarms.files == ["/a.crl", "/a.key"])
    #expect(alarms.due([key], at: .seconds(601)) == .init(repeated: ["bad key": .seconds(600)], cleared: ["/a.crl"]))
    #expect(alarms.due([list], at: .seconds(602)) == .init(raised: ["bad list"], cleared: ["/a.key"]))
    #expect(alarms.due([], at: .seconds(603)) == .init(cleared: ["/a.crl"]))
  }
}
