import Glibc

/// Goes through a log line by line, however long it is.
struct LogSearch {
  let path: String
  /// Lines are written whole and are shorter; of longer ones the rest is passed over.
  private static let longestLine = 1 << 16

  init(path: String) { self.path = path }

  /// The first thing that `find` makes of a line.
  func first<Found>(where find: (String) -> Found?) throws(UsageError) -> Found? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var line: [UInt8] = []
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure() }
      if count == 0 { return find(Self.text(line)) }
      var rest = chunk[..<count]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        line += rest[..<end]
        if let found = find(Self.text(line)) { return found }
        line.removeAll(keepingCapacity: true)
        rest = rest[(end + 1)...]
      }
      line += rest.prefix(max(0, Self.longestLine - line.count))
    }
  }

  private static func text(_ line: [UInt8]) -> String { String(decoding: line, as: UTF8.self) }

  private func failure() -> UsageError { UsageError("\(path): \(String(cString: strerror(errno)))") }
}
