import ConfigModel
import PatternMatching

/// A configuration made ready to serve: templates resolved, expressions compiled, TLS contexts and trust loaded.
///
/// One generation; a reload makes another. Immutable but for counters and pools that guard themselves.
final class GatewayRuntime: Sendable {
  let generation: UInt64
  let configuration: Configuration
  init(generation: UInt64, configuration: Configuration) {
    self.generation = generation
    self.configuration = configuration
  }
}

/// The servers that share one address and port.
final class ListenerRuntime: Sendable {
  let setting: ListenSetting
  let defaultServer: ServerRuntime
  private let names: ServerNameTable<ServerRuntime>
  init(setting: ListenSetting, defaultServer: ServerRuntime, names: ServerNameTable<ServerRuntime>) {
    self.setting = setting
    self.defaultServer = defaultServer
    self.names = names
  }

  /// The server for a canonical host (`HostName`), by SNI or by Host.
  ///
  /// - Parameter request: takes the groups of a name that is a regular expression; `nil` during a handshake.
  func server(named host: [UInt8], for request: Request? = nil) -> ServerRuntime {
    names.server(named: host, for: request) ?? defaultServer
  }
}
