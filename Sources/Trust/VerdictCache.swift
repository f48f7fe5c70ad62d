import PKI
import Synchronization

/// Verdicts by chain hash: bounded, sharded, and a hit takes one short lock and allocates nothing.
///
/// Refusals live apart from acceptances, so a flood of bad chains cannot push good ones out. So do chains with
/// certificates that their path had no need for: who has one good certificate makes any number of them.
final class VerdictCache: Sendable {
  private let accepted: VerdictShards
  private let padded: VerdictShards
  private let refused: VerdictShards

  init(capacity: Int) {
    accepted = VerdictShards(capacity: capacity)
    padded = VerdictShards(capacity: max(1, capacity / 8))
    refused = VerdictShards(capacity: max(1, capacity / 8))
  }

  func verdict(for chainHash: [UInt8], at now: UnixTime) -> Verdict? {
    let key = ChainKey(chainHash)
    return accepted.verdict(for: key, at: now) ?? refused.verdict(for: key, at: now)
      ?? padded.verdict(for: key, at: now)
  }

  func remember(_ verdict: Verdict) {
    let key = ChainKey(verdict.presented.hash)
    shards(for: verdict).remember(verdict, for: key)
  }

  private func shards(for verdict: Verdict) -> VerdictShards {
    guard let path = verdict.chain?.certificates else { return refused }
    let isPadded = verdict.presented.certificates.contains { sent in !path.contains { $0.der == sent } }
    return isPadded ? padded : accepted
  }
}

/// A SHA-256 without its array.
struct ChainKey: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  init(_ hash: [UInt8]) {
    words = hash.withUnsafeBytes { bytes in
      func word(_ index: Int) -> UInt64 {
        bytes.count >= 8 * (index + 1) ? bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) : 0
      }
      return (word(0), word(1), word(2), word(3))
    }
  }

  /// Already uniform, so any byte picks a shard.
  var shard: Int { Int(words.3 & 15) }

  static func == (a: Self, b: Self) -> Bool { a.words == b.words }
  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

/// Sixteen locks over sixteen small maps; the oldest entry of a full map makes room.
private final class VerdictShards: Sendable {
  private let shards: [Shard]

  init(capacity: Int) {
    shards = (0..<16).map { _ in Shard(capacity: max(1, capacity / 16)) }
  }

  func verdict(for key: ChainKey, at now: UnixTime) -> Verdict? {
    shards[key.shard].state.withLock { state in
      guard let verdict = state.verdicts[key], verdict.holds(at: now) else { return nil }
      return verdict
    }
  }

  func remember(_ verdict: Verdict, for key: ChainKey) {
    shards[key.shard].state.withLock { $0.remember(verdict, for: key) }
  }

  private final class Shard: Sendable {
    let state: Mutex<State>
    init(capacity: Int) { state = Mutex(State(capacity: capacity)) }
  }

  private struct State {
    let capacity: Int
    var verdicts: [ChainKey: Verdict] = [:]
    /// Keys in a ring, oldest at `next` once full.
    var ring: [ChainKey] = []
    var next = 0

    init(capacity: Int) { self.capacity = capacity }

    mutating func remember(_ verdict: Verdict, for key: ChainKey) {
      guard verdicts.updateValue(verdict, forKey: key) == nil else { return }
      if ring.count < capacity {
        ring.append(key)
      } else {
        verdicts[ring[next]] = nil
        ring[next] = key
        next = (next + 1) % capacity
      }
    }
  }
}
