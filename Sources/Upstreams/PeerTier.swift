/// One peer's health and weight.
struct PeerState: Sendable {
  let index: Int
  let settings: PeerSettings
  var currentWeight = 0
  var effectiveWeight: Int
  var active = 0
  var fails = 0
  /// When it failed last, and when it was last given a chance; `nil`: never.
  var failedAt: Duration?
  var checkedAt: Duration?

  init(index: Int, settings: PeerSettings) {
    self.index = index
    self.settings = settings
    self.effectiveWeight = settings.weight
  }

  func isUsable(at now: Duration) -> Bool {
    if settings.isDown { return false }
    if settings.maxFails > 0, fails >= settings.maxFails, let checkedAt, now - checkedAt <= settings.failTimeout {
      return false
    }
    return settings.maxConnections == 0 || active < settings.maxConnections
  }

  /// Adds a round's weight; a peer that failed gets its weight back step by step.
  mutating func addRound() {
    currentWeight += effectiveWeight
    if effectiveWeight < settings.weight { effectiveWeight += 1 }
  }
}

/// The primary or the backup peers of a group.
struct PeerTier: Sendable {
  var peers: [PeerState]
  let totalWeight: Int

  init(peers: [PeerSettings], backup: Bool) {
    self.peers = peers.enumerated().filter { $0.element.isBackup == backup }
      .map { PeerState(index: $0.offset, settings: $0.element) }
    self.totalWeight = self.peers.reduce(0) { $0 + $1.settings.weight }
  }

  /// The place in this tier of a peer of the group.
  func position(of index: Int) -> Int? { peers.firstIndex { $0.index == index } }

  func isCandidate(_ position: Int, _ selection: Selection, _ now: Duration) -> Bool {
    !selection.tried.contains(position) && peers[position].isUsable(at: now)
  }

  mutating func choose(
    _ selection: inout Selection, _ balancing: Balancing, ring: ConsistentRing?, now: Duration, random: () -> UInt64
  ) -> Int? {
    let position: Int? =
      switch balancing {
      case .roundRobin: roundRobin(selection, now)
      case .leastConnections: leastConnections(selection, now)
      case .addressHash: addressHash(&selection, now) ?? roundRobin(selection, now)
      case .hash: hash(&selection, now) ?? roundRobin(selection, now)
      case .consistentHash: consistentHash(&selection, ring, now) ?? roundRobin(selection, now)
      case .random(let two): self.random(&selection, two: two, now, random) ?? roundRobin(selection, now)
      }
    if let position { selection.tried.insert(position) }
    return position
  }

  /// Counts a request on the chosen peer. The first one after `failTimeout` is the peer's chance to show that it is well.
  mutating func take(_ position: Int, now: Duration) -> Int {
    peers[position].active += 1
    let checked = peers[position].checkedAt
    if checked == nil || now - checked! > peers[position].settings.failTimeout { peers[position].checkedAt = now }
    return peers[position].index
  }

  mutating func release(
    _ position: Int, _ outcome: PeerOutcome, now: Duration, countsFailures: Bool
  ) -> PeerRelease {
    peers[position].active -= 1
    guard case .failed = outcome, countsFailures else {
      peers[position].recover()
      return .unchanged
    }
    return peers[position].fail(at: now)
  }
}

extension PeerState {
  /// An answer after the chance given in `take` clears the failures; one that was already under way does not.
  mutating func recover() {
    guard let failedAt else { return }
    if let checkedAt, failedAt < checkedAt { fails = 0 }
  }

  mutating func fail(at now: Duration) -> PeerRelease {
    fails += 1
    failedAt = now
    checkedAt = now
    guard settings.maxFails > 0 else { return .unchanged }
    effectiveWeight = max(0, effectiveWeight - settings.weight / settings.maxFails)
    return fails >= settings.maxFails ? .temporarilyDisabled : .unchanged
  }
}
