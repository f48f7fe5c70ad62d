import Synchronization

/// The peers of one upstream: chooses among them and remembers how they fared.
///
/// Shared by all event loops; every choice is made under a short lock, except in a group of one peer without limits, where there
/// is nothing to decide. `now` is the time since any fixed moment, always the same one.
public final class PeerGroup: Sendable {
  /// The upstream's name, for messages and for `$upstream_addr` where no peer is left.
  public let name: String
  /// In the order of the configuration, primary and backup peers together: the indices that `choose` returns.
  public let peers: [PeerSettings]
  public let balancing: Balancing

  private let state: Mutex<GroupState>
  /// Nothing to choose and nothing to count.
  private let isTrivial: Bool
  private let tries: Int
  private let ring: ConsistentRing?

  public init(name: String, peers: [PeerSettings], balancing: Balancing = .roundRobin) {
    self.name = name
    self.peers = peers
    self.balancing = balancing
    let state = GroupState(peers: peers)
    self.isTrivial = state.isSingle && !peers[0].isDown && peers[0].maxConnections == 0
    self.tries = peers.count { !$0.isDown }
    self.ring =
      balancing == .consistentHash ? ConsistentRing(peers: peers.filter { !$0.isBackup }) : nil
    self.state = Mutex(state)
  }

  /// Begins a request.
  ///
  /// - Parameter key: what the hash methods hash; an empty one means round robin.
  public func selection(key: [UInt8] = []) -> Selection {
    switch balancing {
    case .addressHash: Selection(triesLeft: tries, key: key, hash: 89)
    case .consistentHash: Selection(triesLeft: tries, key: key, hash: ring?.place(of: key) ?? 0)
    default: Selection(triesLeft: tries, key: key, hash: 0)
    }
  }

  /// Chooses the peer for the next try, or `nil` where no live one is left.
  ///
  /// - Parameter random: a source of uniformly distributed words, asked by the random methods only.
  public func choose(_ selection: inout Selection, now: Duration, random: () -> UInt64 = { 0 }) -> Int? {
    if isTrivial {
      selection.current = 0
      return 0
    }
    return state.withLock { state in
      let index = state.choose(&selection, balancing: balancing, ring: ring, now: now, random: random)
      selection.current = index
      return index
    }
  }

  /// Ends the try of the peer chosen last, counting its failure or its recovery.
  public func release(_ selection: inout Selection, _ outcome: PeerOutcome, now: Duration) -> PeerRelease {
    guard let index = selection.current else { return .unchanged }
    selection.current = nil
    if isTrivial {
      selection.triesLeft = 0
      return .unchanged
    }
    return state.withLock { state in
      if state.isSingle { selection.triesLeft = 0 } else { selection.triesLeft = max(0, selection.triesLeft - 1) }
      return state.release(index, outcome, now: now)
    }
  }

  /// The try failed on a connection kept from an earlier request: it does not use up the peer's turn.
  public func returnTry(_ selection: inout Selection) { selection.triesLeft += 1 }

  /// Requests in progress at a peer. Not counted in a group of one peer without limits.
  public func activeRequests(of index: Int) -> Int { state.withLock { $0.active(index) } }
}
