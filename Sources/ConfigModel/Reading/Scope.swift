import ConfigSyntax

/// A block while it is read: what it names itself, before anything is inherited.
final class Scope {
  /// Exactly one context.
  let context: DirectiveContexts
  let position: SourcePosition
  var settings = BlockSettings()
  /// Directives named so far, to find duplicates.
  var seen: Set<String> = []
  /// Servers of http; locations of server and location.
  var children: [Scope] = []
  var statements: [StatementDraft] = []
  /// The location this block is, or stands in.
  var match: LocationBlock.Match?
  var server = ServerDraft()
  var upstream: UpstreamBlock?
  var limitExcept: LimitExceptDraft?

  init(_ context: DirectiveContexts, at position: SourcePosition) {
    self.context = context
    self.position = position
  }
}

struct ServerDraft {
  var listens: [ListenDraft] = []
  var names: [ServerNameDraft] = []
}

struct ServerNameDraft {
  var pattern: ServerNamePattern
  var text: String
}

struct LimitExceptDraft {
  var methods: Set<String>
  var scope: Scope
}

/// A statement of the rewrite module; the settings of an `if` are not merged yet.
enum StatementDraft {
  case done(RewriteStatement)
  case `if`(RewriteIf.Condition, Scope)
}
