import ConfigModel
import ConfigSyntax

/// A server block made ready.
final class ServerRuntime: Sendable {
  let block: ServerBlock
  /// The server level's settings, its rewrite statements and its locations.
  let root: LocationRuntime
  let namedLocations: [String: LocationRuntime]
  /// `$server_name`: the first name as written.
  let name: [UInt8]
  /// What this server asks of clients' certificates; connections made under another are misdirected (421).
  let clientPolicy: ClientPolicy
  /// Whether locations have other CAs: then each place judges for itself.
  let hasLocationTrust: Bool
  let mergesSlashes: Bool
  /// `nil` where the server terminates no TLS.
  let tls: ServerTLS?

  init(block: ServerBlock, tls: ServerTLS? = nil, compile: CompileContext) throws(Diagnostic) {
    self.block = block
    self.tls = tls
    name = Self.name(of: block)
    compile.locationTrust = LocationTrust(block)
    compile.identityFields = ServerIdentityFields(of: block, in: compile.http)
    hasLocationTrust = !compile.locationTrust.policies.isEmpty
    clientPolicy = ClientPolicy(block.tls, locations: compile.locationTrust)
    mergesSlashes = block.connection.mergeSlashes
    let locations = try compile.locations(block.locations)
    root = try LocationRuntime(
      match: .server, settings: block.settings, children: locations,
      handler: try compile.handler(block.settings, match: .server), compile: compile)
    var named: [String: LocationRuntime] = [:]
    for case (let location, .named(let name)) in locations.map({ ($0, $0.match) }) { named[name] = location }
    namedLocations = named
  }

  /// - Parameter name: with or without its `@`.
  func namedLocation(_ name: String) -> LocationRuntime? {
    namedLocations[name] ?? namedLocations[name.hasPrefix("@") ? String(name.dropFirst()) : "@" + name]
  }

  static func name(of block: ServerBlock) -> [UInt8] {
    switch block.names.first {
    case .exact(let text): Array(text.utf8)
    case .leadingWildcard(let suffix): Array("*\(suffix)".utf8)
    case .dotted(let suffix): Array(suffix.drop { $0 == "." }.utf8)
    case .trailingWildcard(let prefix): Array("\(prefix)*".utf8)
    case .regex(let source): Array("~\(source.pattern)".utf8)
    case nil: []
    }
  }
}
