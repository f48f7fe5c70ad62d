import ConfigModel
import ConfigSyntax
import Synchronization
import Trust

/// The CAs that rules name by `ca:FILE`: one set of keys for each file, whichever rules and generations name it, so that all
/// of them go by what the file holds now.
final class RuleAuthorities: Sendable {
  /// By path.
  private let known = Mutex<[String: AuthorityKeys]>([:])

  /// Reads the file. Where it is bad, what it held before goes on being used.
  @discardableResult
  func read(_ file: PathReference) throws(Diagnostic) -> AuthorityKeys {
    let certificates = try ClientAuthorities.read(file, directive: "ssl_client_allow, ssl_client_deny")
    return known.withLock { known in
      if let keys = known[file.path] {
        keys.replace(with: certificates)
        return keys
      }
      let keys = AuthorityKeys(certificates)
      known[file.path] = keys
      return keys
    }
  }
}

/// The rules on identities of a server and its locations, each with whom its place trusts.
struct ClientRulePlaces {
  private(set) var places: [(rule: ClientRuleSetting, trust: ClientTrustSetting)] = []

  init(_ server: ServerBlock) {
    add(server.settings)
    for location in server.locations { add(location) }
  }

  /// Of all `ca:FILE`.
  var authorityFiles: [PathReference] { places.flatMap(\.rule.authorityFiles) }

  private mutating func add(_ location: LocationBlock) {
    add(location.settings)
    if let limit = location.limitExcept { add(limit.settings) }
    for child in location.locations { add(child) }
  }

  private mutating func add(_ settings: LocationSettings) {
    for rule in settings.clientRules {
      let isKnown = places.contains { $0.rule == rule && $0.trust == settings.clientTrust }
      if !isKnown { places.append((rule, settings.clientTrust)) }
    }
  }
}

extension ServerRuntime {
  /// What the operator should know of rules that go by an issuer's name where more than one CA could have it.
  var issuerWarnings: [String] {
    guard let state = tls?.state, let own = state.verifier else { return [] }
    let trust = LocationTrust(block)
    return ClientRulePlaces(block).places.compactMap { place -> String? in
      guard place.rule.matchers.contains(where: { $0.hasPrefix("issuer:") }) else { return nil }
      let verifier =
        switch trust.policy(of: place.trust) {
        case .server: own
        case .location(let number): state.locationVerifiers[number]
        }
      let count = verifier.snapshot.anchors.count + verifier.snapshot.intermediates.count
      guard count > 1 else { return nil }
      return "\"\(place.rule.directive)\" in \(place.rule.position) goes by an issuer's name alone, and \(count) CAs "
        + "are trusted there: \"ca:FILE\" names one by its key"
    }
  }
}
