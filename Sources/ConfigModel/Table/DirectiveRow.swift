import ConfigSyntax

/// One directive: where it stands, what it takes, what it means, and how its value reaches the settings.
public struct DirectiveRow: Sendable {
  public enum Status: Hashable, Sendable {
    case implemented
    /// Read and checked, but without effect here; the reason is printed by `-t`.
    case noEffect(reason: String)
  }

  public let name: String
  public let contexts: DirectiveContexts
  /// The arguments, as documentation writes them.
  public let syntax: String
  public let arity: Arity
  /// Whether it opens a block.
  public let takesBlock: Bool
  /// Whether one block may name it several times.
  public let isRepeatable: Bool
  /// `nil`: no default.
  public let defaultText: String?
  public let meaning: String
  public let status: Status
  let apply: @Sendable (Invocation) throws(Diagnostic) -> Void
  /// How a block takes the settings from the one around it.
  let inheritance: [Inheritance]
}

/// How one setting passes from a block to those inside it.
struct Inheritance: Sendable {
  let merge: @Sendable (inout BlockSettings, BlockSettings) -> Void

  init<Value>(_ path: SettingPath<Value>) {
    merge = { child, parent in child[keyPath: path].inherit(from: parent[keyPath: path]) }
  }
}

typealias SettingPath<Value: Sendable> = WritableKeyPath<BlockSettings, Inherited<Value>> & Sendable

/// What the http, server and location blocks collect before they are merged.
struct BlockSettings: Sendable {
  var location = LocationSettings()
  var connection = ConnectionSettings()
  var tls = TLSSettings()
}
