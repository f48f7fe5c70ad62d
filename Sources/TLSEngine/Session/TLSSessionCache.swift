import Synchronization

/// Sessions that the server remembers by identifier, bounded in bytes; the oldest make room.
///
/// May be shared by contexts: entries are found only under the policy that made them. Safe from any thread.
public final class TLSSessionCache: Sendable {
  struct Key: Hashable {
    let identifier: [UInt8]
    let policyID: [UInt8]
  }

  private struct Shard {
    var entries: [Key: [UInt8]] = [:]
    var order: [Key] = []
    var oldest = 0
    var bytes = 0
  }

  private static let shardCount = 16
  /// What an entry costs beside its bytes: keys, table, order.
  private static let entryOverhead = 240

  private let shards: [ShardLock]
  private let bytesPerShard: Int

  /// A lock that can stand in an array.
  private final class ShardLock: Sendable {
    let shard = Mutex(Shard())
  }

  /// - Parameter bytes: the most memory that entries may take, roughly.
  public init(bytes: Int) {
    shards = (0..<Self.shardCount).map { _ in ShardLock() }
    bytesPerShard = max(4096, bytes / Self.shardCount)
  }

  /// The number of sessions held.
  public var count: Int { shards.reduce(0) { $0 + $1.shard.withLock { $0.entries.count } } }

  /// Forgets every session.
  public func removeAll() {
    for lock in shards { lock.shard.withLock { $0 = Shard() } }
  }

  func store(_ session: [UInt8], under key: Key) {
    guard session.count + Self.entryOverhead <= bytesPerShard else { return }
    lock(for: key).shard.withLock { shard in
      if let old = shard.entries.updateValue(session, forKey: key) {
        shard.bytes -= old.count
      } else {
        shard.order.append(key)
        shard.bytes += Self.entryOverhead
      }
      shard.bytes += session.count
      evict(&shard)
    }
  }

  func session(under key: Key) -> [UInt8]? {
    lock(for: key).shard.withLock { $0.entries[key] }
  }

  func remove(_ key: Key) {
    lock(for: key).shard.withLock { shard in
      // Its place in the order stays until it comes up: a stale place removes nothing.
      if let old = shard.entries.removeValue(forKey: key) { shard.bytes -= old.count + Self.entryOverhead }
    }
  }

  private func evict(_ shard: inout Shard) {
    while shard.bytes > bytesPerShard, shard.oldest < shard.order.count {
      let key = shard.order[shard.oldest]
      shard.oldest += 1
      if let old = shard.entries.removeValue(forKey: key) { shard.bytes -= old.count + Self.entryOverhead }
    }
    if shard.oldest > 256, shard.oldest * 2 > shard.order.count {
      shard.order.removeFirst(shard.oldest)
      shard.oldest = 0
    }
    if shard.order.count - shard.oldest > 2 * shard.entries.count + 256 { compact(&shard) }
  }

  private func compact(_ shard: inout Shard) {
    shard.order = shard.order[shard.oldest...].filter { shard.entries[$0] != nil }
    shard.oldest = 0
  }

  private func lock(for key: Key) -> ShardLock {
    shards[Int(key.identifier.first ?? 0) % Self.shardCount]
  }
}
