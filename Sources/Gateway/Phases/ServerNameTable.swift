import ConfigModel
import ConfigSyntax

/// The servers of one address, by name: the one lookup for SNI and for Host.
///
/// Exact names first, then the longest wildcard that begins with `*`, the longest that ends with `*`, and the regular
/// expressions in their order.
struct ServerNameTable<Server: Sendable>: Sendable {
  private var exact: [[UInt8]: Server] = [:]
  /// By the part after the `*`, which begins with a dot.
  private var leading: [[UInt8]: Server] = [:]
  /// By the part before the `*`, which ends with a dot.
  private var trailing: [[UInt8]: Server] = [:]
  private var patterns: [(pattern: CompiledPattern, server: Server)] = []

  init() {}

  var isEmpty: Bool { exact.isEmpty && leading.isEmpty && trailing.isEmpty && patterns.isEmpty }

  var hasPatterns: Bool { !patterns.isEmpty }

  /// - Returns: `false` where the name is taken: the first server keeps it, as in nginx.
  mutating func add(
    _ name: ServerNamePattern, server: Server, variables: VariableScope
  ) throws(Diagnostic) -> Bool {
    switch name {
    case .exact(let text): return insert(text, server, into: &exact)
    case .leadingWildcard(let suffix): return insert(suffix, server, into: &leading)
    case .trailingWildcard(let prefix): return insert(prefix, server, into: &trailing)
    case .dotted(let suffix):
      let isNew = insert(suffix, server, into: &leading)
      return insert(String(suffix.drop { $0 == "." }), server, into: &exact) && isNew
    case .regex(let source):
      patterns.append((try CompiledPattern(source, variables: variables), server))
      return true
    }
  }

  private func insert(_ text: String, _ server: Server, into table: inout [[UInt8]: Server]) -> Bool {
    let key = Array(text.utf8)
    if table[key] != nil { return false }
    table[key] = server
    return true
  }

  /// The server of a canonical host; `nil` where none has that name.
  ///
  /// - Parameter request: takes the groups of a regular expression that matches; `nil` during a handshake.
  /// - Throws: where nobody knows whose name it is.
  func server(named host: [UInt8], for request: Request?) throws(EvaluationFailure) -> Server? {
    if let server = exact[host] { return server }
    if !leading.isEmpty, let server = byLeadingWildcard(host) { return server }
    if !trailing.isEmpty, let server = byTrailingWildcard(host) { return server }
    for (pattern, server) in patterns {
      let isMatch = if let request { try pattern.matches(host, for: request) } else { try pattern.matches(host) }
      if isMatch { return server }
    }
    return nil
  }

  private func byLeadingWildcard(_ host: [UInt8]) -> Server? {
    for index in host.indices where index > 0 && host[index] == UInt8(ascii: ".") {
      if let server = leading[Array(host[index...])] { return server }
    }
    return nil
  }

  private func byTrailingWildcard(_ host: [UInt8]) -> Server? {
    for index in host.indices.reversed() where host[index] == UInt8(ascii: ".") {
      if let server = trailing[Array(host[...index])] { return server }
    }
    return nil
  }
}
