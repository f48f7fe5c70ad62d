/// What a client may do, and how data is sent: nginx's `http2_*` and header limits.
public struct HTTP2Limits: Sendable {
  public var maximumConcurrentStreams = 128
  /// How much of a request's body may lie unconsumed, in bytes (`http2_body_preread_size`).
  public var streamWindow = 65536
  /// How much of all requests' bodies may lie unconsumed, in bytes (`http2_connection_preread_size`); not less than the
  /// protocol's first window of 65,535.
  public var connectionWindow = 1 << 20
  /// How far the connection's window is opened beyond its size for bodies whose requests are answered, in bytes; what comes of
  /// them is dropped.
  public var discardWindow = 4 << 20
  /// How much of a response's body may wait for its client, in bytes.
  public var sendQueue = 65536
  /// How much of all responses' bodies may wait until each gets only `smallestQueue`, in bytes.
  public var connectionQueue = 1 << 20
  public var smallestQueue = 8192
  /// Sizes and names of a request's fields, as for HTTP/1.1.
  public var head = HTTP1Limits()
  public var budgets = HTTP2Budgets()

  public init() {}

  /// All fields of a head together, names and values, in bytes.
  var maximumHead: Int { head.largeBuffers.multipliedSaturated(by: head.largeBufferSize) }
  static let frameSize = 16384
}

/// How often a client may do what costs us more than it costs them; a bucket for each, refilled as time passes.
public struct HTTP2Budgets: Sendable {
  /// Streams that the client reset, or made us reset by breaking rules (rapid reset).
  public var resets = HTTP2Bucket(capacity: 256, refillPerSecond: 50)
  public var settings = HTTP2Bucket(capacity: 64, refillPerSecond: 4)
  public var pings = HTTP2Bucket(capacity: 1024, refillPerSecond: 512)
  public var priorities = HTTP2Bucket(capacity: 2048, refillPerSecond: 256)
  /// DATA and CONTINUATION without payload that end nothing.
  public var emptyFrames = HTTP2Bucket(capacity: 128, refillPerSecond: 16)

  public init() {}
}

/// A token bucket; it has no clock, but is told the time.
public struct HTTP2Bucket: Sendable {
  private let capacity: Double
  private let refillPerSecond: Double
  private var tokens: Double
  private var filledAt: Duration?

  public init(capacity: Int, refillPerSecond: Int) {
    self.capacity = Double(capacity)
    self.refillPerSecond = Double(refillPerSecond)
    tokens = Double(capacity)
  }

  /// Takes one token; `false` where there is none.
  ///
  /// - Parameter now: time since any fixed moment; never goes back.
  mutating func spend(at now: Duration) -> Bool {
    if let filledAt {
      tokens = min(capacity, tokens + (now - filledAt) / .seconds(1) * refillPerSecond)
    }
    filledAt = now
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}
