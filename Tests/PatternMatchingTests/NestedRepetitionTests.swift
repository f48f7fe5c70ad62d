import PatternMatching
import Testing

@Suite("repetitions of repetitions")
struct NestedRepetitionTests {
  @Test(
    "are found with the group that they are in",
    arguments: [
      ("^/(.*/)*secret/", "(.*/)*"), ("([a-z]+)+/admin", "([a-z]+)+"), ("(a+)*", "(a+)*"), ("(a*){2,}", "(a*){2,}"),
      ("(?:a+|b)+", "(?:a+|b)+"), ("((a+)b)+", "((a+)b)+"), ("((a)+)+?", "((a)+)+?"), ("(\\w+)*x", "(\\w+)*"),
      ("([^/]+/)+", "([^/]+/)+"), ("(?<x>a+)+", "(?<x>a+)+"), ("([]a]+)+", "([]a]+)+"),
      ("([[:alpha:]]+)+", "([[:alpha:]]+)+"),
    ])
  func found(_ pattern: String, _ text: String) { #expect(NestedRepetition(in: pattern)?.text == text) }

  @Test(
    "are not seen where each is tried in one way, or there is only one",
    arguments: [
      "^/admin/.*$", "(a+)", "(a+)?", "(a+){3}", "(ab)+", "(a?)+", "(a+)+" + "+", "(a++)+", "(?>a+)+", "(?>.*/)*x",
      "[(a+)+]", "\\(a+\\)+", "\\Q(a+)+\\E", "(a{2})+", "(a{x,})+", "(", "", "(?:",
    ])
  func absent(_ pattern: String) { #expect(NestedRepetition(in: pattern) == nil) }
}
