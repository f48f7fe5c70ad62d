import ConfigModel
import ConfigSyntax

/// `proxy_redirect`: turns the upstream's `Location` and `Refresh` into the gateway's own.
struct ProxyRedirectRewriter: Sendable {
  private enum Rule: Sendable {
    case prefix(CompiledTemplate, replacement: CompiledTemplate)
    case pattern(CompiledPattern, replacement: CompiledTemplate)
  }

  private let rules: [Rule]
  var isEmpty: Bool { rules.isEmpty }

  /// - Parameters:
  ///   - target: what `default` rewrites from.
  ///   - locationName: what `default` rewrites to, where `proxy_pass` has a URI part.
  init(
    _ settings: [ProxyRedirect], target: ProxyPass, locationName: [UInt8], compile: CompileContext
  ) throws(Diagnostic) {
    var rules: [Rule] = []
    for setting in settings {
      switch setting {
      case .off: continue
      case .default:
        if let rule = Self.defaultRule(target, locationName) { rules.append(rule) }
      case .replace(let from, let to):
        rules.append(.prefix(try compile.template(from), replacement: try compile.template(to)))
      case .regex(let pattern, let caseInsensitive, let to):
        let source = RegexSource(pattern: pattern, caseInsensitive: caseInsensitive, position: to.position)
        rules.append(.pattern(try compile.pattern(source), replacement: try compile.template(to)))
      }
    }
    self.rules = rules
  }

  /// A `proxy_pass` with variables has no default: nobody knows what to rewrite.
  private static func defaultRule(_ target: ProxyPass, _ locationName: [UInt8]) -> Rule? {
    guard target.authority.literal != nil, target.uri == nil || target.uri?.literal != nil else { return nil }
    let text = Array(target.text.utf8)
    if target.uri?.literal?.isEmpty ?? true {
      return .prefix(
        CompiledTemplate(literal: text + [UInt8(ascii: "/")]), replacement: CompiledTemplate(literal: Array("/".utf8)))
    }
    return .prefix(CompiledTemplate(literal: text), replacement: CompiledTemplate(literal: locationName))
  }

  /// The value rewritten from `start` on by the first rule that matches; `nil` where none does.
  func rewritten(
    _ value: [UInt8], from start: Int = 0, for request: Request
  ) throws(EvaluationFailure) -> [UInt8]? {
    for rule in rules {
      switch rule {
      case .prefix(let template, let replacement):
        let prefix = request.evaluate(template)
        guard value[start...].starts(with: prefix) else { continue }
        return value[..<start] + request.evaluate(replacement) + value[(start + prefix.count)...]
      case .pattern(let pattern, let replacement):
        guard try pattern.matches(Array(value[start...]), for: request) else { continue }
        return value[..<start] + request.evaluate(replacement)
      }
    }
    return nil
  }

  /// `Refresh: 5; url=http://…`: what follows `url=` is rewritten.
  func rewrittenRefresh(_ value: [UInt8], for request: Request) throws(EvaluationFailure) -> [UInt8]? {
    let lower = value.map(lowerCased)
    let marker = Array("url=".utf8)
    guard
      let start = lower.indices.first(where: { lower[$0...].starts(with: marker) && $0 > 0 })
    else { return nil }
    return try rewritten(value, from: start + marker.count, for: request)
  }
}
