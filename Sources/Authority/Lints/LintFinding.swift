/// What a lint has against a certificate about to be signed.
public struct LintFinding: Sendable, Hashable, CustomStringConvertible {
  public enum Severity: String, Sendable { case warning, error }

  public let severity: Severity
  /// The lint's name, for example `subject-alternative-name`.
  public let lint: String
  public let message: String
  /// The text that asks for it, for example `RFC 5280 §4.2.1.6`.
  public let clause: String

  public var description: String { "\(lint): \(message) (\(clause))" }
}
