import ConfigModel
import ConfigSyntax
import PatternMatching

/// A regular expression of the configuration, with the variables that its named groups set.
struct CompiledPattern: Sendable {
  let pattern: Pattern
  private let named: [(variable: Int, group: Int)]

  init(_ source: RegexSource, variables: VariableScope) throws(Diagnostic) {
    do {
      pattern = try Pattern(source.pattern, options: source.caseInsensitive ? [.caseInsensitive] : [])
    } catch {
      throw Diagnostic("\(error)", at: source.position)
    }
    named = pattern.groupNames.map { (variables.index(assigning: $0.name.lowercased()), $0.number) }
  }

  /// Matches, and leaves the groups to `$1` … and the named variables. A match that fails for its cost counts as none.
  func matches(_ subject: [UInt8], for request: Request) -> Bool {
    let match: Pattern.Match?
    do {
      match = try pattern.firstMatch(in: subject)
    } catch {
      request.log(.alert, "\(error) on \"\(String(decoding: subject, as: UTF8.self))\" using \"\(pattern.text)\"")
      return false
    }
    guard let match else { return false }
    if pattern.groupCount > 0 {
      request.captures = RegexCaptures(subject: subject, groups: match.ranges)
      for (variable, group) in named {
        request.assign(match[group].map { Array(subject[$0]) } ?? [], toVariable: variable)
      }
    } else {
      request.captures = RegexCaptures()
    }
    return true
  }
}
