import ConfigModel
import HTTPWire
import NIOCore

/// One request on an HTTP/1.1 connection, and its response.
///
/// Made for each request: whoever holds on to it after its end commands nothing any more.
final class HTTP1Exchange: Exchange {
  enum Framing {
    case undecided
    /// HEAD, 204, 304 and their like.
    case suppressed
    case length(left: Int)
    case chunked
    case untilClose
  }

  private enum BodyStage {
    case unread
    case read
    /// Its framing was broken: what follows can't be told from a request.
    case failed
  }

  let eventLoop: EventLoop
  let connection: ClientConnection
  var events: RequestEvents?
  /// Whose settings apply; dropped at the end.
  var request: Request?
  let requestsOnConnection: Int
  let isPipelined: Bool
  private var link: HTTP1Connection?

  private let isHead: Bool
  private let isHTTP10: Bool
  private let expectsContinue: Bool
  private(set) var keepsAlive: Bool
  private var framing = Framing.undecided
  private var sentPlan: HTTP1ResponsePlan?
  private var headBytes = 0
  private(set) var bytesSent = 0

  private var body: BodyStage
  private var wantsBody = false
  private(set) var discardsBody = false
  private var hasSentContinue = false
  private var finalRequestLength = 0
  private(set) var wasAborted = false

  init(_ link: HTTP1Connection, _ head: borrowing HTTPRequestHead, _ framing: HTTP1BodyFraming) {
    self.link = link
    isPipelined = link.isPipelining
    eventLoop = link.channel.eventLoop
    connection = link.channel.connection
    requestsOnConnection = link.requests
    isHead = head.method == .head
    isHTTP10 = head.version < .http1_1
    keepsAlive = head.keepsConnection
    expectsContinue = framing != .none && head.expectsContinue
    body = framing == .none ? .read : .unread
  }

  var isWritable: Bool { link?.channel.isWritable ?? false }
  var bodyBytesSent: Int { bytesSent - headBytes }
  var requestLength: Int { link?.decoder.requestLength ?? finalRequestLength }
  var isBodyRead: Bool { body == .read }

  func disableKeepAlive() { keepsAlive = false }

  func sentField(_ field: ConnectionField) -> String? { sentPlan?.text(of: field, keepsAlive: keepsAlive) }

  func flush() { link?.channel.flush() }

  // MARK: - Response

  func sendInformational(_ head: HTTPResponseHead) {
    guard let link, case .undecided = framing, !isHTTP10 else { return }
    bytesSent += link.channel.write { HTTP1Encoder.write(head, into: &$0) }
    headBytes = bytesSent
    link.channel.flush()
  }

  func send(_ head: HTTPResponseHead, by warrant: Warrant, end: Bool) {
    guard let link, case .undecided = framing else { return }
    let settings = self.settings
    let allowsChunks = !isHTTP10 && settings.chunkedTransferEncoding
    var plan = HTTP1ResponsePlan(head, isHead: isHead, allowsChunks: allowsChunks, hasBody: !end)
    if !mayKeepAlive(link, settings) { keepsAlive = false }
    if case .untilClose = plan.framing { keepsAlive = false }
    // The client may still send its body, or not: only the connection's end tells.
    if expectsContinue, !hasSentContinue, body == .unread, !link.decoder.hasUnreadBytes { keepsAlive = false }
    plan.addKeepAliveField(keepsAlive ? settings.keepaliveHeaderTimeout : nil)
    framing = plan.framing
    sentPlan = plan
    let lines = plan.lines(keepsAlive: keepsAlive)
    bytesSent += link.channel.write(space: plan.spaceNeeded) { HTTP1Encoder.write(plan.head, lines: lines, into: &$0) }
    headBytes = bytesSent
    if end { finish(trailers: nil) }
  }

  func send(_ part: ByteBuffer) {
    guard let link, part.readableBytes > 0 else { return }
    switch framing {
    case .undecided, .suppressed: return
    case .untilClose:
      link.channel.write(part)
      bytesSent += part.readableBytes
    case .length(let left):
      let fits = min(left, part.readableBytes)
      framing = .length(left: left - fits)
      guard let bytes = part.getSlice(at: part.readerIndex, length: fits), fits > 0 else { return }
      link.channel.write(bytes)
      bytesSent += fits
    case .chunked:
      bytesSent += link.channel.write { HTTP1Encoder.writeChunkHead(length: part.readableBytes, into: &$0) }
      link.channel.write(part)
      bytesSent += part.readableBytes
      bytesSent += link.channel.write { _ = $0.writeStaticString(HTTP1Encoder.chunkEnd) }
    }
  }

