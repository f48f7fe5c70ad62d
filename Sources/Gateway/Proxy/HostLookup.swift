import NIOCore
import Transport

/// Asks the system's resolver for the addresses of a host.
enum HostLookup {
  private static let resolver = NameResolver(threads: 2)

  /// The addresses in the resolver's order; empty where the host is not found. Blocks: for reading configurations.
  static func addresses(of host: String, port: Int) -> [UpstreamAddress] {
    if let numeric = UpstreamAddress(numericHost: host, port: port) { return [numeric] }
    return distinct((try? NameResolver.resolve(host, port: port)) ?? [])
  }

  /// The same off the event loop, which is called back.
  static func addresses(
    of host: String, port: Int, on eventLoop: EventLoop, then: @escaping ([UpstreamAddress]) -> Void
  ) {
    if let numeric = UpstreamAddress(numericHost: host, port: port) { return then([numeric]) }
    resolver.addresses(of: host, port: port, on: eventLoop).assumeIsolated().whenComplete { result in
      then(distinct((try? result.get()) ?? []))
    }
  }

  /// A host may be listed once for each protocol.
  private static func distinct(_ found: [SocketAddress]) -> [UpstreamAddress] {
    var addresses: [UpstreamAddress] = []
    for case let address? in found.map(UpstreamAddress.init) where !addresses.contains(address) {
      addresses.append(address)
    }
    return addresses
  }
}
