import ConfigModel
import HTTPWire
import NIOCore

/// One request on an HTTP/2 stream, and its response.
final class HTTP2Exchange: Exchange {
  let eventLoop: EventLoop
  let connection: ClientConnection
  var events: RequestEvents?
  /// Whose settings apply; dropped at the end.
  var request: Request?
  let requestsOnConnection: Int
  private let id: HTTP2StreamID
  private let isHead: Bool
  private var link: HTTP2Connection?

  /// Kept back until the first of the body or the end is known, so that an empty body costs no frame.
  private var pendingHead: HTTPResponseHead?
  private var hasSentHead = false
  private var isSuppressed = false
  /// What Content-Length leaves to send.
  private var bodyLeft: Int?
  private var isFinished = false
  private var headBytes = 0
  private(set) var bodyBytesSent = 0

  private var waiting = KeptBytes()
  private var trailers: HTTPFields?
  private var isBodyComplete: Bool
  private var isBodyDelivered = false
  private var isDelivering = false
  private var wantsBody = false
  private var discardsBody = false
  private var bodyLength = 0
  private let headLength: Int
  let hasUnsizedBody: Bool

  /// When the client must have sent or taken something.
  private(set) var deadline: NIODeadline?

  init(
    _ link: HTTP2Connection, _ id: HTTP2StreamID, _ head: HTTPRequestHead, hasBody: Bool, requestNumber: Int
  ) {
    self.link = link
    self.id = id
    eventLoop = link.channel.eventLoop
    connection = link.channel.connection
    requestsOnConnection = requestNumber
    isHead = head.method == .head
    isBodyComplete = !hasBody
    hasUnsizedBody = hasBody && !head.fields.contains("content-length")
    headLength = link.blockLength(of: id)
  }

  /// Whoever asks has something to send: where there is no room the client's time begins.
  var isWritable: Bool {
    guard let link else { return false }
    if link.hasRoom(for: id) { return true }
    if deadline == nil, hasSentHead || pendingHead != nil { deadline = eventLoop.now + settings.sendTimeout }
    return false
  }
  var room: Int { link?.room(for: id) ?? 0 }
  var bytesSent: Int { headBytes + bodyBytesSent }
  var requestLength: Int { headLength + bodyLength }
  private var settings: ConnectionFacts { (request?.effective ?? connection.server.root).connectionFacts }

  /// The connection has other streams: nothing to do.
  func disableKeepAlive() {}
  func upgradeToTunnel() -> ClientTunnel? { nil }

  // MARK: - Response

  func sendInformational(_ head: HTTPResponseHead) {
    guard let link, !hasSentHead, pendingHead == nil else { return }
    link.sendInformational(id, head)
    link.flush()
  }

  func send(_ head: HTTPResponseHead, by warrant: Warrant, end: Bool) {
    guard link != nil, !hasSentHead, pendingHead == nil else { return }
    isSuppressed = isHead || head.status == 204 || head.status == 304
    if !isSuppressed { bodyLeft = head.fields.withFirst("content-length") { decimalNumber($0) } ?? nil }
    headBytes = 9 + head.fields.encodedLength
    pendingHead = head
    if end {
      if let left = bodyLeft, left > 0 { return abort() }
      finish(trailers: nil)
    }
  }

  func send(_ body: ByteBuffer) {
    guard let link, !isSuppressed, !isFinished, body.readableBytes > 0 else { return }
    releaseHead()
    var part = body
    if let left = bodyLeft {
      guard let fits = part.readSlice(length: min(left, part.readableBytes)), fits.readableBytes > 0 else { return }
      part = fits
      bodyLeft = left - part.readableBytes
    }
    bodyBytesSent += part.readableBytes
    link.sendBody(id, part)
    if !link.hasRoom(for: id) { deadline = eventLoop.now + settings.sendTimeout }
  }

