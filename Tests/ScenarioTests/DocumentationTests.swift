import Foundation
import Testing

/// Each block of code in README.md and docs/ does what it says.
@Suite("Documentation")
struct DocumentationTests {
  private static let shared = Result { try DocumentationStand() }

  private static func blocks(of row: DocumentationRow, begins: String? = nil) throws -> [DocumentationBlock] {
    try DocumentationBlock.all().filter { $0.file == row.file && $0.text.hasPrefix(begins ?? row.begins) }
  }

  @Test("every block has its row, and every row its block")
  func complete() throws {
    for block in try DocumentationBlock.all() {
      let rows = DocumentationRows.all.filter { $0.file == block.file && block.text.hasPrefix($0.begins) }
      #expect(rows.count == 1, "\(block)")
    }
    for row in DocumentationRows.all { #expect(try Self.blocks(of: row).count == 1, "\(row.testDescription)") }
  }

  @Test("blocks are found, fenced and indented")
  func extraction() {
    let text = "a\n\n    b c\n      d\n\nx\n    no block\n\n```sh\ne\n```\n- f\n\n      g\n"
    let found = DocumentationBlock.blocks(of: text, in: "x.md")
    #expect(found.map(\.text) == ["b c\n  d\n", "e\n", "g\n"])
    #expect(found.map(\.line) == [3, 9, 14])
  }

  @Test("a block does what it says", arguments: DocumentationRows.all)
  func runs(row: DocumentationRow) throws {
    if case .exempt(let reason) = row.kind { #expect(!reason.isEmpty) }
    let block = try #require(try Self.blocks(of: row).first)
    var others: [(DocumentationRow, DocumentationBlock)] = []
    if let begins = row.uses {
      let other = try #require(DocumentationRows.all.first { $0.file == row.file && $0.begins == begins })
      others = [(other, try #require(try Self.blocks(of: other).first))]
    }
    let run = try Self.shared.get().run(block, by: row, beside: others)
    #expect(run.succeeded, "\(block): \(run.status)\n\(run.output)\(run.errors)")
  }
}
