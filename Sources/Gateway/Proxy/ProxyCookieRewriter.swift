import ConfigModel
import ConfigSyntax

/// `proxy_cookie_domain`, `proxy_cookie_path` and `proxy_cookie_flags`: edits the attributes of the upstream's cookies.
struct ProxyCookieRewriter: Sendable {
  private enum Rule: Sendable {
    case text(CompiledTemplate, replacement: CompiledTemplate)
    case pattern(CompiledPattern, replacement: CompiledTemplate)
  }

  private struct FlagRule: Sendable {
    enum Name: Sendable {
      case text(CompiledTemplate)
      case pattern(CompiledPattern)
    }

    var name: Name
    var flags: [CompiledTemplate]
  }

  private let domains: [Rule]
  private let paths: [Rule]
  private let flags: [FlagRule]
  var isEmpty: Bool { domains.isEmpty && paths.isEmpty && flags.isEmpty }

  init(_ settings: ProxySettings, compile: CompileContext) throws(Diagnostic) {
    domains = try Self.rules(settings.cookieDomain, areNames: true, compile)
    paths = try Self.rules(settings.cookiePath, areNames: false, compile)
    var flags: [FlagRule] = []
    for setting in settings.cookieFlags {
      switch setting {
      case .off: continue
      case .flags(let cookie, let values):
        flags.append(FlagRule(name: .text(try compile.template(cookie)), flags: try compile.templates(values)))
      case .regex(let source, let values):
        flags.append(FlagRule(name: .pattern(try compile.pattern(source)), flags: try compile.templates(values)))
      }
    }
    self.flags = flags
  }

  /// - Parameter areNames: names of hosts, which have no case.
  private static func rules(
    _ settings: [ProxyCookieRewrite], areNames: Bool, _ compile: CompileContext
  ) throws(Diagnostic) -> [Rule] {
    var rules: [Rule] = []
    for setting in settings {
      switch setting {
      case .off: continue
      case .replace(let from, let to):
        rules.append(.text(try compile.template(from), replacement: try compile.template(to)))
      case .regex(var source, let to):
        source.caseInsensitive = source.caseInsensitive || areNames
        rules.append(.pattern(try compile.pattern(source), replacement: try compile.template(to)))
      }
    }
    return rules
  }

  /// The field value with its attributes edited; `nil` where no rule applies.
  func rewritten(_ value: [UInt8], for request: Request) throws(EvaluationFailure) -> [UInt8]? {
    var cookie = CookieAttributes(value)
    guard cookie.attributes.first?.value != nil else { return nil }
    var isChanged = false
    for index in cookie.attributes.indices.dropFirst() {
      guard let text = cookie.attributes[index].value else { continue }
      let changed: [UInt8]? =
        switch cookie.attributes[index].name.map(lowerCased).asText {
        case "domain": try domain(text, request)
        case "path": try path(text, request)
        default: nil
        }
      guard let changed else { continue }
      cookie.attributes[index].value = changed
      isChanged = true
    }
    if let edit = try flagEdit(cookie.attributes[0].name, request) {
      edit.apply(to: &cookie)
      isChanged = true
    }
    return isChanged ? cookie.text : nil
  }

  private func domain(_ value: [UInt8], _ request: Request) throws(EvaluationFailure) -> [UInt8]? {
    for rule in domains {
      switch rule {
      case .text(let template, let replacement):
        let dot = value.first == UInt8(ascii: ".") ? 1 : 0
        let wanted = Self.withoutDot(request.evaluate(template))
        guard wanted.map(lowerCased) == value[dot...].map(lowerCased) else { continue }
        return value[..<dot] + Self.withoutDot(request.evaluate(replacement))
      case .pattern(let pattern, let replacement):
        if try pattern.matches(value, for: request) { return request.evaluate(replacement) }
      }
    }
    return nil
  }

  private static func withoutDot(_ text: [UInt8]) -> [UInt8] {
    text.first == UInt8(ascii: ".") ? Array(text.dropFirst()) : text
  }