  func finish(trailers: HTTPFields?) {
    guard let link, !isFinished else { return }
    guard hasSentHead || pendingHead != nil else { return abort() }
    if let bodyLeft, bodyLeft > 0 { return abort() }
    isFinished = true
    deadline = eventLoop.now + settings.sendTimeout
    if let head = pendingHead, trailers == nil {
      pendingHead = nil
      hasSentHead = true
      link.sendHead(id, head, end: true)
    } else {
      releaseHead()
      link.finish(id, isSuppressed ? nil : trailers)
    }
    link.flush()
  }

  func flush() {
    releaseHead()
    link?.flush()
  }

  func abort() {
    guard let link else { return }
    link.reset(id, .internalError)
    end()
    link.flush()
  }

  private func releaseHead() {
    guard let link, let head = pendingHead else { return }
    pendingHead = nil
    hasSentHead = true
    link.setChunkSize(id, settings.http2ChunkSize.bytes)
    link.sendHead(id, head, end: false)
  }

  /// The last byte of the response is on its way.
  func sent() { end() }

  func becameWritable() {
    deadline = isFinished ? eventLoop.now + settings.sendTimeout : nil
    events?.responseWritable()
  }

  private func end() {
    guard let link else { return }
    self.link = nil
    deadline = nil
    waiting.removeAll()
    let events = self.events
    events?.exchangeEnded()
    self.events = nil
    request = nil
    link.exchangeEnded(id)
  }

  // MARK: - Request body

  func received(_ part: ByteBuffer) {
    bodyLength += part.readableBytes
    if discardsBody {
      link?.acknowledge(id, part.readableBytes)
      return
    }
    // What is wanted goes on as it came; what must wait is kept.
    if wantsBody, waiting.isEmpty, !isDelivering, let events {
      link?.acknowledge(id, part.readableBytes)
      isDelivering = true
      events.received(body: part)
      isDelivering = false
    } else {
      waiting.append(part)
    }
    deliver()
  }

  func receivedEnd(_ trailers: HTTPFields?) {
    self.trailers = trailers
    isBodyComplete = true
    deliver()
  }

  func resumeBody() {
    wantsBody = true
    deliver()
    link?.flush()
  }

  func pauseBody() {
    wantsBody = false
    if !isFinished { deadline = nil }
  }

  func discardBody() -> Bool {
    discardsBody = true
    link?.acknowledge(id, waiting.count)
    waiting.removeAll()
    return true
  }

  private func deliver() {
    guard !isDelivering else { return }
    isDelivering = true
    defer { isDelivering = false }
    while wantsBody, let link, let events, let part = waiting.popFirst() {
      link.acknowledge(id, part.readableBytes)
      events.received(body: part)
    }
    guard wantsBody, let events, !isBodyDelivered, waiting.isEmpty else { return }
    guard isBodyComplete else {
      if !isFinished { deadline = eventLoop.now + settings.clientBodyTimeout }
      return
    }
    isBodyDelivered = true
    wantsBody = false
    if !isFinished { deadline = nil }
    events.receivedBodyEnd(trailers: trailers)
  }

  // MARK: - Failures

  /// The body is not what its length announced.
  func bodyFailed() {
    guard let link else { return }
    wantsBody = false
    waiting.removeAll()
    request?.log(.info, "client sent a body that is not as long as its Content-Length")
    if let events { events.requestFailed(.malformedBody) } else { abort() }
    link.flush()
  }

  func checkDeadlines(_ now: NIODeadline) {
    guard let deadline, now >= deadline else { return }
    self.deadline = nil
    if wantsBody, !isBodyComplete, hasSentHead == false, pendingHead == nil {
      request?.log(.info, "client timed out")
      wantsBody = false
      events?.requestFailed(.bodyTimeout)
    } else {
      link?.reset(id, .internalError)
      fail(.sendTimeout)
    }
  }

  /// The stream is gone, or no use any more.
  func fail(_ reason: RequestFailure) {
    guard link != nil else { return }
    wantsBody = false
    events?.requestFailed(reason)
    if link != nil { end() }
  }
}
