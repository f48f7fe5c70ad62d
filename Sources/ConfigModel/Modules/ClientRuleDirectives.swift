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
      `fingerprint:SHA256`, `spki:SHA256` (hexadecimal or base64), `issuer:NAME` or `policy:OID`. Names are those of the \
      certificate's subjectAltName but for `cn` and `dn`. A block that has rules of either kind inherits none. Holds \
      before `return` and redirects, too.
      """),
    .list(
      "ssl_client_deny", in: [.http, .server, .location, .limitExcept], \.location.$clientRules, .clientRule(.deny),
      default: nil,
      "Whom this place answers with 403, whatever `ssl_client_allow` says and whichever comes first; the matchers are the "
        + "same. Without an `ssl_client_allow` beside it everybody else gets in."),
  ]
}

extension Grammar where Value == [ClientRuleSetting] {
  fileprivate static func clientRule(_ action: ClientRuleSetting.Action) -> Grammar {
    Grammar("matcher …", .atLeast(1)) { invocation throws(Diagnostic) in
      [ClientRuleSetting(action: action, matchers: invocation.texts, position: invocation.position)]
    }
  }
}
