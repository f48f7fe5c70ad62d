import NIOCore

/// One request and its response, as the framing sees them (RFC 9113 §5).
struct HTTP2Stream {
  enum Ending {
    case open
    /// All of the body is queued.
    case end(trailers: HTTPFields?)
  }

  let id: HTTP2StreamID
  /// What the client may still send.
  var receiveWindow: Int
  /// Handed to the consumer and not acknowledged.
  var unacknowledged = 0
  /// Acknowledged and not yet announced to the client.
  var owed = 0
  /// What we may still send; below 0 after the client shrank its initial window.
  var sendWindow: Int
  /// Bytes of the request's header block, as compressed.
  var blockLength = 0
  /// What Content-Length leaves to come.
  var bodyLeft: Int?
  /// The client has ended its side.
  var isRemoteClosed = false
  /// Body bytes waiting for their turn and the client's window.
  var queue = KeptBytes()
  /// The largest DATA payload, in bytes.
  var chunkSize = 8192
  var ending = Ending.open
  /// In line for sending.
  var isReady = false
  /// Was told that there is no room for more, and not yet that there is.
  var awaitsRoom = false
  /// The request broke a rule: the stream is reset once its error response is out.
  var isMalformed = false
  var sentHead = false
  /// The response is out, the client still sends: what comes is dropped.
  var isDiscarding = false

  init(id: HTTP2StreamID, receiveWindow: Int, sendWindow: Int) {
    self.id = id
    self.receiveWindow = receiveWindow
    self.sendWindow = sendWindow
  }

  var hasSomethingToSend: Bool {
    if isDiscarding { return false }
    if !queue.isEmpty { return true }
    if case .end = ending { return true }
    return false
  }
}

/// The open streams. There are few: looking through their numbers beats hashing.
struct HTTP2StreamTable {
  private var ids: [UInt32] = []
  private var streams: [HTTP2Stream] = []

  var count: Int { ids.count }
  var isEmpty: Bool { ids.isEmpty }
  var indices: Range<Int> { streams.indices }

  func index(of id: HTTP2StreamID) -> Int? { ids.firstIndex(of: id.rawValue) }

  /// - Parameter index: good until the next `remove`.
  subscript(index: Int) -> HTTP2Stream {
    _read { yield streams[index] }
    _modify { yield &streams[index] }
  }

  mutating func insert(_ stream: HTTP2Stream) {
    ids.append(stream.id.rawValue)
    streams.append(stream)
  }

  mutating func remove(at index: Int) {
    ids.swapAt(index, ids.count - 1)
    streams.swapAt(index, streams.count - 1)
    ids.removeLast()
    streams.removeLast()
  }

  mutating func removeAll() {
    ids = []
    streams = []
  }
}

/// Streams waiting to send, in the order of their turns.
struct HTTP2TurnQueue {
  private var ids: [HTTP2StreamID] = []
  private var first = 0

  var isEmpty: Bool { first == ids.count }

  mutating func append(_ id: HTTP2StreamID) { ids.append(id) }

  mutating func next() -> HTTP2StreamID? {
    guard first < ids.count else { return nil }
    let id = ids[first]
    first += 1
    if first == ids.count {
      ids.removeAll(keepingCapacity: true)
      first = 0
    } else if first >= 64 {
      ids.removeFirst(first)
      first = 0
    }
    return id
  }

  mutating func removeAll() {
    ids = []
    first = 0
  }
}

/// The last streams that we ended before the client did: what it had sent by then is dropped without a word
/// (RFC 9113 §5.1, "closed").
struct HTTP2RecentResets {
  private var ids: [HTTP2StreamID] = []
  private var next = 0

  func contains(_ id: HTTP2StreamID) -> Bool { ids.contains(id) }

  mutating func insert(_ id: HTTP2StreamID) {
    if ids.count < 128 { return ids.append(id) }
    ids[next] = id
    next = (next + 1) % 128
  }
}
