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
  init(setting: ListenSetting, defaultServer: ServerRuntime) {
    self.setting = setting
    self.defaultServer = defaultServer
  }
}

/// A server block made ready.
final class ServerRuntime: Sendable {
  let block: ServerBlock
  init(block: ServerBlock) { self.block = block }
}

/// A location made ready: its settings with templates resolved, its content handler, its children.
final class LocationRuntime: Sendable {
  let settings: LocationSettings
  init(settings: LocationSettings) { self.settings = settings }
}
