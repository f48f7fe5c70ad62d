/// One remark about a configuration, worded as nginx words it.
public struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Severity: String, Hashable, Sendable {
    /// The configuration is refused.
    case emerg
    /// It is accepted, but probably does not mean what its author wanted.
    case warn
    /// A directive was accepted that has no effect here.
    case notice
  }

  public var severity: Severity
  public var message: String
  /// `nil`: the remark is about the configuration as a whole.
  public var position: SourcePosition?

  public init(_ message: String, at position: SourcePosition?, severity: Severity = .emerg) {
    self.severity = severity
    self.message = message
    self.position = position
  }

  /// `message in file:line`.
  public var description: String {
    guard let position else { return message }
    return "\(message) in \(position)"
  }
}
