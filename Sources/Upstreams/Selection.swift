/// One request's way through a group: which peers it has tried and how many tries it has left.
///
/// A value of the request; the group reads and writes it in `choose` and `release`.
public struct Selection: Sendable {
  /// Tries left, the coming one included.
  public var triesLeft: Int
  /// The peer chosen last and not yet released, as an index into the group's `peers`.
  public internal(set) var current: Int?

  var key: [UInt8]
  var onBackup = false
  var tried = TriedSet()
  /// The hash so far: summed over rehashes, or the place on the ring.
  var hash: UInt64
  var rehashes = 0
  /// Attempts of a hash or a die that met an unusable peer.
  var misses = 0

  init(triesLeft: Int, key: [UInt8], hash: UInt64) {
    self.triesLeft = triesLeft
    self.key = key
    self.hash = hash
  }
}

/// A set of small numbers: a word while they are below 64, which is nearly always.
struct TriedSet: Sendable {
  private var word: UInt64 = 0
  private var others: Set<Int> = []

  func contains(_ index: Int) -> Bool {
    index < 64 ? word & (1 << UInt64(index)) != 0 : others.contains(index)
  }

  mutating func insert(_ index: Int) {
    if index < 64 { word |= 1 << UInt64(index) } else { others.insert(index) }
  }
}
