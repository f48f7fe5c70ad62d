/// What changes in a group: the weights and failures of its two tiers.
struct GroupState: Sendable {
  var primary: PeerTier
  var backup: PeerTier
  let isSingle: Bool

  init(peers: [PeerSettings]) {
    primary = PeerTier(peers: peers, backup: false)
    backup = PeerTier(peers: peers, backup: true)
    isSingle = primary.peers.count == 1 && backup.peers.isEmpty
  }

  mutating func choose(
    _ selection: inout Selection, balancing: Balancing, ring: ConsistentRing?, now: Duration, random: () -> UInt64
  ) -> Int? {
    if !selection.onBackup {
      if let position = primary.choose(&selection, balancing, ring: ring, now: now, random: random) {
        return primary.take(position, now: now)
      }
      if backup.peers.isEmpty { return nil }
      selection.onBackup = true
      selection.tried = TriedSet()
    }
    guard let position = backup.choose(&selection, balancing, ring: ring, now: now, random: random) else { return nil }
    return backup.take(position, now: now)
  }

  mutating func release(_ index: Int, _ outcome: PeerOutcome, now: Duration) -> PeerRelease {
    if let position = primary.position(of: index) {
      return primary.release(position, outcome, now: now, countsFailures: !isSingle)
    }
    guard let position = backup.position(of: index) else { return .unchanged }
    return backup.release(position, outcome, now: now, countsFailures: true)
  }

  func active(_ index: Int) -> Int {
    if let position = primary.position(of: index) { return primary.peers[position].active }
    return backup.position(of: index).map { backup.peers[$0].active } ?? 0
  }
}
