import Foundation
import Testing

@Suite("Issuing from a file")
struct BulkTests {
  private struct Report: Decodable {
    let issued: [Issued]
    let present: [Line]
    let failed: [Line]

    struct Issued: Decodable {
      let name: String
      let alternativeNames, files: [String]
    }

    struct Line: Decodable {
      let line: Int
      let name: String
      let problem: String?
    }
  }

  private func report(_ outcome: Outcome) throws -> Report {
    try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
  }

  @Test("each line is issued with its names; a refused one holds nobody up; the second run issues what is missing")
  func resumed() throws {
    let scenario = try Scenario()
    let file = try scenario.write(
      "# devices\nalice\n\nbob@example.com uri:spiffe://example.com/bob  # new\n\tcarol\tdns:bad..name\ndave\n",
      to: "names")
    let first = try scenario.countersign(["issue", "client", "--bulk", file, "--json"])
    #expect(first.status == 1)
    #expect(first.errors.contains("\(file):5: carol: ") && first.errors.contains("empty label"))
    let issued = try report(first)
    #expect(issued.issued.map(\.name) == ["alice", "bob@example.com", "dave"])
    #expect(issued.issued[1].alternativeNames == ["email:bob@example.com", "URI:spiffe://example.com/bob"])
    #expect(issued.failed.map(\.line) == [5] && issued.present.isEmpty)
    _ = try scenario.write("alice\nbob@example.com\ncarol\ndave\nerin\n", to: "names")
    try scenario.mustRun(["revoke", "dave"])
    let second = try scenario.countersign(["issue", "client", "--bulk", file, "--json"])
    #expect(second.status == 1)
    let rest = try report(second)
    #expect(rest.present.map(\.name) == ["alice", "bob@example.com"])
    #expect(rest.issued.map(\.name) == ["carol", "erin"])
    // Revoked and its files still there: not replaced without being told.
    #expect(rest.failed.map(\.name) == ["dave"])
    #expect(try scenario.list().count == 5)
    let third = try scenario.mustRun(["issue", "client", "--bulk", file, "--force"])
    #expect(third.output == "issued 5, there already 0, failed 0\n")
  }

  @Test("killed at any point and run again, every name has one certificate and its PKCS#12 file")
  func killed() throws {
    let scenario = try Scenario()
    let names = (0..<30).map { "device-\($0)" }
    let file = try scenario.write(names.joined(separator: "\n"), to: "names")
    let password = try scenario.write("secret\n", to: "password")
    let arguments = ["issue", "client", "--bulk", file, "--p12", "--password-file", password]
    for _ in 0..<6 {
      _ = try Program.killCountersign(arguments + ["--dir", scenario.pki], after: UInt32.random(in: 20_000...120_000))
    }
    try scenario.mustRun(arguments)
    #expect(Set(try scenario.list().map(\.name)) == Set(names))
    #expect(try scenario.list().count == names.count)
    #expect(scenario.names("client").filter { $0.hasSuffix(".p12") }.count == names.count)
  }

  @Test(
    "a mistake in the file is named with its line, and nothing is issued",
    arguments: [
      ("alice\nbob\nalice\n", ":3: alice is in line 1"), ("alice\nbob san\n", ":2: "), ("# none\n", "no name"),
    ])
  func mistakes(_ text: String, _ problem: String) throws {
    let scenario = try Scenario()
    let file = try scenario.write(text, to: "names")
    let outcome = try scenario.countersign(["issue", "client", "--bulk", file])
    #expect(outcome.status == 2 && outcome.errors.contains(problem), "\(outcome.errors)")
    #expect(try scenario.list().isEmpty)
    for arguments in [
      ["issue", "client"], ["issue", "client", "x", "--bulk", file], ["issue", "client", "--bulk", "/nonexistent"],
    ] {
      #expect(try scenario.countersign(arguments).status == 2)
    }
  }
}
