import Trust

/// What the error log calls the reason of a refusal, what it means and what helps: for `countersign why`.
public struct RefusalReason: Hashable, Sendable {
  /// As it stands behind `rule` in the error log.
  public let name: String
  public let meaning: String
  public let cure: String

  /// A fault of the client's certificate or of what stands behind it.
  init(_ rule: Rule) {
    name = rule.rawValue
    meaning = rule.advice.meaning
    cure = rule.advice.cure
  }

  /// A rule on identities.
  init(_ action: ClientAccessRule.Action) {
    name = "ssl_client_\(action.rawValue)"
    meaning = action.meaning
    cure = action.cure
  }

  /// A handshake that came to nothing.
  init(_ rule: HandshakeRule) {
    name = rule.rawValue
    meaning = rule.meaning
    cure = rule.cure
  }

  /// A client that came the wrong way.
  init(_ rule: RequestRule) {
    name = rule.rawValue
    meaning = rule.meaning
    cure = rule.cure
  }

  /// The reason that a log names; `nil` where this version has none of that name.
  public init?(named name: String) {
    let known =
      Rule(rawValue: name).map(RefusalReason.init) ?? HandshakeRule(rawValue: name).map(RefusalReason.init)
      ?? RequestRule(rawValue: name).map(RefusalReason.init)
      ?? [ClientAccessRule.Action.allow, .deny].map(RefusalReason.init).first { $0.name == name }
    guard let known else { return nil }
    self = known
  }
}
