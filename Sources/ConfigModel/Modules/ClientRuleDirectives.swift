import ConfigSyntax

extension DirectiveTable {
  /// Which of the verified clients get in where.
  static let clientRuleRows: [DirectiveRow] = [
    .list(
      "ssl_client_allow", in: [.http, .server, .location, .limitExcept], \.location.$clientRules, .clientRule(.allow),
      default: nil,
      """
      Whom of the verified clients this place answers; anybody else gets 403. Several directives add up, and all matchers \
      of one must hold. A matcher is `any` (every verified client), `cn:NAME`, `dn:NAME` (the whole subject, \
      `CN=a,O=b`), `dns:NAME` (`*.NAME` one label more, `.NAME` itself and all below), `uri:URI` (`/*` at its end: all \
      below), `spiffe://DOMAIN[/PATH]`, `email:MAILBOX` (or `@HOST`), `ip:ADDRESS[/BITS]`, `serial:HEX`, \
      `fingerprint:SHA256`, `spki:SHA256` (hexadecimal or base64), `ca:FILE`, `issuer:NAME` or `policy:OID`. Names are those \
      of the certificate's subjectAltName but for `cn` and `dn`. Texts are compared code point by code point: no other case, \
      space, invisible or equivalent character is the same; DNS names, hosts and schemes alone are compared without regard \
      to the case of ASCII letters. `ca:FILE` holds for clients below a CA of that PEM file, at any depth, by its key. \
      `issuer:NAME` goes by a name alone, the whole name of the trusted CA at the end of the client's path; where more CAs \
      are trusted name one by `ca:`. A block that has rules of either kind inherits none. Holds before `return` and \
      redirects, too.
      """),
    .list(
      "ssl_client_deny", in: [.http, .server, .location, .limitExcept], \.location.$clientRules, .clientRule(.deny),
      default: nil,
      "Whom this place answers with 403, whatever `ssl_client_allow` says and whichever comes first; the matchers are the "
        + "same, but that `issuer:` holds for any CA of that name above the client. Without an `ssl_client_allow` beside "
        + "it everybody else gets in."
    ),
  ]
}

extension Grammar where Value == [ClientRuleSetting] {
  fileprivate static func clientRule(_ action: ClientRuleSetting.Action) -> Grammar {
    Grammar("matcher …", .atLeast(1)) { invocation throws(Diagnostic) in
      var matchers: [String] = []
      for index in invocation.texts.indices { matchers.append(try invocation.matcher(index)) }
      return [ClientRuleSetting(action: action, matchers: matchers, position: invocation.position)]
    }
  }
}

extension Invocation {
  /// As written, but for the file of `ca:FILE`, which gets its whole path.
  fileprivate func matcher(_ index: Int) throws(Diagnostic) -> String {
    guard text(index).hasPrefix(ClientRuleSetting.authorityPrefix) else { return text(index) }
    let path = String(text(index).dropFirst(ClientRuleSetting.authorityPrefix.count))
    guard !path.contains("$") else { throw error("variables are not supported in the \"\(name)\" directive") }
    return ClientRuleSetting.authorityPrefix + (path.isEmpty ? "" : reading.paths.underFolder(path))
  }
}
