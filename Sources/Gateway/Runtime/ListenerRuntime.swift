import ConfigModel
import ConfigSyntax

/// The servers that share one address and port.
final class ListenerRuntime: Sendable {
  let setting: ListenSetting
  let defaultServer: ServerRuntime
  /// The server of requests without a Host, where one has no name or the empty one.
  let nameless: ServerRuntime?
  /// Whether connections end when the trust in their clients does, as far as any server here has it.
  let endsWithTrust: Bool
  private let names: ServerNameTable<ServerRuntime>

  /// - Parameter members: at least one; the first that says `default_server`, or the first of all, is the default.
  init(
    _ members: [(setting: ListenSetting, server: ServerRuntime)], variables: VariableScope
  ) throws(Diagnostic) {
    let chosen = members.first { $0.setting.isDefaultServer } ?? members[0]
    setting = chosen.setting
    defaultServer = chosen.server
    var names = ServerNameTable<ServerRuntime>()
    for member in members {
      for name in member.server.block.names {
        _ = try names.add(name, server: member.server, variables: variables)
      }
    }
    self.names = names
    endsWithTrust = members.contains { $0.server.clientPolicy.verifies && $0.server.block.tls.revocationDisconnect }
    nameless = members.first { $0.server.block.names.isEmpty || $0.server.block.names.contains(.exact("")) }?.server
  }

  /// Whether a name is a regular expression.
  var hasPatterns: Bool { names.hasPatterns }

  /// The server of a canonical host name, or the default: one lookup for SNI and for Host.
  ///
  /// - Parameter request: takes the groups of a regular expression; `nil` during a handshake.
  /// - Throws: where nobody knows whose name it is: that is not the default server's.
  func server(named host: [UInt8], for request: Request?) throws(EvaluationFailure) -> ServerRuntime {
    if names.isEmpty { return defaultServer }
    return try names.server(named: host, for: request) ?? defaultServer
  }
}
