import ConfigSyntax

/// One directive of the rewrite module, in the order of the configuration.
public indirect enum RewriteStatement: Sendable {
  case set(variable: String, value: Template)
  case rewrite(RewriteRule)
  case returnStatus(ReturnSetting)
  case `if`(RewriteIf)
  case breakPhase
}

public struct RewriteRule: Sendable {
  public enum Flag: String, Sendable {
    case none
    case last
    case `break`
    case redirect
    case permanent
  }

  public var pattern: RegexSource
  public var replacement: Template
  public var flag: Flag
  public init(pattern: RegexSource, replacement: Template, flag: Flag) {
    self.pattern = pattern
    self.replacement = replacement
    self.flag = flag
  }
}

/// `return code [text]`, `return code URL`, `return URL`.
public struct ReturnSetting: Sendable {
  public var status: Int
  /// The body, or the `Location` of 301, 302, 303, 307 and 308.
  public var text: Template?
  public init(status: Int, text: Template?) {
    self.status = status
    self.text = text
  }
}

/// `if (condition) { … }`: its rewrite statements run in place; its settings become the location's where the condition holds.
public struct RewriteIf: Sendable {
  public enum Condition: Sendable {
    /// `$variable`: neither empty nor `0`.
    case variable(Template)
    case equals(Template, Template, negated: Bool)
    case matches(Template, RegexSource, negated: Bool)
    case file(Template, FileTest, negated: Bool)
  }

  public enum FileTest: Sendable {
    case file
    case directory
    case exists
    case executable
  }

  public var condition: Condition
  /// Settings of the `if` block merged with the enclosing location's; its own `rewrite` holds the statements.
  public var settings: LocationSettings
  public init(condition: Condition, settings: LocationSettings) {
    self.condition = condition
    self.settings = settings
  }
}

/// A regular expression as written; compiled when the gateway starts, checked when the configuration is read.
public struct RegexSource: Hashable, Sendable {
  public var pattern: String
  public var caseInsensitive: Bool
  public var position: SourcePosition
  public init(pattern: String, caseInsensitive: Bool, position: SourcePosition) {
    self.pattern = pattern
    self.caseInsensitive = caseInsensitive
    self.position = position
  }
}
