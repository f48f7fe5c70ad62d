import ConfigSyntax

extension DirectiveRow {
  /// A directive whose one value replaces what the block inherits; naming it twice in a block is an error.
  static func value<Value>(
    _ name: String, in contexts: DirectiveContexts, _ path: SettingPath<Value>, _ grammar: Grammar<Value>,
    default defaultText: String?, _ meaning: String
  ) -> DirectiveRow {
    DirectiveRow(
      name: name, contexts: contexts, syntax: grammar.syntax, arity: grammar.arity, takesBlock: false,
      isRepeatable: false, defaultText: defaultText, meaning: meaning, status: .implemented,
      apply: { invocation throws(Diagnostic) in
        let value = try grammar.parse(invocation)
        invocation.scope.settings[keyPath: path].set(value, at: invocation.position)
      }, inheritance: [Inheritance(path)])
  }

  /// A directive that may be repeated: its values add up within a block and replace what the block inherits.
  static func list<Value>(
    _ name: String, in contexts: DirectiveContexts, _ path: SettingPath<[Value]>, _ grammar: Grammar<[Value]>,
    default defaultText: String?, _ meaning: String
  ) -> DirectiveRow {
    DirectiveRow(
      name: name, contexts: contexts, syntax: grammar.syntax, arity: grammar.arity, takesBlock: false,
      isRepeatable: true, defaultText: defaultText, meaning: meaning, status: .implemented,
      apply: { invocation throws(Diagnostic) in
        let values = try grammar.parse(invocation)
        let setting = invocation.scope.settings[keyPath: path]
        let known = setting.isSet ? setting.wrappedValue : []
        invocation.scope.settings[keyPath: path].set(known + values, at: invocation.position)
      }, inheritance: [Inheritance(path)])
  }

  /// A directive of flags: repeated in a block, its values add up.
  static func flags<Value: Hashable>(
    _ name: String, in contexts: DirectiveContexts, _ path: SettingPath<Set<Value>>, _ grammar: Grammar<Set<Value>>,
    default defaultText: String?, _ meaning: String
  ) -> DirectiveRow {
    .custom(
      name, in: contexts, grammar.syntax, grammar.arity, isRepeatable: true, default: defaultText, meaning,
      inheriting: [Inheritance(path)]
    ) { invocation throws(Diagnostic) in
      let values = try grammar.parse(invocation)
      let setting = invocation.scope.settings[keyPath: path]
      let known = setting.isSet ? setting.wrappedValue : []
      invocation.scope.settings[keyPath: path].set(known.union(values), at: invocation.position)
    }
  }

  /// A directive with rules of its own.
  static func custom(
    _ name: String, in contexts: DirectiveContexts, _ syntax: String, _ arity: Arity, isRepeatable: Bool = false,
    default defaultText: String? = nil, _ meaning: String, inheriting: [Inheritance] = [],
    apply: @escaping @Sendable (Invocation) throws(Diagnostic) -> Void
  ) -> DirectiveRow {
    DirectiveRow(
      name: name, contexts: contexts, syntax: syntax, arity: arity, takesBlock: false, isRepeatable: isRepeatable,
      defaultText: defaultText, meaning: meaning, status: .implemented, apply: apply, inheritance: inheriting)
  }

  /// A directive that opens a block.
  static func block(
    _ name: String, in contexts: DirectiveContexts, _ syntax: String, _ arity: Arity, isRepeatable: Bool = true,
    _ meaning: String, inheriting: [Inheritance] = [],
    apply: @escaping @Sendable (Invocation) throws(Diagnostic) -> Void
  ) -> DirectiveRow {
    DirectiveRow(
      name: name, contexts: contexts, syntax: syntax, arity: arity, takesBlock: true, isRepeatable: isRepeatable,
      defaultText: nil, meaning: meaning, status: .implemented, apply: apply, inheritance: inheriting)
  }

  /// A directive of nginx that has nothing to act on here: its arguments are checked and forgotten.
  static func noEffect<Value>(
    _ name: String, in contexts: DirectiveContexts, _ grammar: Grammar<Value>, isRepeatable: Bool = false,
    because reason: String
  ) -> DirectiveRow {
    DirectiveRow(
      name: name, contexts: contexts, syntax: grammar.syntax, arity: grammar.arity, takesBlock: false,
      isRepeatable: isRepeatable, defaultText: nil, meaning: "No effect here: \(reason).",
      status: .noEffect(reason: reason),
      apply: { invocation throws(Diagnostic) in
        _ = try grammar.parse(invocation)
        invocation.note("the \"\(invocation.name)\" directive has no effect here: \(reason)")
      }, inheritance: [])
  }
}
