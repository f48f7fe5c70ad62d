import Authority

/// The names of `issue --bulk`: one a line, its alternative names behind it, separated by spaces or tabs. `#` begins a
/// comment; `-` is standard input.
struct BulkFile {
  struct Line {
    /// Counted from 1.
    let number: Int
    let name: String
    let alternativeNames: [RequestedName]
  }

  let path: String
  let lines: [Line]

  /// Reads all of it before anything is issued.
  ///
  /// - Throws: ``UsageError`` with file and line for what is no name and for a name that is there twice.
  init(_ path: String) throws {
    self.path = path
    let bytes = try FileReader.bytes(of: path == "-" ? "/dev/stdin" : path)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw UsageError("\(path): is not UTF-8") }
    var lines: [Line] = []
    var seen: [String: Int] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let name = words.first else { continue }
      let place = "\(path):\(index + 1)"
      if let earlier = seen.updateValue(index + 1, forKey: name) {
        throw UsageError("\(place): \(name) is in line \(earlier) already")
      }
      do throws(AuthorityError) {
        lines.append(
          Line(number: index + 1, name: name, alternativeNames: try ArgumentValues.names(Array(words[1...]))))
      } catch {
        throw UsageError("\(place): \(error.operatorText)")
      }
    }
    guard !lines.isEmpty else { throw UsageError("\(path): has no name") }
    self.lines = lines
  }
}
