import ConfigModel
import ConfigSyntax
import PatternMatching

/// A regular expression of the configuration, with the variables that its named groups set.
struct CompiledPattern: Sendable {
  let pattern: Pattern
  private let position: SourcePosition
  private let named: [(variable: Int, group: Int)]

  init(_ source: RegexSource, variables: VariableScope) throws(Diagnostic) {
    do {
      pattern = try Pattern(source.pattern, options: source.caseInsensitive ? [.caseInsensitive] : [])
    } catch {
      throw Diagnostic("\(error)", at: source.position)
    }
    position = source.position
    named = pattern.groupNames.map { (variables.index(assigning: $0.name.lowercased()), $0.number) }
  }

  /// Matches, and leaves the groups to `$1` … and the named variables.
  ///
  /// - Parameter isDecoded: the subject was percent-decoded: its groups are escaped again where they go into a target.
  /// - Throws: where nobody knows whether it matches, for its cost; the error log has it then.
  func matches(
    _ subject: [UInt8], isDecoded: Bool = false, for request: Request
  ) throws(EvaluationFailure) -> Bool {
    let match: Pattern.Match?
    do {
      match = try pattern.firstMatch(in: subject)
    } catch {
      request.log(.alert, failure(error, on: subject).message)
      throw failure(error, on: subject)
    }
    guard let match else { return false }
    if pattern.groupCount > 0 {
      request.captures = RegexCaptures(subject: subject, groups: match.ranges, isDecoded: isDecoded)
      for (variable, group) in named {
        let value = match[group].map { Array(subject[$0]) } ?? []
        request.assign(value, target: isDecoded ? URIEscape.uri.escaped(value) : nil, toVariable: variable)
      }
    } else {
      request.captures = RegexCaptures()
    }
    return true
  }

  /// Whether it matches, where there is no request to take the groups or to log for.
  func matches(_ subject: [UInt8]) throws(EvaluationFailure) -> Bool {
    do {
      return try pattern.matches(subject)
    } catch {
      throw failure(error, on: subject)
    }
  }

  private func failure(_ error: PatternError, on subject: [UInt8]) -> EvaluationFailure {
    EvaluationFailure(message: "\(error) on \"\(subject.asText)\" using \"\(pattern.text)\" in \(position)")
  }
}

/// Something of the configuration could not be evaluated for a request. Neither outcome may be assumed: the answer is 500, and
/// a handshake ends.
struct EvaluationFailure: Error {
  let message: String
}
