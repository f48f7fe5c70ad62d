import NIOCore
import Transport

/// HTTP on one client connection, below which stands TLS or the socket: hands bytes to a driver, gathers its output, keeps
/// its clock.
///
/// Added once the handshake is done, if there is one. ALPN chooses the driver; on a plain connection the first bytes do,
/// where HTTP/2 is on.
final class HTTPConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Stage {
    case open
    /// What is left goes out, then the channel closes.
    case closing
    /// Our side is ended; what the client still sends is dropped, so that no reset destroys our last words.
    case lingering
    case closed
  }

  let connection: ClientConnection
  var counters: ConnectionCounters { connection.counters }
  private(set) var context: ChannelHandlerContext?
  var driver: ConnectionDriver?
  var stage = Stage.open
  private var drainGrace: TimeAmount?
  /// The client was let go for its certificate; told once.
  var isClientRefused = false

  /// Only `write` and `passOn` touch it, neither from within the other: not checked at run time.
  @exclusivity(unchecked) var output = ByteBuffer()
  var wroteUnflushed = false
  var flushes: UInt8 = 0
  /// The transport is full: what is small waits until it has taken everything.
  var isDraining = false
  /// Bytes handed to the transport in this turn; once there are enough of them, others come first.
  var turnBytes = 0
  var turnBegan = NIODeadline.distantPast
  var isTurnOver = false
  private var isInRead = false
  /// As the channel told last.
  private(set) var isChannelWritable = true
  /// Within a write or flush of the channel, which may call back.
  var isSending = false
  private var willTellWritable = false
  private var countsAsIdle = false
  /// What came before there was a driver.
  private var early = ByteBuffer()

  /// Whether the driver wants no bytes for now. Reads are held back, not bytes already read.
  var holdsReads = false {
    didSet { if !holdsReads, heldRead { releaseRead() } }
  }
  private var heldRead = false

  var deadline: NIODeadline?
  var sendDeadline: NIODeadline?
  var unsentBytes = 0
  var timer: (task: Scheduled<Void>, at: NIODeadline)?
  var lingerEnd = NIODeadline.distantFuture
  var lingerLimit = TimeAmount.seconds(30)
  var lingerPause = TimeAmount.seconds(5)

  init(_ connection: ClientConnection) { self.connection = connection }

  /// The loop of the channel; call only once the handler is in a pipeline.
  var eventLoop: EventLoop { context!.eventLoop }
  var now: NIODeadline { context?.eventLoop.now ?? .now() }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    isChannelWritable = context.channel.isWritable
    if let tls = connection.tls {
      begin(with: tls.alpn == "h2" ? HTTP2Connection(self) : HTTP1Connection(self))
    } else if connection.listener.setting.isTLS {
      beginInsecurely(context)
    } else {
      begin(with: connection.server.block.connection.http2 ? ProtocolChoice(self) : HTTP1Connection(self))
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    gone()
    self.context = nil
  }

  /// Puts `driver` in charge.
  func begin(with driver: ConnectionDriver) {
    self.driver = driver
    if let drainGrace { driver.drain(grace: drainGrace) }
  }

  // MARK: - Inbound

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isInRead { beginTurn() }
    isInRead = true
    switch stage {
    case .open: received(unwrapInboundIn(data))
    case .lingering: continueLingering()
    case .closing, .closed: break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isInRead = false
    if stage == .open { driver?.readCompleted() }
    flushNow()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    isChannelWritable = context.channel.isWritable
    guard isChannelWritable else { return watchSending() }
    sendDeadline = nil
    // Whoever is writing now must not be told to write from within.
    if isSending { return tellWritableLater(context) }
    beginTurn()
    if stage == .open, isWritable { driver?.becameWritable() }
  }

  private func tellWritableLater(_ context: ChannelHandlerContext) {
    guard !willTellWritable else { return }
    willTellWritable = true
    context.eventLoop.assumeIsolated().execute { [self] in
      willTellWritable = false
      if stage == .open, isWritable { driver?.becameWritable() }
      flushNow()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    gone()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: Error) {
    logConnection(error)
    closeNow()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case let event as DrainRequested: drain(grace: event.isUrgent ? .zero : .seconds(3))
    case is TrustChanged: trustChanged()
    case ChannelEvent.outputClosed as ChannelEvent: outputClosed()
    case ChannelEvent.inputClosed as ChannelEvent: if stage == .lingering { closeNow() }
    default: break
    }
    context.fireUserInboundEventTriggered(event)
  }

  func read(context: ChannelHandlerContext) {
    if holdsReads, stage == .open {
      heldRead = true
    } else {
      context.read()
    }
  }

  private func releaseRead() {
    heldRead = false
    context?.read()
  }

  private func received(_ bytes: ByteBuffer) {
    if let driver { return driver.received(bytes) }
    early.writeImmutableBuffer(bytes)
  }

  /// Plain HTTP on a TLS port: nginx reads the request and answers 497.
  private func beginInsecurely(_ context: ChannelHandlerContext) {
    // The TLS handler is about to leave the pipeline; until then nothing gets past it.
    context.eventLoop.assumeIsolated().execute { [self] in
      guard stage == .open else { return }
      let driver = HTTP1Connection(self)
      begin(with: driver)
      let bytes = early
      early = ByteBuffer()
      if bytes.readableBytes > 0 { driver.received(bytes) }
      driver.readCompleted()
      flushNow()
    }
  }

  private func outputClosed() {
    if stage == .closing { closeNow() }
    outputEnded()
  }

  private func drain(grace: TimeAmount) {
    drainGrace = grace
    if let driver { driver.drain(grace: grace) }
    if !isInRead { flushNow() }
  }

  private func gone() {
    guard stage != .closed else { return }
    stage = .closed
    timer?.task.cancel()
    timer = nil
    setIdle(false)
    driver?.closed()
    driver = nil
    output = ByteBuffer()
  }

  private func logConnection(_ error: Error) {
    let log = connection.server.root.errorLog
    guard log.accepts(.info) else { return }
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    log.write(
      .info, connection: connection.number, "\(error), client: \(client), server: \(connection.listener.setting.text)")
  }

  /// Counts the connection among those that wait for a request.
  func setIdle(_ isIdle: Bool) {
    guard isIdle != countsAsIdle else { return }
    countsAsIdle = isIdle
    if isIdle { counters.becameIdle() } else { counters.becameBusy() }
  }

  /// Whether a flush can wait for the end of the read that is being handled.
  var defersFlush: Bool { isInRead }
}
