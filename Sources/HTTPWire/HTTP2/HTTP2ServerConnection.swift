import NIOCore

/// The server's side of an HTTP/2 connection (RFC 9113): bytes and commands in, events and bytes out.
///
/// Pull-based: after `receive`, call `next` until it needs more; after commands and when the transport can take bytes,
/// call `takeOutput`, then `next` again, for sending makes events too. It has no clock: `receive` is told the time.
public struct HTTP2ServerConnection: ~Copyable {
  public enum Event: Sendable {
    case needsMore
    /// A request; with `end` it has no body. Otherwise `.body` and `.bodyEnd` follow.
    case request(HTTP2StreamID, HTTPRequestHead, end: Bool)
    /// A request that can only be refused, with `status` (494 as in `HTTP1Error`). Answer it: the stream is reset
    /// after that.
    case malformedRequest(HTTP2StreamID, HTTPRequestHead, status: Int)
    /// Acknowledge as many bytes once they are consumed.
    case body(HTTP2StreamID, ByteBuffer)
    case bodyEnd(HTTP2StreamID, trailers: HTTPFields?)
    /// The body is not as long as Content-Length says (RFC 9113 §8.1.1); no more of it comes. Answer with 400, or reset:
    /// the stream is reset after the answer.
    case malformedBody(HTTP2StreamID)
    /// The stream is gone: the client reset it, or it broke a rule and was reset.
    case streamReset(HTTP2StreamID, HTTP2ErrorCode)
    /// `hasRoom` holds again.
    case writable(HTTP2StreamID)
    /// The last byte of the response is in the output; nothing more is heard of the stream.
    case responseSent(HTTP2StreamID)
    /// The client opens no more streams.
    case peerGoingAway
    /// The connection is over: send the output, which has the GOAWAY, and close. All streams are gone.
    case failed(HTTP2Error)
  }

  enum Phase { case preface, open, failed }
  enum Shutdown: Equatable { case none, announced, final(last: HTTP2StreamID) }

  let limits: HTTP2Limits
  var phase = Phase.preface
  var shutdown = Shutdown.none
  var input = ReceiveBuffer()
  var output = ByteBuffer()
  private var spare = ByteBuffer()
  private var events: [Event] = []
  private var nextEvent = 0

  var decoder = HPACKDecoder()
  var encoder = HPACKEncoder()
  var scratch: [UInt8] = []
  var budgets: HTTP2Budgets
  var now = Duration.zero
  /// A header block whose CONTINUATION is awaited.
  var openBlock: HTTP2OpenBlock?

  var streams = HTTP2StreamTable()
  var turns = HTTP2TurnQueue()
  var recentResets = HTTP2RecentResets()
  /// Streams whose response is out while the client still sends; `resetDiscarding` ends them.
  public internal(set) var discardingStreams = 0
  /// The highest stream the client has opened.
  var highestStream = HTTP2StreamID.connection
  var receiveWindow = 65535
  /// Consumed and not yet announced to the client; below 0 where the window was opened beyond its size.
  var owed = 0
  var sendWindow = 65535
  var peerInitialWindow = 65535
  var peerMaximumFrame = HTTP2Limits.frameSize
  var isSettingsAcknowledged = false
  /// Body bytes that wait in all streams together.
  var queuedBytes = 0
  /// How many streams `HTTP2Stream.awaitsRoom` is set of.
  var streamsAwaitingRoom = 0
  /// All bytes of frames received, and those of use: their ratio tells a flood.
  var receivedBytes = 0
  var usefulBytes = 0

  /// Writes the settings into the output at once: the server's preface (RFC 9113 §3.4).
  public init(limits: HTTP2Limits = HTTP2Limits()) {
    self.limits = limits
    budgets = limits.budgets
    output.writeHTTP2Settings([
      (HTTP2SettingID.maxConcurrentStreams, UInt32(limits.maximumConcurrentStreams)),
      (HTTP2SettingID.initialWindowSize, UInt32(limits.streamWindow)),
    ])
    let increment = limits.connectionWindow - receiveWindow
    guard increment > 0 else { return }
    output.writeHTTP2WindowUpdate(.connection, increment: increment)
    receiveWindow += increment
  }

  /// What a client sends first.
  public static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  /// Whether a plain connection's first bytes are the preface; `nil` while they may yet become it.
  public static func isPreface(_ bytes: ByteBuffer) -> Bool? {
    bytes.withUnsafeReadableBytes { bytes in
      let expected = preface.fieldBytes
      guard expected.prefix(bytes.count).elementsEqual(bytes.prefix(expected.count)) else { return false }
      return bytes.count < expected.count ? nil : true
    }
  }

  public var openStreams: Int { streams.count }
  /// A shutdown has been completed: no stream is open, and none can be opened.
  public var isDrained: Bool {
    if case .final = shutdown { return streams.isEmpty }
    return phase == .failed
  }

  /// Adds what the connection received.
  ///
  /// - Parameter now: time since any fixed moment; never goes back.
  public mutating func receive(_ bytes: ByteBuffer, at now: Duration) {
    self.now = now
    if phase == .failed { return }
    input.append(bytes)
  }

  public mutating func next() -> Event {
    while true {
      if let event = takeEvent() { return event }
      do throws(HTTP2Error) {
        guard try readFrame() else { return .needsMore }
      } catch {
        fail(error)
      }
    }
  }

  /// What is to be sent: control frames and heads first, then bodies in turns until there are `limit` bytes.
  ///
  /// - Returns: `nil` where there is nothing to send.
  public mutating func takeOutput(limit: Int) -> ByteBuffer? {
    if !turns.isEmpty { writeBodies(limit: limit) }
    guard output.readableBytes > 0 else { return nil }
    let taken = output
    if spare.capacity > 0 {
      spare.clear()
      output = spare
    } else {
      output = ByteBuffer()
    }
    spare = streams.isEmpty ? ByteBuffer() : taken
    return taken
  }

  mutating func emit(_ event: Event) { events.append(event) }

  private mutating func takeEvent() -> Event? {
    guard nextEvent < events.count else { return nil }
    let event = events[nextEvent]
    nextEvent += 1
    if nextEvent == events.count {
      events.removeAll(keepingCapacity: true)
      nextEvent = 0
    }
    return event
  }

  private mutating func fail(_ error: HTTP2Error) {
    phase = .failed
    var last = highestStream
    if case .final(let served) = shutdown { last = served }
    output.writeHTTP2GoAway(last: last, error.code)
    streams.removeAll()
    discardingStreams = 0
    turns.removeAll()
    queuedBytes = 0
    streamsAwaitingRoom = 0
    input.removeAll()
    openBlock = nil
    emit(.failed(error))
  }
}

/// A header block of which more is to come.
struct HTTP2OpenBlock {
  var id: HTTP2StreamID
  var endsStream: Bool
  var dependsOnItself: Bool
  var bytes: [UInt8]
}
