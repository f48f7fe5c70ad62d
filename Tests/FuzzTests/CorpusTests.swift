import Foundation
import FuzzTargets
import Testing

/// The corpora of `fuzz/`, and what once went wrong, through the readers of each build. A fault ends the process.
@Suite("Hostile bytes")
struct CorpusTests {
  private static let corpora = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("fuzz/corpus")

  private static func files(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
    let folder = corpora.appendingPathComponent(target.rawValue)
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
      .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
  }

  @Test("every file of a corpus goes through its reader", arguments: FuzzTarget.allCases)
  func replay(_ target: FuzzTarget) throws {
    let files = try Self.files(target)
    #expect(!files.isEmpty)
    for file in files { target.run(file.bytes) }
  }

  /// The seeds made by hand have names; those a fuzzer found are named by their hash.
  private static func seeds(_ target: FuzzTarget) throws -> [[UInt8]] {
    try files(target).filter { $0.name.count < 30 && $0.bytes.count < 1300 }.map(\.bytes)
  }

  @Test("a seed cut short at every byte goes through its reader", arguments: FuzzTarget.allCases)
  func truncated(_ target: FuzzTarget) throws {
    let seeds = try Self.seeds(target)
    #expect(!seeds.isEmpty)
    for seed in seeds {
      for count in seed.indices { target.run(Array(seed.prefix(count))) }
      target.run(seed + [0])
    }
  }

  @Test("a seed with any bit turned goes through its reader", arguments: FuzzTarget.allCases)
  func flipped(_ target: FuzzTarget) throws {
    for seed in try Self.seeds(target) {
      // In a long one every third byte has to do.
      for index in stride(from: 0, to: seed.count, by: seed.count > 400 ? 3 : 1) {
        for bit in 0..<8 {
          var bytes = seed
          bytes[index] ^= 1 << bit
          target.run(bytes)
        }
      }
    }
  }

  @Test("every reader has seeds, and every corpus a reader")
  func complete() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
    #expect(Set(names) == Set(FuzzTarget.allCases.map(\.rawValue)))
  }
}
