import ConfigSyntax

/// `proxy_pass URL`, taken apart as far as it can be before a request comes.
struct ProxyPassDirective {
  private let invocation: Invocation
  private let url: [UInt8]

  init(_ invocation: Invocation) {
    self.invocation = invocation
    url = invocation.bytes(0)
  }

  func proxyPass() throws(Diagnostic) -> ProxyPass {
    let whole = try invocation.template(0)
    return whole.hasVariables ? dynamic(whole) : try fixed()
  }

  private func fixed() throws(Diagnostic) -> ProxyPass {
    guard let (isTLS, rest) = scheme() else { throw invocation.error("invalid URL prefix") }
    let (authority, uri) = split(rest)
    try check(authority)
    if !uri.isEmpty, hasNoPrefix {
      throw invocation.error(
        "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside named location, "
          + "or inside \"if\" statement, or inside \"limit_except\" block")
    }
    return ProxyPass(
      isTLS: isTLS, authority: literal(authority), uri: uri.isEmpty ? nil : literal(uri), text: invocation.text(0),
      position: invocation.position)
  }

  /// With variables, the URL may turn out to be anything: the gateway reads it again for each request.
  private func dynamic(_ whole: Template) -> ProxyPass {
    let (isTLS, rest) = scheme() ?? (false, url[...])
    let (authority, uri) = split(rest)
    let position = invocation.position
    let host = try? Template(parsing: Array(authority), at: position)
    let path = uri.isEmpty ? nil : try? Template(parsing: Array(uri), at: position)
    var pass = ProxyPass(
      isTLS: isTLS, authority: host ?? whole, uri: path, text: invocation.text(0), position: position)
    pass.dynamicURL = whole
    return pass
  }

  private func scheme() -> (isTLS: Bool, rest: ArraySlice<UInt8>)? {
    let lower = String(decoding: url.prefix(8), as: UTF8.self).lowercased()
    if lower.hasPrefix("http://") { return (false, url.dropFirst(7)) }
    if lower.hasPrefix("https://") { return (true, url.dropFirst(8)) }
    return nil
  }

  private func split(_ rest: ArraySlice<UInt8>) -> (authority: ArraySlice<UInt8>, uri: ArraySlice<UInt8>) {
    if rest.starts(with: "unix:".utf8) {
      let end = rest.dropFirst(5).firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
      return (rest[..<end], end < rest.endIndex ? rest[(end + 1)...] : rest[end...])
    }
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    return (rest[..<end], rest[end...])
  }

  private func check(_ authority: ArraySlice<UInt8>) throws(Diagnostic) {
    let text = String(decoding: authority, as: UTF8.self)
    do throws(HostPort.Failure) {
      _ = try HostPort(text, defaultPort: 80)
    } catch {
      let shown = String(decoding: scheme()?.rest ?? [], as: UTF8.self)
      throw invocation.error("\(error.rawValue) in upstream \"\(shown)\"")
    }
  }

  private var hasNoPrefix: Bool {
    guard invocation.scope.context == .location else { return true }
    switch invocation.scope.match {
    case .regex, .named: return true
    default: return false
    }
  }

  private func literal(_ bytes: ArraySlice<UInt8>) -> Template {
    Template(literal: Array(bytes), at: invocation.position)
  }
}
