extension PeerTier {
  /// Smooth weighted round robin: every candidate gains its weight, the heaviest is chosen and pays for all.
  mutating func roundRobin(_ selection: Selection, _ now: Duration) -> Int? {
    weightedChoice { $0.isCandidate($1, selection, now) }
  }

  /// The candidate with the fewest requests for its weight; round robin among those that are equal.
  mutating func leastConnections(_ selection: Selection, _ now: Duration) -> Int? {
    var best: Int?
    var isTied = false
    for position in peers.indices where isCandidate(position, selection, now) {
      guard let leader = best else {
        best = position
        continue
      }
      let order = load(position, against: leader)
      if order < 0 { (best, isTied) = (position, false) } else if order == 0 { isTied = true }
    }
    guard let best, isTied else { return best }
    return weightedChoice { tier, position in
      position >= best && tier.isCandidate(position, selection, now) && tier.load(position, against: best) == 0
    }
  }

  /// Below 0 where `position` has fewer requests for its weight than `other`, 0 where they are equal.
  func load(_ position: Int, against other: Int) -> Int {
    peers[position].active * peers[other].settings.weight - peers[other].active * peers[position].settings.weight
  }

  mutating func weightedChoice(where isCandidate: (PeerTier, Int) -> Bool) -> Int? {
    var best: Int?
    var total = 0
    for position in peers.indices where isCandidate(self, position) {
      total += peers[position].effectiveWeight
      peers[position].addRound()
      if best == nil || peers[position].currentWeight > peers[best!].currentWeight { best = position }
    }
    if let best { peers[best].currentWeight -= total }
    return best
  }
}