  func finish(trailers: HTTPFields?) {
    guard let link else { return }
    switch framing {
    case .length(let left) where left > 0: return abort()
    case .undecided: return abort()
    case .chunked: bytesSent += link.channel.write { HTTP1Encoder.writeLastChunk(trailers: trailers, into: &$0) }
    case .length, .suppressed, .untilClose: break
    }
    end()
  }

  func abort() {
    guard link != nil else { return }
    wasAborted = true
    end()
  }

  /// Tells the request, and the connection what to do next.
  private func end() {
    guard let link else { return }
    finalRequestLength = link.decoder.requestLength
    self.link = nil
    let core = settings
    let events = self.events
    events?.exchangeEnded()
    self.events = nil
    request = nil
    link.exchangeEnded(self, core: core)
    link.channel.flush()
  }

  private var settings: ConnectionFacts { (request?.effective ?? connection.server.root).connectionFacts }

  private func mayKeepAlive(_ link: HTTP1Connection, _ core: ConnectionFacts) -> Bool {
    guard keepsAlive, !link.isDraining else { return false }
    if core.keepaliveTimeout == .zero || requestsOnConnection >= core.keepaliveRequests { return false }
    return (request?.startTime ?? eventLoop.now) - connection.acceptedAt < core.keepaliveTime
  }

  // MARK: - Request body

  func resumeBody() {
    guard let link, !wantsBody else { return }
    wantsBody = true
    sendContinue(link)
    link.readingChanged()
  }

  func pauseBody() {
    wantsBody = false
    guard let link else { return }
    link.channel.clearTimer()
    link.tunnelReadingChanged()
  }

  func discardBody() -> Bool {
    discardsBody = true
    guard let link, case .undecided = framing else { return body != .failed }
    while dropPart(link) {}
    return body != .failed
  }

  /// Decodes a part of a body that nobody wants; `false` where there is none.
  private func dropPart(_ link: HTTP1Connection) -> Bool {
    guard body == .unread else { return false }
    switch link.decodeNext() {
    // A client that sends its body without having been asked needs no 100.
    case .body: hasSentContinue = true
    case .end: body = .read
    case .failed(let error):
      body = .failed
      keepsAlive = false
      request?.log(.info, error.reason)
    case .needsMore, .head: return false
    }
    return true
  }

  func bodyFailed() { body = .failed }

  func holdsReads(_ hasUnreadBytes: Bool) -> Bool {
    if body == .unread, wantsBody || discardsBody { return false }
    return hasUnreadBytes
  }

  /// Delivers what has come of the body, as long as it is wanted, or drops it: a client may read nothing of the response
  /// before all of its body is sent. `false` where no more can be done for now.
  func takeBody() -> Bool {
    guard let link else { return false }
    if discardsBody, !wantsBody { return dropPart(link) }
    guard wantsBody, let events else { return false }
    if body == .read {
      wantsBody = false
      events.receivedBodyEnd(trailers: nil)
      return true
    }
    guard body == .unread else { return false }
    switch link.decodeNext() {
    case .needsMore:
      link.channel.setTimer(eventLoop.now + settings.clientBodyTimeout)
      return false
    case .body(let part): events.received(body: part)
    case .end(let trailers):
      body = .read
      wantsBody = false
      link.channel.clearTimer()
      events.receivedBodyEnd(trailers: trailers)
    case .failed(let error):
      body = .failed
      keepsAlive = false
      request?.log(.error, error.reason)
      fail(.malformedBody)
    case .head: return false
    }
    return true
  }

  func bodyTimedOut() {
    guard wantsBody, body == .unread else { return }
    keepsAlive = false
    request?.log(.info, "client timed out")
    fail(.bodyTimeout)
  }

  /// Tells the request of a failure; afterwards the exchange is over unless an answer to it is under way.
  func fail(_ reason: RequestFailure) {
    guard link != nil else { return }
    wantsBody = false
    events?.requestFailed(reason)
    if reason == .clientClosed || reason == .sendTimeout { abort() }
  }

  private func sendContinue(_ link: HTTP1Connection) {
    guard expectsContinue, !hasSentContinue, body == .unread, case .undecided = framing else { return }
    hasSentContinue = true
    guard !link.decoder.hasUnreadBytes else { return }
    _ = link.channel.write { $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
    link.channel.flush()
  }

  // MARK: - Upgrade

  func upgradeToTunnel() -> ClientTunnel? {
    guard let link, body == .read else { return nil }
    keepsAlive = false
    return link.beginTunnel(for: self)
  }

  func tunnelSent(_ bytes: Int) { bytesSent += bytes }

  /// The tunnel is closed: so is the exchange.
  func tunnelClosed() { end() }
}
