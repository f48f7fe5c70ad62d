import ConfigModel
import ConfigSyntax
import Trust

/// `ssl_client_allow` and `ssl_client_deny` of a block made ready.
final class ClientAccess: Sendable {
  let rules: ClientAccessRules

  /// - Parameter authorities: the CAs that rules name by their files.
  init(_ settings: [ClientRuleSetting], authorities: RuleAuthorities) throws(Diagnostic) {
    var rules: [ClientAccessRule] = []
    for setting in settings {
      rules.append(
        ClientAccessRule(
          setting.action == .allow ? .allow : .deny, try Self.matchers(setting, authorities),
          place: "\(setting.position)"))
    }
    self.rules = ClientAccessRules(rules)
  }

  /// Where the first rule stands.
  var place: String { rules.rules.first?.place ?? "" }

  private static func matchers(
    _ setting: ClientRuleSetting, _ authorities: RuleAuthorities
  ) throws(Diagnostic) -> [IdentityMatcher] {
    var matchers: [IdentityMatcher] = []
    let files = setting.authorityFiles
    for text in setting.matchers {
      if let file = files.first(where: { ClientRuleSetting.authorityPrefix + $0.path == text }) {
        matchers.append(IdentityMatcher(text, authorities: try authorities.read(file)))
        continue
      }
      do throws(IdentityMatcherError) {
        matchers.append(try IdentityMatcher(text))
      } catch {
        throw Diagnostic("\"\(setting.directive)\": \(error)", at: setting.position)
      }
    }
    return matchers
  }
}

extension Request {
  /// Whether the rules of the place admit the client; the log says why where they don't.
  ///
  /// On a port without TLS there is nobody to admit.
  func admitsClient() -> Bool {
    guard let access = effective.clientAccess else { return true }
    guard connection.tls != nil else { return refuseClient(.allow, "no certificate can be asked for without TLS") }
    switch decision(under: access) {
    case .admitted: return true
    case .denied(let rule): return refuseClient(.deny, "denied by \(rule)")
    case .notAllowed: return refuseClient(.allow, "none of the rules from \(access.place) on allows it")
    }
  }

  private func decision(under access: ClientAccess) -> ClientAccessRules.Decision {
    let policy = effective.clientTrust
    if policy == .server { return connection.standing.admission(under: access) }
    return connection.locationStandings[policy, default: ClientStanding()].admission(under: access)
  }

  /// - Returns: `false`. The page of the refusal may be refused as well: that is told once.
  private func refuseClient(_ rule: ClientAccessRule.Action, _ reason: String) -> Bool {
    guard refusalID == nil else { return false }
    connection.counters.count(.requestRefused(rule == .allow ? .notAllowed : .denied))
    tell(ClientRefusal(rule, clientVerdict), .error, "access forbidden to client SSL certificate: \(reason)")
    return false
  }
}
