import ConfigSyntax
import PatternMatching

extension Assembly {
  /// Warns of expressions that a request can make run out of their limit, where they protect something.
  ///
  /// Such a request gets 500, so nothing opens; but it costs time, and who wrote the expression should know.
  func checkPatterns(_ http: HTTPBlock) {
    for server in http.servers {
      checkConditions(server.settings)
      for location in server.locations { checkPatterns(location, in: server.settings) }
    }
  }

  private func checkPatterns(_ location: LocationBlock, in outer: LocationSettings) {
    if case .regex(let source) = location.match, location.protects(comparedTo: outer) { warn(of: source) }
    checkConditions(location.settings)
    for nested in location.locations { checkPatterns(nested, in: location.settings) }
  }

  private func checkConditions(_ settings: LocationSettings) {
    for case .if(let block) in settings.rewrite {
      if case .matches(_, let source, _) = block.condition, block.settings.protects(comparedTo: settings) {
        warn(of: source)
      }
      checkConditions(block.settings)
    }
  }

  private func warn(of source: RegexSource) {
    guard let nested = NestedRepetition(in: source.pattern) else { return }
    reading.report(
      Diagnostic(
        "\"\(nested.text)\" in \"\(source.pattern)\" repeats what is repeated: requests that run out of the limit get 500, "
          + "consider a possessive quantifier", at: source.position, severity: .warn))
  }
}

extension LocationBlock {
  fileprivate func protects(comparedTo outer: LocationSettings) -> Bool {
    settings.protects(comparedTo: outer) || limitExcept?.settings.protects(comparedTo: settings) == true
      || locations.contains { $0.protects(comparedTo: settings) }
  }
}

extension LocationSettings {
  /// Whether the block has a rule on clients, CAs or accessibility of its own, or refuses.
  fileprivate func protects(comparedTo outer: LocationSettings) -> Bool {
    if core.isInternal && !outer.core.isInternal { return true }
    if clientRules != outer.clientRules || clientTrust.key != outer.clientTrust.key { return true }
    return rewrite.contains { statement in
      switch statement {
      case .returnStatus(let setting): setting.status >= 400
      case .if(let block): block.settings.protects(comparedTo: self)
      case .set, .rewrite, .breakPhase: false
      }
    }
  }
}
