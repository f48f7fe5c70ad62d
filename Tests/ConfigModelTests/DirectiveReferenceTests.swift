import ConfigModel
import Foundation
import Testing

// One after the other: both sections of nginx-compatibility.md are written by the same test.
@Suite("the documentation of directives", .serialized)
struct DirectiveReferenceTests {
  private static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs")
  private static var regenerates: Bool { ProcessInfo.processInfo.environment["COUNTERSIGN_REGENERATE"] != nil }

  @Test("docs/directives.md is what the table says")
  func reference() throws {
    let file = Self.docs.appending(path: "directives.md")
    let wanted = DirectiveReference.markdown()
    if Self.regenerates { try Data(wanted.utf8).write(to: file) }
    #expect(try String(contentsOf: file, encoding: .utf8) == wanted)
  }

  @Test(
    "docs/nginx-compatibility.md lists the directives without effect, and those of nginx that are not there",
    arguments: [
      ("without effect", DirectiveReference.withoutEffect()), ("missing", DirectiveReference.missing()),
    ])
  func compatibility(section: String, content: String) throws {
    let file = Self.docs.appending(path: "nginx-compatibility.md")
    let (begin, end) = ("<!-- begin: \(section) -->\n", "<!-- end: \(section) -->")
    let text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.range(of: begin)).upperBound
    let stop = try #require(text.range(of: end)).lowerBound
    let wanted = text.replacingCharacters(in: start..<stop, with: content)
    if Self.regenerates { try Data(wanted.utf8).write(to: file) }
    #expect(try String(contentsOf: file, encoding: .utf8) == wanted)
  }

  @Test("a directive is missing only where the table has no row of its name")
  func missing() {
    let missing = ForeignDirectives.nginx.missing(in: .standard).flatMap(\.directives)
    #expect(Set(missing).isDisjoint(with: DirectiveTable.standard.rows.map(\.name)))
    #expect(missing.contains("gzip_types") && missing.contains("stream"))
    for module in ForeignDirectives.nginx.modules {
      #expect(Set(module.directives).count == module.directives.count, "\(module.name)")
      #expect(Set(module.directives).isDisjoint(with: ForeignDirectives.nginx.commercial), "\(module.name)")
    }
  }

  @Test("no two directives of one name may stand in one context")
  func unambiguous() {
    for (name, rows) in Dictionary(grouping: DirectiveTable.standard.rows, by: \.name) where rows.count > 1 {
      for (index, row) in rows.enumerated() {
        for other in rows.dropFirst(index + 1) {
          #expect(row.contexts.isDisjoint(with: other.contexts), "\(name)")
        }
      }
    }
  }

  @Test("every directive tells its meaning in a sentence")
  func meanings() {
    for row in DirectiveTable.standard.rows {
      #expect(row.meaning.hasSuffix("."), "\(row.name)")
      #expect(!row.contexts.isEmpty, "\(row.name)")
    }
  }
}
