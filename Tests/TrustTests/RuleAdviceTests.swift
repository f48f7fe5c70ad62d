import Testing
import Trust

@Suite("What operators are told of rules")
struct RuleAdviceTests {
  @Test("every rule has a meaning and a cure of its own words", arguments: Rule.allCases)
  func complete(rule: Rule) {
    let advice = rule.advice
    #expect(advice.meaning.hasSuffix("."))
    #expect(advice.meaning != rule.opensslText)
    // The cure stands in quotes in a line of a log.
    #expect(!advice.cure.isEmpty && !advice.cure.contains("\"") && !advice.cure.hasSuffix("."))
  }
}
