import ConfigModel
import HTTPWire
import NIOCore

/// A client's HTTP/1.1 connection: one request after the other, answered in order.
final class HTTP1Connection: ConnectionDriver {
  enum Stage {
    /// Nothing of a request has come.
    case waiting
    case readingHead
    /// A request is being answered.
    case serving
    /// The response is out; what is left of the body is read and dropped, then the connection goes on.
    case discarding
    case tunnel
    /// The channel closes.
    case ended
  }

  /// Lets go of this driver when the channel is gone.
  let channel: HTTPConnectionHandler
  private(set) var stage = Stage.waiting
  /// A machine that calls nobody: no access to it can meet another, so none is checked at run time.
  @exclusivity(unchecked) private(set) var decoder: HTTP1RequestDecoder
  private(set) var exchange: HTTP1Exchange?
  private var tunnel: HTTP1Tunnel?
  private(set) var requests = 0
  /// The request that is served, or comes next, was there before the response to the one before it was out.
  private(set) var isPipelining = false
  private(set) var isDraining = false
  private var drainGrace = TimeAmount.zero
  private var isAdvancing = false
  private var discardEnd = NIODeadline.distantFuture
  private var discardPause = TimeAmount.seconds(5)

  init(_ channel: HTTPConnectionHandler) {
    self.channel = channel
    let settings = channel.connection.server.block.connection
    decoder = HTTP1RequestDecoder(limits: settings.headLimits)
    channel.setIdle(true)
    channel.setTimer(channel.now + TimeAmount(settings.clientHeaderTimeout))
  }

  var isIdle: Bool { stage == .waiting }
  var sendTimeout: TimeAmount { core.sendTimeout }
  /// The settings of the location that serves, or of the server where there is none.
  private var core: ConnectionFacts { (exchange?.request?.effective ?? channel.connection.server.root).connectionFacts }

  // MARK: - Events of the channel

  func received(_ bytes: ByteBuffer) {
    if let tunnel { return tunnel.received(bytes) }
    decoder.receive(bytes)
    advance()
  }

  func readCompleted() { updateReading() }

  func becameWritable() {
    if let tunnel { return tunnel.becameWritable() }
    exchange?.events?.responseWritable()
    advance()
  }

  func sendTimedOut() {
    exchange?.fail(.sendTimeout)
    tunnel?.closed()
  }

  func closed() {
    if stage == .readingHead { refuse(status: 400, reason: "client prematurely closed connection") }
    stage = .ended
    exchange?.fail(.clientClosed)
    tunnel?.closed()
    tunnel = nil
  }

  func timerFired(at now: NIODeadline) {
    switch stage {
    case .waiting: channel.close()
    case .readingHead: refuse(status: 408, reason: "client timed out")
    case .serving: exchange?.bodyTimedOut()
    case .discarding: end(lingers: false)
    case .tunnel, .ended: break
    }
  }

  func drain(grace: TimeAmount) {
    isDraining = true
    drainGrace = grace
    guard stage == .waiting else { return }
    if grace <= .zero { channel.close() } else { channel.setTimer(channel.now + grace) }
  }

  /// What is being answered is answered; a tunnel has no end to wait for.
  func clientRefused() {
    if stage == .tunnel { return channel.closeNow() }
    drain(grace: .zero)
  }

  // MARK: - Requests, one by one

  /// Goes on as far as the bytes, the client's reading and the requests allow.
  func advance() {
    guard !isAdvancing else { return }
    isAdvancing = true
    while step() {}
    isAdvancing = false
    updateReading()
  }

  private func step() -> Bool {
    switch stage {
    case .waiting, .readingHead: channel.isWritable && readHead()
    case .serving: exchange?.takeBody() ?? false
    case .discarding: discard()
    case .tunnel, .ended: false
    }
  }

  func decodeNext() -> HTTP1RequestDecoder.Event { decoder.next() }

  private func readHead() -> Bool {
    switch decoder.next() {
    case .needsMore:
      if stage == .waiting, decoder.hasUnreadBytes { headBegan() }
      return false
    case .head(let head, let framing):
      serve(head, framing)
      return true
    case .failed(let error):
      refuse(status: error.status, reason: error.reason)
      return false
    case .body, .end: return false
    }
  }

