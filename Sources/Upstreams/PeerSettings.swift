/// What the configuration says of one address of an upstream's server.
///
/// A name that resolves to several addresses makes a peer of each, all with the settings of its `server` line.
public struct PeerSettings: Hashable, Sendable {
  /// The `server` as written: consistent hashing places peers on its ring by this name.
  public var server: String
  /// The share of requests, at least 1.
  public var weight: Int
  /// Failures within `failTimeout` after which the peer is left alone for as long; 0: never.
  public var maxFails: Int
  public var failTimeout: Duration
  /// Requests at once; 0: no limit.
  public var maxConnections: Int
  public var isBackup: Bool
  public var isDown: Bool

  public init(
    server: String, weight: Int = 1, maxFails: Int = 1, failTimeout: Duration = .seconds(10), maxConnections: Int = 0,
    isBackup: Bool = false, isDown: Bool = false
  ) {
    self.server = server
    self.weight = max(1, weight)
    self.maxFails = maxFails
    self.failTimeout = failTimeout
    self.maxConnections = maxConnections
    self.isBackup = isBackup
    self.isDown = isDown
  }
}

/// How a group spreads requests over its peers.
public enum Balancing: Hashable, Sendable {
  /// Smooth weighted round robin.
  case roundRobin
  /// The fewest requests in progress by weight; round robin among equals.
  case leastConnections
  /// The client's address decides; the key is the address (three bytes of IPv4, all of IPv6).
  case addressHash
  /// The key's CRC-32 modulo the weights, as memcached clients do.
  case hash
  /// The key's place on a ring of 160 points for each unit of weight (ketama).
  case consistentHash
  /// A weighted die; with `two`, the one of two throws with fewer requests in progress.
  case random(two: Bool)
}

/// How a request to a peer ended.
public enum PeerOutcome: Sendable {
  /// The peer answered, or the request ended for a reason that is not the peer's.
  case answered
  /// The request goes on to the next peer, though this one is well (403 and 404).
  case passedOn
  /// Refused, timed out, broke off, or answered what `next_upstream` counts as a failure.
  case failed
}

/// What releasing a peer changed.
public enum PeerRelease: Sendable {
  case unchanged
  /// `maxFails` is reached: no requests for `failTimeout`.
  case temporarilyDisabled
}
