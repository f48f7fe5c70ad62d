import PatternMatching
import Testing

@Suite("regular expressions")
struct PatternTests {
  @Test("groups are byte ranges; one that took no part is nil")
  func groups() throws {
    let match = try #require(try Pattern("^/(a)?(b+)/").firstMatch(in: Array("/bb/x".utf8)))
    #expect(match.ranges == [0..<4, nil, 1..<3])
    #expect(match[2] == 1..<3 && match[7] == nil)
  }

  @Test("a trailing group that took no part is nil as well")
  func trailingGroup() throws {
    #expect(try Pattern("(a)(b)?").firstMatch(in: Array("a".utf8))?.ranges == [0..<1, 0..<1, nil])
  }

  @Test("named groups are listed by number")
  func names() throws {
    let pattern = try Pattern("(?<year>\\d+)-(?P<month>\\d+)-(\\d+)")
    #expect(pattern.groupCount == 3)
    #expect(pattern.groupNames.map(\.name) == ["year", "month"])
    #expect(pattern.groupNames.map(\.number) == [1, 2])
  }

  @Test("case is ignored only where asked for")
  func caseless() throws {
    #expect(try Pattern("abc", options: .caseInsensitive).matches(Array("xABCx".utf8)))
    #expect(try !Pattern("abc").matches(Array("ABC".utf8)))
  }

  @Test("subjects are bytes: empty ones, NUL and no UTF-8 too")
  func bytes() throws {
    #expect(try Pattern("^$").matches([]))
    #expect(try Pattern("^.\\x00\\xff$").matches([0x41, 0, 0xFF]))
    #expect(throws: PatternError.self) { try Pattern("x", options: .utf8).matches([0xFF]) }
  }

  @Test(
    "a wrong expression is refused as nginx words it",
    arguments: [
      ("(", "pcre2_compile() failed: missing closing parenthesis in \"(\""),
      ("a[", "pcre2_compile() failed: missing terminating ] for character class in \"a[\""),
      ("a)b", "pcre2_compile() failed: unmatched closing parenthesis in \"a)b\" at \")b\""),
    ])
  func syntax(_ text: String, _ expected: String) throws {
    let error = #expect(throws: PatternError.self) { try Pattern(text) }
    #expect(error?.description == expected)
  }

  @Test("a match that backtracks without end is stopped")
  func bounded() throws {
    let subject = [UInt8](repeating: UInt8(ascii: "a"), count: 64) + [UInt8(ascii: "b")]
    #expect(throws: PatternError.self) { try Pattern("^(a+)+(c|d)$").matches(subject) }
  }

  @Test("an expression of usual shape goes through a subject that is long for JIT's stack")
  func longSubject() throws {
    let subject = Array(String(repeating: "/ab", count: 20_000).utf8)
    #expect(try Pattern("^(/[a-z]+)*(c|d)?$").matches(subject))
  }

  @Test("one pattern matches in many threads at once")
  func threads() async throws {
    let pattern = try Pattern("(\\d+)$")
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask { (try? pattern.firstMatch(in: Array("x\(number)".utf8)))??[1] == 1..<(1 + "\(number)".count) }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test("matching goes on from an offset")
  func offset() throws {
    #expect(try Pattern("a").firstMatch(in: Array("aba".utf8), from: 1)?[0] == 2..<3)
    #expect(try Pattern("a").firstMatch(in: Array("ab".utf8), from: 9)?[0] == nil)
  }
}