  private func headBegan() {
    stage = .readingHead
    channel.counters.headBegan()
    channel.setIdle(false)
    channel.setTimer(channel.now + TimeAmount(channel.connection.server.block.connection.clientHeaderTimeout))
  }

  private func serve(_ head: consuming HTTPRequestHead, _ framing: HTTP1BodyFraming) {
    begin(head, framing).request.start()
  }

  /// Answers what could not be read as a request; the connection ends with that.
  private func refuse(status: Int, reason: String) {
    let (exchange, request) = begin(decoder.failedHead ?? decoder.partialHead(), .none)
    exchange.bodyFailed()
    exchange.disableKeepAlive()
    request.refuse(status: status, reason: reason)
  }

  private func begin(_ head: consuming HTTPRequestHead, _ framing: HTTP1BodyFraming) -> (
    exchange: HTTP1Exchange, request: Request
  ) {
    requests += 1
    if stage == .readingHead { channel.counters.headEnded() }
    channel.counters.requestBegan()
    channel.setIdle(false)
    channel.clearTimer()
    stage = .serving
    let exchange = HTTP1Exchange(self, head, framing)
    self.exchange = exchange
    let request = Request(exchange: exchange, head: head, server: channel.connection.server)
    exchange.request = request
    return (exchange, request)
  }

  // MARK: - After a response

  /// The exchange is over, its request told.
  func exchangeEnded(_ ended: HTTP1Exchange, core: ConnectionFacts) {
    guard exchange === ended else { return }
    exchange = nil
    guard stage == .serving else { return }
    if ended.wasAborted {
      stage = .ended
      return channel.close()
    }
    if !ended.isBodyRead {
      guard ended.keepsAlive, ended.discardsBody else { return end(lingers: core.lingeringClose != .off, core) }
      return beginDiscarding(core)
    }
    guard ended.keepsAlive else {
      let hasMore = core.lingeringClose == .on && decoder.hasUnreadBytes
      return end(lingers: core.lingeringClose == .always || hasMore, core)
    }
    awaitRequest(core)
  }

  private func awaitRequest(_ core: ConnectionFacts) {
    stage = .waiting
    isPipelining = decoder.hasUnreadBytes
    channel.setIdle(true)
    let timeout = isDraining ? drainGrace : core.keepaliveTimeout
    channel.setTimer(channel.now + timeout)
    advance()
  }

  private func beginDiscarding(_ core: ConnectionFacts) {
    stage = .discarding
    let now = channel.now
    discardEnd = now + core.lingeringTime
    discardPause = core.lingeringTimeout
    channel.setTimer(min(discardEnd, now + discardPause))
    advance()
  }

  private func discard() -> Bool {
    switch decoder.next() {
    case .needsMore:
      channel.setTimer(min(discardEnd, channel.now + discardPause))
      return false
    case .body: return true
    case .end:
      awaitRequest(channel.connection.server.root.connectionFacts)
      return true
    case .head, .failed:
      end(lingers: true)
      return false
    }
  }

  private func end(lingers: Bool, _ core: ConnectionFacts? = nil) {
    stage = .ended
    let core = core ?? channel.connection.server.root.connectionFacts
    guard lingers else { return channel.close() }
    channel.linger(limit: core.lingeringTime, pause: core.lingeringTimeout)
  }

  /// Bytes are read while somebody wants them. A client that sends requests ahead is read by one buffer, so that its
  /// going away is noticed.
  private func updateReading() {
    switch stage {
    case .waiting, .readingHead: channel.holdsReads = !channel.isWritable
    case .serving: channel.holdsReads = exchange?.holdsReads(decoder.hasUnreadBytes) ?? false
    case .tunnel: channel.holdsReads = tunnel?.isPaused ?? false
    case .discarding, .ended: channel.holdsReads = false
    }
  }

  func readingChanged() {
    if isAdvancing { return }
    advance()
  }

  // MARK: - Upgrade

  func beginTunnel(for exchange: HTTP1Exchange) -> HTTP1Tunnel {
    let tunnel = HTTP1Tunnel(self, exchange, first: decoder.takeRemainder())
    self.tunnel = tunnel
    stage = .tunnel
    channel.clearTimer()
    channel.flush()
    updateReading()
    return tunnel
  }

  func tunnelEnded() {
    tunnel = nil
    stage = .ended
    channel.close()
  }

  func tunnelReadingChanged() { updateReading() }
}
