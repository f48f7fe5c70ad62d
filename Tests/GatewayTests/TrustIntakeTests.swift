import ConfigSyntax
import Foundation
import Synchronization
import Testing
import TrustFeeds

@testable import Gateway

@Suite("What changed files come to")
struct TrustIntakeTests {
  private typealias Feed = TrustFeed<[UInt8], Diagnostic>

  /// Serves by the sum of its files.
  private final class Consumer: TrustConsumer {
    let intake: TrustIntake
    var revocationSources: Set<String> { [] }
    private let feeds: [Feed]
    let served = Mutex<[[UInt8]]>([])
    let fails = Atomic<Bool>(false)

    init(_ feeds: [Feed]) {
      self.feeds = feeds
      intake = TrustIntake(feeds)
    }

    func compose() throws(Diagnostic) {
      if fails.load(ordering: .relaxed) { throw Diagnostic("no context", at: nil) }
      served.withLock { $0.append(feeds.flatMap(\.value)) }
    }

    func refresh(_ second: Int, urgent: Set<String> = []) -> Set<String> {
      var survey = FileSurvey()
      return intake.refresh(self, &survey, at: .seconds(second), urgent: urgent)
    }

    var reasons: [String] { intake.pending.map(\.reason).sorted() }
  }

  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"), options: .atomic)
      return "\(path)/\(name)"
    }

    func feed(_ name: String) throws -> Feed {
      let file = try write(name, [1])
      return try Feed([file]) { _ throws(Diagnostic) in
        do throws(FileFault) {
          let bytes = try WholeFile.read(file, limit: .secrets)
          if bytes == [0] { throw .system(EINVAL) }
          return .init(bytes)
        } catch {
          throw Diagnostic("\(name) is bad", at: nil)
        }
      }
    }
  }

  @Test("a bad file holds back none beside it")
  func independent() throws {
    let folder = try Folder()
    let consumer = Consumer([try folder.feed("key"), try folder.feed("crl")])
    #expect(consumer.refresh(0).isEmpty)
    try folder.write("key", [0])
    let list = try folder.write("crl", [2])
    #expect(consumer.refresh(1) == [list])
    #expect(consumer.served.withLock { $0 } == [[1, 2]])
    #expect(consumer.reasons == ["key is bad"])
    let key = try folder.write("key", [3])
    #expect(consumer.refresh(2) == [key])
    #expect(consumer.served.withLock { $0.last } == [3, 2])
    #expect(consumer.reasons.isEmpty)
  }

  @Test("what was loaded and can't be put into effect is pending, and tried again until it is")
  func composing() throws {
    let folder = try Folder()
    let consumer = Consumer([try folder.feed("crl")])
    let list = try folder.write("crl", [2])
    consumer.fails.store(true, ordering: .relaxed)
    #expect(consumer.refresh(10).isEmpty)
    #expect(consumer.intake.pending == [.init(files: [list], reason: "no context")])
    consumer.fails.store(false, ordering: .relaxed)
    #expect(consumer.refresh(10).isEmpty, "not before a second has passed")
    #expect(consumer.refresh(11) == [list])
    #expect(consumer.intake.pending.isEmpty && consumer.refresh(12).isEmpty)
    #expect(consumer.served.withLock { $0 } == [[2]])
  }
}
