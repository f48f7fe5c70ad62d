import NIOCore
import TLSEngine

/// Carries events between a channel and a `TLSConnection`; decides nothing.
///
/// Inbound: plaintext, `TLSHandshakeEvent`, `TLSPeerClosed`, `PlaintextOnTLSPort`; `TLSError` by `errorCaught`, after
/// which the channel closes by itself. Outbound: writes are sealed together at the flush; `close` sends close_notify,
/// then ends the transport once everything is out; `close(mode: .output)` ends our side alone.
public final class TLSHandler: ChannelDuplexHandler, RemovableChannelHandler {
  public typealias InboundIn = ByteBuffer
  public typealias InboundOut = ByteBuffer
  public typealias OutboundIn = ByteBuffer
  public typealias OutboundOut = ByteBuffer

  /// How much may lie unread while a handshake waits for its verdict, in bytes.
  private static let mostUnread = 32 << 10

  enum Stage: UInt8 {
    case running
    /// Our last bytes are on their way, then the channel closes.
    case closing
    /// An alert went out; the peer gets a moment to read it before the channel closes.
    case lingering
    case closed
    /// No TLS: everything passes through.
    case plaintext
  }

  public let connection: TLSConnection
  /// Known once the handshake is done.
  public private(set) var facts: TLSSessionFacts?
  let options: TLSHandlerOptions
  var context: ChannelHandlerContext?
  var stage = Stage.running
  private var timer: Scheduled<Void>?
  private var handshakePromise: EventLoopPromise<TLSSessionFacts>?
  var writePromises: [EventLoopPromise<Void>] = []
  private var isPumping = false
  private var sawFirstByte: Bool
  private var isReadWanted = false
  /// Something was handed to the channel and not flushed.
  var awaitsFlush = false

  /// - Parameter handshakePromise: completed with the handshake, or failed with its `TLSError`.
  public init(
    connection: TLSConnection, options: TLSHandlerOptions = TLSHandlerOptions(),
    handshakePromise: EventLoopPromise<TLSSessionFacts>? = nil
  ) {
    self.connection = connection
    self.options = options
    self.handshakePromise = handshakePromise
    sawFirstByte = connection.serverContext == nil || !options.detectsPlaintext
  }

  public func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.wake = { [unowned self] in wake() }
    if let limit = options.handshakeTimeout {
      startTimer(TimeAmount(limit)) { $0.handshakeTimedOut() }
    }
    if context.channel.isActive { pump(context) }
  }

  public func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    connection.wake = nil
    failHandshake(ChannelError.eof)
    self.context = nil
  }

  public func channelActive(context: ChannelHandlerContext) {
    pump(context)
    // The handshake must go on though the application does not want to read yet.
    if connection.isHandshaking { context.read() }
    context.fireChannelActive()
  }

  public func channelInactive(context: ChannelHandlerContext) {
    if stage == .running {
      connection.receivedEOF()
      pump(context)
    }
    stage = .closed
    timer?.cancel()
    failWrites(ChannelError.ioOnClosedChannel)
    context.fireChannelInactive()
  }

  public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard stage == .running else { return }
    var bytes = unwrapInboundIn(data)
    if !sawFirstByte, let first = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) {
      sawFirstByte = true
      guard first == 0x16 || first & 0x80 != 0 else { return leave(context, bytes) }
    }
    connection.received(&bytes)
    pump(context)
  }

  public func channelReadComplete(context: ChannelHandlerContext) {
    // A read that brought no whole record, or only handshake, has not satisfied the application's.
    if stage == .lingering || connection.isHandshaking || isReadWanted { readOn(context) }
    context.fireChannelReadComplete()
  }

  public func read(context: ChannelHandlerContext) {
    isReadWanted = true
    readOn(context)
  }

  /// Reads, but not ahead of a verdict that is awaited: what a client sends meanwhile would only pile up.
  private func readOn(_ context: ChannelHandlerContext) {
    if connection.unreadBytes < Self.mostUnread { context.read() }
  }

  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
      return context.fireUserInboundEventTriggered(event)
    }
    if stage == .lingering { return finishClosing() }
    connection.receivedEOF()
    pump(context)
    context.fireUserInboundEventTriggered(event)
  }

  /// Lets the engine go on until it needs something, and sends what it has to say.
  func pump(_ context: ChannelHandlerContext) {
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    var goesOn = true
    while goesOn, stage == .running { goesOn = step(context) }
    if stage == .running { emit(context) }
  }

  private func step(_ context: ChannelHandlerContext) -> Bool {
    switch connection.progress() {
    case .needsInput, .awaitingVerdict: return false
    case .handshakeCompleted(let facts): completeHandshake(context, facts)
    case .plaintext(let bytes):
      isReadWanted = false
      context.fireChannelRead(wrapInboundOut(bytes))
    case .closed(let isClean): peerClosed(context, isClean)
    case .failed(let error): failed(context, error)
    }
    return true
  }

  private func completeHandshake(_ context: ChannelHandlerContext, _ facts: TLSSessionFacts) {
    timer?.cancel()
    timer = nil
    if options.keepsFacts { self.facts = facts }
    handshakePromise?.succeed(facts)
    handshakePromise = nil
    context.fireUserInboundEventTriggered(TLSHandshakeEvent.completed(facts))
  }

  private func peerClosed(_ context: ChannelHandlerContext, _ isClean: Bool) {
    context.fireUserInboundEventTriggered(TLSPeerClosed(isClean: isClean))
    if stage == .running, isClean, options.closesWithPeer { close(context: context, mode: .all, promise: nil) }
  }

  func failed(_ context: ChannelHandlerContext, _ error: TLSError) {
    failHandshake(error)
    failWrites(error)
    guard stage == .running else { return context.fireErrorCaught(error) }
    // The application hears of it before the channel closes; where it closes at once, the alert still goes out.
    stage = .lingering
    context.fireErrorCaught(error)
    sendLastWords(context)
  }

  private func handshakeTimedOut() {
    guard let context, let error = connection.handshakeTimedOut() else { return }
    failed(context, error)
  }

  private func wake() {
    // The delegate may answer while it is being asked; then the pump is at work already.
    guard let context, stage == .running, !isPumping else { return }
    pump(context)
    // What came with the end of the handshake waited with it: no read of the channel will complete it.
    if stage == .running { channelReadComplete(context: context) }
  }

  private func failHandshake(_ error: Error) {
    handshakePromise?.fail(error)
    handshakePromise = nil
  }

  func failWrites(_ error: Error) {
    let promises = writePromises
    writePromises = []
    for promise in promises { promise.fail(error) }
  }

  /// Not TLS: hands the bytes over and gets out of the way.
  private func leave(_ context: ChannelHandlerContext, _ bytes: ByteBuffer) {
    stage = .plaintext
    timer?.cancel()
    timer = nil
    context.fireUserInboundEventTriggered(PlaintextOnTLSPort(bytes: bytes))
    context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
  }

  func startTimer(_ delay: TimeAmount, _ body: @escaping (TLSHandler) -> Void) {
    guard let context else { return }
    timer?.cancel()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
      if let self { body(self) }
    }
  }
}
