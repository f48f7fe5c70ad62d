import ConfigSyntax

/// The arguments of `location`, and its place among the blocks around it.
struct LocationDirective {
  private let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func match() throws(Diagnostic) -> LocationBlock.Match {
    let match = invocation.count == 2 ? try modified(invocation.text(0), invocation.text(1)) : try joined()
    if invocation.scope.context == .location, let outer = invocation.scope.match {
      try checkNesting(match, in: outer)
    }
    return match
  }

  private func modified(_ modifier: String, _ name: String) throws(Diagnostic) -> LocationBlock.Match {
    switch modifier {
    case "=": return .exact(name)
    case "^~": return .prefixWithoutRegex(name)
    case "~": return .regex(try invocation.regex(name, caseInsensitive: false))
    case "~*": return .regex(try invocation.regex(name, caseInsensitive: true))
    default: throw invocation.error("invalid location modifier \"\(modifier)\"")
    }
  }

  /// One argument: the modifier may stand right before the name.
  private func joined() throws(Diagnostic) -> LocationBlock.Match {
    let text = invocation.text(0)
    for modifier in ["=", "^~", "~*", "~"] {
      if let name = text.after(modifier) { return try modified(modifier, name) }
    }
    return text.hasPrefix("@") ? .named(text) : .prefix(text)
  }

  private func checkNesting(
    _ inner: LocationBlock.Match, in outer: LocationBlock.Match
  ) throws(Diagnostic) {
    if case .exact = outer {
      throw invocation.error("location \"\(inner.name)\" cannot be inside the exact location \"\(outer.name)\"")
    }
    if case .named = outer {
      throw invocation.error("location \"\(inner.name)\" cannot be inside the named location \"\(outer.name)\"")
    }
    if case .named = inner {
      throw invocation.error("named location \"\(inner.name)\" can be on the server level only")
    }
    if case .regex = inner { return }
    guard inner.name.hasPrefix(outer.name) else {
      throw invocation.error("location \"\(inner.name)\" is outside location \"\(outer.name)\"")
    }
  }
}

extension LocationBlock.Match {
  /// As in the configuration, without the modifier.
  public var name: String {
    switch self {
    case .prefix(let name), .prefixWithoutRegex(let name), .exact(let name), .named(let name): name
    case .regex(let source): source.pattern
    }
  }
}
