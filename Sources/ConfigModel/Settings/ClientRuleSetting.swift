import ConfigSyntax

/// `ssl_client_allow matcher …` or `ssl_client_deny matcher …`, as written; the matchers are read when the gateway starts.
public struct ClientRuleSetting: Hashable, Sendable {
  public enum Action: String, Hashable, Sendable {
    case allow, deny
  }

  public var action: Action
  /// At least one; all must hold.
  public var matchers: [String]
  public var position: SourcePosition

  public init(action: Action, matchers: [String], position: SourcePosition) {
    self.action = action
    self.matchers = matchers
    self.position = position
  }

  public var directive: String { "ssl_client_\(action.rawValue)" }

  /// Begins a matcher that names CAs by a file.
  public static let authorityPrefix = "ca:"

  /// The file of each such matcher.
  public var authorityFiles: [PathReference] {
    matchers.filter { $0.hasPrefix(Self.authorityPrefix) && $0 != Self.authorityPrefix }.map {
      PathReference(path: String($0.dropFirst(Self.authorityPrefix.count)), position: position)
    }
  }
}
