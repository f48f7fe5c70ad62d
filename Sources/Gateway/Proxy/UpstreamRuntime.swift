import NIOCore
import Synchronization
import Upstreams

/// An upstream made ready: its peers, their addresses, and the connections kept to them.
///
/// Shared by the event loops; each loop keeps connections of its own.
final class UpstreamRuntime: Sendable {
  /// As the configuration names it.
  let name: String
  let group: PeerGroup
  /// By the indices of `group`.
  let addresses: [UpstreamAddress]
  /// What `hash` hashes.
  let hashKey: CompiledTemplate?
  /// `nil`: connections are not kept.
  let keepalive: KeepaliveLimits?
  let counters: UpstreamCounters

  /// One for each event loop: so few that looking through them is quicker than a table.
  private let pools = Mutex<[NIOLoopBound<ConnectionPool>]>([])
  private let isRetired = Atomic(false)

  init(
    name: String, peers: [PeerSettings], addresses: [UpstreamAddress], balancing: Balancing = .roundRobin,
    hashKey: CompiledTemplate? = nil, keepalive: KeepaliveLimits? = nil, counters: UpstreamCounters
  ) {
    self.name = name
    self.counters = counters
    self.group = PeerGroup(name: name, peers: peers, balancing: balancing)
    self.addresses = addresses
    self.hashKey = hashKey
    self.keepalive = keepalive
  }

  /// Peers that `proxy_pass` names itself: all alike, none kept.
  convenience init(implicit name: String, addresses: [UpstreamAddress], counters: UpstreamCounters) {
    self.init(
      name: name, peers: addresses.map { PeerSettings(server: $0.name) }, addresses: addresses, counters: counters)
  }

  /// The event loop's idle connections; `nil` where none are kept. On `eventLoop` only.
  func pool(on eventLoop: EventLoop) -> ConnectionPool? {
    guard let keepalive, !isRetired.load(ordering: .relaxed) else { return nil }
    return pools.withLock { pools in
      if let known = pools.first(where: { $0.eventLoop === eventLoop }) { return known.value }
      let pool = ConnectionPool(limits: keepalive)
      pools.append(NIOLoopBound(pool, eventLoop: eventLoop))
      return pool
    }
  }

  /// The configuration is replaced or the gateway shuts down: idle connections are closed, and no more are kept.
  func retire() {
    isRetired.store(true, ordering: .relaxed)
    let all = pools.withLock { pools in
      defer { pools.removeAll() }
      return pools
    }
    for pool in all { pool.eventLoop.execute { pool.value.closeAll() } }
  }
}

/// `keepalive` and its kin.
struct KeepaliveLimits: Sendable, Hashable {
  /// Idle connections for each event loop.
  var idleConnections: Int
  var requests: Int
  var lifetime: Duration
  var idleTimeout: Duration
}
