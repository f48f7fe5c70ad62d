/// A rule on clients' identities: all its matchers must hold.
public struct ClientAccessRule: Hashable, Sendable {
  public enum Action: String, Hashable, Sendable {
    case allow, deny
  }

  public let action: Action
  public let matchers: [IdentityMatcher]
  /// Where it stands, for messages.
  public let place: String

  public init(_ action: Action, _ matchers: [IdentityMatcher], place: String) {
    self.action = action
    self.matchers = matchers
    self.place = place
  }

  func applies(to client: PresentedIdentity) -> Bool { matchers.allSatisfy { $0.matches(client, to: action) } }
}

extension ClientAccessRule: CustomStringConvertible {
  /// As written, and where.
  public var description: String {
    "\"ssl_client_\(action.rawValue) \(matchers.map(\.description).joined(separator: " "))\" in \(place)"
  }
}

extension ClientAccessRule.Action {
  /// What the directive of that name demands.
  public var meaning: String {
    switch self {
    case .allow:
      "This place has rules that say whom of the verified clients it answers, and none of them fits this one."
    case .deny: "A rule of this place says that this client gets no answer, whatever other rules allow."
    }
  }

  /// What makes a refused client welcome.
  public var cure: String {
    switch self {
    case .allow: "add an ssl_client_allow that fits the client, or use another certificate"
    case .deny: "take the ssl_client_deny away that the message names, or use another certificate"
    }
  }
}

/// The rules that stand together: who is denied stays out whatever the order; where somebody is allowed, everybody else
/// stays out.
public struct ClientAccessRules: Hashable, Sendable {
  public enum Decision: Hashable, Sendable {
    case admitted
    case denied(by: ClientAccessRule)
    /// There are rules that allow, and none of them does.
    case notAllowed
  }

  public let rules: [ClientAccessRule]
  private let hasAllow: Bool

  public init(_ rules: [ClientAccessRule]) {
    self.rules = rules
    hasAllow = rules.contains { $0.action == .allow }
  }

  /// - Parameter verdict: `nil` where the client sent no certificate.
  ///
  /// Only a verified certificate is allowed anything; one that is not verified can still be denied.
  public func decide(on verdict: Verdict?) -> Decision {
    guard let verdict, let client = PresentedIdentity(verdict) else { return hasAllow ? .notAllowed : .admitted }
    if let rule = rules.first(where: { $0.action == .deny && $0.applies(to: client) }) { return .denied(by: rule) }
    guard hasAllow else { return .admitted }
    let isAllowed = verdict.isVerified && rules.contains { $0.action == .allow && $0.applies(to: client) }
    return isAllowed ? .admitted : .notAllowed
  }
}
