import Foundation

/// A block of code in a Markdown file, fenced or indented, without its indentation.
struct DocumentationBlock: CustomStringConvertible, Sendable {
  /// Relative to the package.
  let file: String
  let line: Int
  let text: String

  var description: String { "\(file):\(line): \(text.prefix { $0 != "\n" })" }

  /// All blocks of README.md and of the files below docs/.
  static func all() throws -> [DocumentationBlock] {
    let root = Program.packageDirectory
    let docs = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "docs").path)
    let files = ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    return try files.flatMap { file in
      blocks(of: try String(contentsOf: root.appending(path: file), encoding: .utf8), in: file)
    }
  }

  /// A fence ends at the next one; an indented block begins behind an empty line and ends where less is indented.
  static func blocks(of text: String, in file: String) -> [DocumentationBlock] {
    var found: [DocumentationBlock] = []
    var open: (line: Int, isFenced: Bool, lines: [Substring])?
    var isBehindEmptyLine = true
    func close() {
      if let block = open { found.append(Self(file: file, line: block.line, text: dedented(block.lines))) }
      open = nil
    }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let isFence = line.hasPrefix("```")
      if let block = open, block.isFenced {
        if isFence { close() } else { open?.lines.append(line) }
      } else if isFence {
        close()
        open = (index + 1, true, [])
      } else if line.hasPrefix("    "), open != nil || isBehindEmptyLine {
        open = (open?.line ?? index + 1, false, (open?.lines ?? []) + [line])
      } else {
        close()
      }
      isBehindEmptyLine = line.allSatisfy(\.isWhitespace)
    }
    close()
    return found
  }

  private static func dedented(_ lines: [Substring]) -> String {
    let depth = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return lines.map { $0.dropFirst(depth) + "\n" }.joined()
  }
}