  private func path(_ value: [UInt8], _ request: Request) throws(EvaluationFailure) -> [UInt8]? {
    for rule in paths {
      switch rule {
      case .text(let template, let replacement):
        let prefix = request.evaluate(template)
        if value.starts(with: prefix) { return request.evaluate(replacement) + value[prefix.count...] }
      case .pattern(let pattern, let replacement):
        if try pattern.matches(value, for: request) { return request.evaluate(replacement) }
      }
    }
    return nil
  }

  private func flagEdit(_ name: [UInt8], _ request: Request) throws(EvaluationFailure) -> CookieFlagEdit? {
    for rule in flags {
      let applies =
        switch rule.name {
        case .text(let template): request.evaluate(template).map(lowerCased) == name.map(lowerCased)
        case .pattern(let pattern): try pattern.matches(name, for: request)
        }
      guard applies else { continue }
      return CookieFlagEdit(rule.flags.map { request.evaluate($0).asText.lowercased() })
    }
    return nil
  }
}

/// A `Set-Cookie` value taken apart: the pair, then the attributes (RFC 6265 §4.1).
struct CookieAttributes {
  struct Attribute {
    var name: [UInt8]
    /// `nil` where there is no `=`.
    var value: [UInt8]?
  }

  var attributes: [Attribute]

  init(_ value: [UInt8]) {
    attributes = value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { part in
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else {
        return Attribute(name: Self.trimmed(part), value: nil)
      }
      return Attribute(name: Self.trimmed(part[..<equals]), value: Self.trimmed(part[(equals + 1)...]))
    }
  }

  var text: [UInt8] {
    var out: [UInt8] = []
    for (index, attribute) in attributes.enumerated() {
      if index > 0 { out.append(ascii: "; ") }
      out.append(contentsOf: attribute.name)
      guard let value = attribute.value else { continue }
      out.append(UInt8(ascii: "="))
      out.append(contentsOf: value)
    }
    return out
  }

  private static func trimmed(_ part: ArraySlice<UInt8>) -> [UInt8] {
    let start = part.drop { $0 == 0x20 }
    return Array(start[..<((start.lastIndex { $0 != 0x20 } ?? start.startIndex - 1) + 1)])
  }
}

/// What `proxy_cookie_flags` adds to a cookie and takes from it.
struct CookieFlagEdit {
  private var secure: Bool?
  private var httpOnly: Bool?
  /// `.some(nil)`: taken away.
  private var sameSite: String??

  /// `nil` where no flag is known.
  init?(_ flags: [String]) {
    for flag in flags {
      switch flag {
      case "secure": secure = true
      case "nosecure": secure = false
      case "httponly": httpOnly = true
      case "nohttponly": httpOnly = false
      case "samesite=strict": sameSite = .some("Strict")
      case "samesite=lax": sameSite = .some("Lax")
      case "samesite=none": sameSite = .some("None")
      case "nosamesite": sameSite = .some(nil)
      default: continue
      }
    }
    if secure == nil, httpOnly == nil, sameSite == nil { return nil }
  }

  func apply(to cookie: inout CookieAttributes) {
    set("Secure", secure, in: &cookie)
    set("HttpOnly", httpOnly, in: &cookie)
    guard let sameSite else { return }
    if let index = Self.index(of: "samesite", in: cookie) {
      guard let sameSite else {
        cookie.attributes.remove(at: index)
        return
      }
      if cookie.attributes[index].value?.asText.lowercased() != sameSite.lowercased() {
        cookie.attributes[index] = .init(name: Array("SameSite".utf8), value: Array(sameSite.utf8))
      }
    } else if let sameSite {
      cookie.attributes.append(.init(name: Array("SameSite".utf8), value: Array(sameSite.utf8)))
    }
  }

  private func set(_ name: String, _ isWanted: Bool?, in cookie: inout CookieAttributes) {
    guard let isWanted else { return }
    let index = Self.index(of: name.lowercased(), in: cookie)
    if isWanted, index == nil {
      cookie.attributes.append(.init(name: Array(name.utf8), value: nil))
    } else if !isWanted, let index {
      cookie.attributes.remove(at: index)
    }
  }

  private static func index(of name: String, in cookie: CookieAttributes) -> Int? {
    cookie.attributes.indices.dropFirst().first { cookie.attributes[$0].name.asText.lowercased() == name }
  }
}
