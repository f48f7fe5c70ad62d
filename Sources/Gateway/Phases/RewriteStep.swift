import ConfigModel
import ConfigSyntax

/// One `rewrite` made ready: the path and the arguments that replace the URI, or a redirect.
struct RewriteStep: Sendable {
  private let pattern: CompiledPattern
  private let path: CompiledTemplate
  /// What follows the first `?` of the replacement; `nil` where there is none.
  private let arguments: CompiledTemplate?
  /// The request's own arguments are kept behind the new ones.
  private let keepsArguments: Bool
  /// 301 or 302; `nil`: the URI changes within the gateway.
  private let redirect: Int?
  private let breaks: Bool
  private let isLast: Bool

  init(_ rule: RewriteRule, compile: CompileContext) throws(Diagnostic) {
    pattern = try compile.pattern(rule.pattern)
    var replacement = rule.replacement
    keepsArguments = !replacement.removeTrailingQuestionMark()
    redirect = Self.redirectStatus(rule.flag, replacement)
    breaks = rule.flag == .break
    isLast = rule.flag != .none || redirect != nil
    let (head, tail) = replacement.splitAtQuestionMark()
    path = try compile.template(head)
    if let tail { arguments = try compile.template(tail) } else { arguments = nil }
  }

  private static func redirectStatus(_ flag: RewriteRule.Flag, _ replacement: Template) -> Int? {
    switch flag {
    case .permanent: 301
    case .redirect: 302
    case .none, .last, .break: replacement.beginsWithScheme ? 302 : nil
    }
  }

  /// `nil`: the program goes on with the next step.
  func run(_ request: Request) -> RewriteProgram.Outcome? {
    do throws(EvaluationFailure) {
      guard try pattern.matches(request.uri, isDecoded: request.isURIData, for: request) else {
        request.captures = RegexCaptures()
        return nil
      }
    } catch {
      return .finalize(500)
    }
    if let redirect { return answer(redirect, request) }
    request.phases.isInternal = true
    request.phases.isUnparsedURIValid = false
    if breaks { request.phases.isLocationValid = false }
    request.phases.uriChanged = !breaks
    return change(request)
  }

  /// A redirect is an answer, too: it is for those whom the place admits.
  private func answer(_ status: Int, _ request: Request) -> RewriteProgram.Outcome {
    switch request.judge() {
    case .refused(let status): return .finalize(status)
    case .admitted(let admission):
      request.redirect(status: status, to: target(for: request), admission)
      return .answered
    }
  }

  private func change(_ request: Request) -> RewriteProgram.Outcome? {
    let uri = text(path, for: request, escaping: false)
    if let arguments {
      var args = arguments.target(for: request, escape: .arguments)
      if keepsArguments, !request.args.isEmpty {
        args.append(UInt8(ascii: "&"))
        args.append(contentsOf: request.args)
      }
      request.args = args
    } else if !keepsArguments {
      request.args = []
    }
    request.uri = uri
    if uri.isEmpty {
      request.log(.error, "the rewritten URI has a zero length")
      return .finalize(500)
    }
    return isLast ? .next : nil
  }

  private func target(for request: Request) -> [UInt8] {
    var target = text(path, for: request, escaping: true)
    if let arguments {
      target.append(UInt8(ascii: "?"))
      target.append(contentsOf: text(arguments, for: request, escaping: true))
    }
    target = URIEscape.unescapedForRedirect(target)
    if keepsArguments, !request.args.isEmpty {
      target.append(arguments == nil ? UInt8(ascii: "?") : UInt8(ascii: "&"))
      target.append(contentsOf: request.args)
    }
    return target
  }

  /// Groups of a URI that was encoded are encoded again where they go into arguments or a redirect.
  private func text(_ template: CompiledTemplate, for request: Request, escaping: Bool) -> [UInt8] {
    if let literal = template.literal { return literal }
    let escapes = escaping && (request.phases.uriWasQuoted || request.phases.uriHasPlus)
    var out: [UInt8] = []
    for piece in template.pieces {
      switch piece {
      case .literal(let bytes): out.append(contentsOf: bytes)
      case .variable(let getter, _): _ = getter(request, &out)
      case .capture(let number):
        if !escapes {
          request.append(capture: number, to: &out)
        } else {
          var group: [UInt8] = []
          request.append(capture: number, to: &group)
          URIEscape.arguments.append(group, to: &out)
        }
      }
    }
    return out
  }
}

extension Template {
  /// - Returns: whether there was one.
  fileprivate mutating func removeTrailingQuestionMark() -> Bool {
    guard case .literal(var bytes) = pieces.last, bytes.last == UInt8(ascii: "?") else { return false }
    bytes.removeLast()
    pieces[pieces.count - 1] = .literal(bytes)
    return true
  }

  fileprivate func splitAtQuestionMark() -> (Template, Template?) {
    for (index, piece) in pieces.enumerated() {
      guard case .literal(let bytes) = piece, let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { continue }
      let head = pieces[..<index] + [.literal(Array(bytes[..<mark]))]
      let tail = [.literal(Array(bytes[(mark + 1)...]))] + pieces[(index + 1)...]
      return (
        Template(pieces: Array(head), position: position), Template(pieces: Array(tail), position: position)
      )
    }
    return (self, nil)
  }

  fileprivate var beginsWithScheme: Bool {
    switch pieces.first {
    case .literal(let bytes): bytes.starts(with: "http://".utf8) || bytes.starts(with: "https://".utf8)
    case .variable(let name): name == "scheme"
    case .capture, nil: false
    }
  }
}
