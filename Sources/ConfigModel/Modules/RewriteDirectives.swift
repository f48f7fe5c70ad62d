import ConfigSyntax

extension DirectiveTable {
  /// Statements run in the order in which they stand; blocks do not inherit them.
  static let rewriteRows: [DirectiveRow] = [
    .custom(
      "rewrite", in: .rewrite, "regex replacement [flag]", .between(2, 3), isRepeatable: true,
      "Replaces a URI that matches; flags: last, break, redirect, permanent."
    ) { invocation throws(Diagnostic) in
      invocation.scope.statements.append(.done(.rewrite(try invocation.rewriteRule())))
    },
    .custom(
      "return", in: .rewrite, "code [text] | code URL | URL", .between(1, 2), isRepeatable: true,
      "Answers with a status, and a text or a redirect; 444 closes the connection."
    ) { invocation throws(Diagnostic) in
      invocation.scope.statements.append(.done(.returnStatus(try invocation.returnSetting())))
    },
    .custom("break", in: .rewrite, "", .exactly(0), isRepeatable: true, "Ends the rewriting of this round.") {
      invocation throws(Diagnostic) in
      invocation.scope.statements.append(.done(.breakPhase))
    },
    .custom("set", in: .rewrite, "$variable value", .exactly(2), isRepeatable: true, "Gives a variable a value.") {
      invocation throws(Diagnostic) in
      let value = try invocation.template(1)
      invocation.scope.statements.append(.done(.set(variable: try invocation.variableName(0), value: value)))
    },
    .block(
      "if", in: [.server, .location], "(condition)", .atLeast(1),
      "Statements and settings for requests that meet a condition."
    ) { invocation throws(Diagnostic) in
      let condition = try IfCondition(invocation).condition()
      let inner = Scope(invocation.scope.context == .server ? .serverIf : .locationIf, at: invocation.position)
      inner.match = invocation.scope.match
      invocation.scope.statements.append(.if(condition, inner))
      invocation.readBlock(into: inner)
    },
    .noEffect(
      "rewrite_log", in: [.http, .server, .serverIf, .location, .locationIf], Grammar<Bool>.flag,
      because: "rewriting is not logged"),
    .noEffect(
      "uninitialized_variable_warn", in: [.http, .server, .serverIf, .location, .locationIf], Grammar<Bool>.flag,
      because: "variables without a value are empty, silently"),
  ]
}

extension Invocation {
  /// The name after `$`, in lower case.
  func variableName(_ index: Int) throws(Diagnostic) -> String {
    guard let name = text(index).after("$") else { throw error("invalid variable name \"\(text(index))\"") }
    guard !name.isEmpty else { throw error("invalid variable name \"$\"") }
    return name.lowercased()
  }

  fileprivate func rewriteRule() throws(Diagnostic) -> RewriteRule {
    guard !bytes(1).isEmpty else { throw error("empty replacement") }
    let pattern = try regex(text(0), caseInsensitive: false)
    let replacement = try template(1)
    return RewriteRule(pattern: pattern, replacement: replacement, flag: try rewriteFlag())
  }

  private func rewriteFlag() throws(Diagnostic) -> RewriteRule.Flag {
    guard count == 3 else { return isRedirect(text(1)) ? .redirect : .none }
    guard let flag = RewriteRule.Flag(rawValue: text(2)), flag != .none else { throw invalidParameter(text(2)) }
    return flag == .permanent || !isRedirect(text(1)) ? flag : .redirect
  }

  private func isRedirect(_ target: String) -> Bool {
    target.hasPrefix("http://") || target.hasPrefix("https://") || target.hasPrefix("$scheme")
  }

  fileprivate func returnSetting() throws(Diagnostic) -> ReturnSetting {
    guard let status = Int(configuration: bytes(0)) else {
      guard count == 1, isRedirect(text(0)) else { throw error("invalid return code \"\(text(0))\"") }
      return ReturnSetting(status: 302, text: try template(0))
    }
    guard status <= 999 else { throw error("invalid return code \"\(text(0))\"") }
    return ReturnSetting(status: status, text: count == 2 ? try template(1) : nil)
  }
}
