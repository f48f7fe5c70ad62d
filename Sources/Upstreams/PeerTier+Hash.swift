/// Attempts after which the hash methods and the die give up and round robin decides.
private let missLimit = 20

extension PeerTier {
  mutating func addressHash(_ selection: inout Selection, _ now: Duration) -> Int? {
    guard peers.count > 1 else { return nil }
    var hash = selection.hash
    while selection.misses <= missLimit {
      for byte in selection.key { hash = (hash * 113 + UInt64(byte)) % 6271 }
      let position = position(atWeight: Int(hash % UInt64(totalWeight)))
      if isCandidate(position, selection, now) {
        selection.hash = hash
        return position
      }
      selection.misses += 1
    }
    return nil
  }

  /// `((crc32([rehash] key) >> 16) & 0x7fff) + previous`, as Cache::Memcached distributes keys.
  mutating func hash(_ selection: inout Selection, _ now: Duration) -> Int? {
    guard peers.count > 1, !selection.key.isEmpty else { return nil }
    while selection.misses <= missLimit {
      var crc = CRC32()
      if selection.rehashes > 0 { crc.update(String(selection.rehashes).utf8) }
      crc.update(selection.key)
      selection.hash += UInt64((crc.value >> 16) & 0x7fff)
      selection.rehashes += 1
      let position = position(atWeight: Int(selection.hash % UInt64(totalWeight)))
      if isCandidate(position, selection, now) { return position }
      selection.misses += 1
    }
    return nil
  }

  /// Goes round the ring from the key's place to the first server with a usable peer; its peers take turns by weight.
  mutating func consistentHash(_ selection: inout Selection, _ ring: ConsistentRing?, _ now: Duration) -> Int? {
    guard peers.count > 1, !selection.key.isEmpty, let ring else { return nil }
    while selection.misses <= missLimit {
      let server = ring.server(at: selection.hash)
      let chosen = weightedChoice { tier, position in
        tier.peers[position].settings.server == server && tier.isCandidate(position, selection, now)
      }
      if let chosen { return chosen }
      selection.hash += 1
      selection.misses += 1
    }
    return nil
  }

  mutating func random(_ selection: inout Selection, two: Bool, _ now: Duration, _ random: () -> UInt64) -> Int? {
    guard peers.count > 1 else { return nil }
    var first: Int?
    while selection.misses <= missLimit {
      let position = position(atWeight: Int(random() % UInt64(totalWeight)))
      if position != first, isCandidate(position, selection, now) {
        guard two else { return position }
        if let first { return load(position, against: first) > 0 ? first : position }
        first = position
        continue
      }
      selection.misses += 1
    }
    return nil
  }

  /// The peer in whose share of the summed weights `weight` lies.
  private func position(atWeight weight: Int) -> Int {
    var rest = weight
    for position in peers.indices {
      if rest < peers[position].settings.weight { return position }
      rest -= peers[position].settings.weight
    }
    return 0
  }
}
