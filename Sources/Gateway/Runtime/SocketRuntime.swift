import ConfigModel
import NIOCore

/// A socket to bind and the listeners behind it: one, or for a wildcard address those of single addresses too.
final class SocketRuntime: Sendable {
  let setting: ListenSetting
  private let listener: ListenerRuntime
  private let byAddress: [String: ListenerRuntime]

  private init(_ listener: ListenerRuntime, below: [ListenerRuntime]) {
    setting = listener.setting
    self.listener = listener
    var byAddress: [String: ListenerRuntime] = [:]
    for other in below {
      if case .ip(let host, _) = other.setting.address { byAddress[host] = other }
    }
    self.byAddress = byAddress
  }

  /// Who answers a connection to `local`.
  func listener(for local: SocketAddress?) -> ListenerRuntime {
    guard !byAddress.isEmpty, let host = local?.ipAddress else { return listener }
    return byAddress[host] ?? listener
  }

  static func group(_ listeners: [ListenerRuntime]) -> [SocketRuntime] {
    let wildcards = listeners.filter(\.isWildcard)
    return listeners.compactMap { listener in
      if listener.isWildcard {
        return SocketRuntime(listener, below: listeners.filter { $0.isBelow(listener) })
      }
      return wildcards.contains { listener.isBelow($0) } ? nil : SocketRuntime(listener, below: [])
    }
  }
}

extension ListenerRuntime {
  fileprivate var isWildcard: Bool {
    guard case .ip(let host, _) = setting.address else { return false }
    return host == "0.0.0.0" || host == "::"
  }

  /// Whether a wildcard's socket takes this address's connections, and no option asks for a socket of its own.
  fileprivate func isBelow(_ wildcard: ListenerRuntime) -> Bool {
    guard !isWildcard, !setting.isBoundAlone, case .ip(let host, let port) = setting.address,
      case .ip(let wildcardHost, let wildcardPort) = wildcard.setting.address
    else { return false }
    return port == wildcardPort && host.contains(":") == wildcardHost.contains(":")
  }
}
