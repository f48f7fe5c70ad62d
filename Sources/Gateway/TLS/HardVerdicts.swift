import NIOCore
import PKI
import Synchronization
import Transport

/// Chains whose verdicts cost more than an event loop may spend, while they are judged on other threads: so many at most,
/// of one client and of all. Beyond that a handshake is refused, not queued.
final class HardVerdicts: Sendable {
  static let shared = HardVerdicts(most: 64, mostOfOne: 4)

  private struct State {
    var total = 0
    var byClient: [ClientNetwork: Int] = [:]
  }

  private let most: Int
  private let mostOfOne: Int
  private let state = Mutex(State())

  init(most: Int, mostOfOne: Int) {
    self.most = most
    self.mostOfOne = mostOfOne
  }

  /// Judges for `client` on another thread, then calls `completion` on `loop`, which must be the calling one.
  ///
  /// - Returns: `false` where too much is under way: then nothing is done.
  func run<Value: Sendable>(
    for client: ClientNetwork, on loop: EventLoop, _ work: @escaping @Sendable () -> Value,
    completion: @escaping (Value) -> Void
  ) -> Bool {
    guard begin(client) else { return false }
    let bounded: @Sendable () -> Value = { [self] in
      defer { end(client) }
      return work()
    }
    BlockingThreads.forStrangers.run(on: loop, bounded, completion: completion)
    return true
  }

  func begin(_ client: ClientNetwork) -> Bool {
    state.withLock { state in
      guard state.total < most, state.byClient[client, default: 0] < mostOfOne else { return false }
      state.total += 1
      state.byClient[client, default: 0] += 1
      return true
    }
  }

  func end(_ client: ClientNetwork) {
    state.withLock { state in
      state.total -= 1
      let left = state.byClient[client, default: 1] - 1
      state.byClient[client] = left > 0 ? left : nil
    }
  }
}

/// Whom a limit on each client is for: an IPv4 address, or the /64 that one IPv6 customer has to itself.
struct ClientNetwork: Hashable, Sendable {
  private let octets: [UInt8]

  /// - Parameter octets: of an address; none for a client on this machine.
  init(_ octets: [UInt8]) {
    // On a socket for both families an IPv4 client comes from an IPv4-mapped address (RFC 4291 §2.5.5.2).
    let isMapped = octets.count == 16 && octets.starts(with: Self.mapped)
    self.octets = isMapped ? Array(octets.suffix(4)) : octets.count == 16 ? Array(octets.prefix(8)) : octets
  }

  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]

  /// Whom the proxy in front names, else who connected.
  init(_ connection: ClientConnection) {
    let named = connection.proxyProtocol?.sourceAddress ?? connection.remoteAddress.ipAddress ?? ""
    self.init(IPAddressText.octets(named) ?? [])
  }
}
