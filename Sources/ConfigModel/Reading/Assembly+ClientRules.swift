import ConfigSyntax

extension Assembly {
  /// Rules on clients' certificates mean nothing where none is asked for: each is reported once.
  func checkClientRules(_ http: HTTPBlock) {
    var reported: Set<SourcePosition> = []
    for server in http.servers where !server.asksForCertificate {
      for rule in server.clientRules where reported.insert(rule.position).inserted {
        reading.report(Diagnostic(server.complaint(about: rule), at: rule.position))
      }
    }
  }
}

extension ServerBlock {
  fileprivate var asksForCertificate: Bool { tls.verifyClient != .off && listens.contains(where: \.isTLS) }

  fileprivate var clientRules: [ClientRuleSetting] { settings.allClientRules + locations.flatMap(\.allClientRules) }

  fileprivate func complaint(about rule: ClientRuleSetting) -> String {
    let reason = tls.verifyClient == .off ? "has no \"ssl_verify_client\"" : "does not listen with \"ssl\""
    return "\"\(rule.directive)\" holds where no client certificate is asked for: the server at \(position) \(reason)"
  }
}

extension LocationBlock {
  fileprivate var allClientRules: [ClientRuleSetting] {
    settings.allClientRules + (limitExcept?.settings.allClientRules ?? []) + locations.flatMap(\.allClientRules)
  }
}

extension LocationSettings {
  /// The block's own, and those of the `if` blocks in it.
  fileprivate var allClientRules: [ClientRuleSetting] {
    rewrite.reduce(clientRules) { rules, statement in
      guard case .if(let block) = statement else { return rules }
      return rules + block.settings.allClientRules
    }
  }
}
