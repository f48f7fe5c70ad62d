import HTTPWire
import NIOCore
import TLSEngine

/// What a connection tells the request that it serves, on the event loop.
protocol UpstreamConnectionOwner: AnyObject {
  func upstreamReceived()
  func upstreamReadComplete()
  /// The peer closed its side, or the connection failed.
  func upstreamClosed(_ error: (any Error)?)
  func upstreamWritable()
  func upstreamTimedOut()
}

/// As whom, and how, the gateway speaks to a peer: one context, by identity.
struct UpstreamIdentity: Hashable {
  let context: TLSClientContext

  static func == (a: UpstreamIdentity, b: UpstreamIdentity) -> Bool { a.context === b.context }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(context)) }
}

/// One HTTP/1.1 connection to a peer: the last handler of its channel, reused from request to request.
///
/// Confined to its event loop. It owns no policy: requests write and read through it, pools keep it.
final class UpstreamConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = Never
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What two requests must share to use the same connection.
  struct Key: Hashable {
    var address: UpstreamAddress
    /// The TLS settings and the certificate shown; `nil` for plain connections.
    var tls: UpstreamIdentity?
    var serverName: String?
    var localAddress: String?
  }

  let key: Key
  let timer: DeadlineTimer
  /// A machine that calls nobody: no access to it can meet another, so none is checked at run time.
  @exclusivity(unchecked) var decoder = HTTP1ResponseDecoder()
  /// Whom to tell; `nil` while idle.
  var owner: (any UpstreamConnectionOwner)?
  private(set) var requests = 0
  private(set) var isOpen = true
  /// On the current request.
  private(set) var bytesSent = 0
  private(set) var bytesReceived = 0
  /// Whether the peer takes more, or there is room for it to wait.
  var isWritable: Bool { isChannelWritable && gathered.count < Self.mostGathered }
  private static let mostGathered = 64 << 10
  private var isChannelWritable = true
  /// What is to follow once the transport has taken what it was given: small pieces would pile up in it one by one.
  private var gathered = KeptBytes()
  private var isDraining = false

  private let opened = NIODeadline.now()
  private var context: ChannelHandlerContext?
  private var pool: ConnectionPool?
  private var isPaused = false
  private var wantsRead = false
  private var failure: (any Error)?

  init(key: Key, eventLoop: EventLoop) {
    self.key = key
    self.timer = DeadlineTimer(eventLoop: eventLoop)
    timer.onDeadline = { [weak self] in self?.deadlineReached() }
  }

  /// Field by field, so that no key is copied.
  func leads(to other: Key) -> Bool {
    key.tls == other.tls && key.address == other.address && key.serverName == other.serverName
      && key.localAddress == other.localAddress
  }

  var age: Duration { NIODeadline.now().since(opened) }

  // MARK: Requests

  /// A request takes the connection.
  func begin(_ owner: any UpstreamConnectionOwner, maximumHead: Int) {
    self.owner = owner
    pool = nil
    requests += 1
    bytesSent = 0
    bytesReceived = 0
    decoder = HTTP1ResponseDecoder(maximumHead: maximumHead)
    timer.clear()
  }

  func send(_ bytes: ByteBuffer) {
    guard let context, isOpen else { return }
    let isFirst = bytesSent == 0
    bytesSent += bytes.readableBytes
    if isDraining { return gathered.append(bytes) }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    if !isFirst { gatherIfFull(context) }
  }

  /// From now on pieces are gathered until the transport has taken everything.
  private func gatherIfFull(_ context: ChannelHandlerContext) {
    let unsent = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
    guard !isDraining, isOpen, let unsent, unsent > 0 else { return }
    isDraining = true
    let drained = context.eventLoop.makePromise(of: Void.self)
    drained.futureResult.assumeIsolated().whenSuccess { [self] in transportDrained() }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: drained)
  }

  private func transportDrained() {
    isDraining = false
    guard let context, isOpen else { return }
    let wasWritable = isWritable
    while let piece = gathered.popFirst() { context.write(wrapOutboundOut(piece), promise: nil) }
    context.flush()
    gatherIfFull(context)
    if !wasWritable, isWritable { owner?.upstreamWritable() }
  }

  /// The request needs it no longer: closed, without a word to the request.
  func close() {
    owner = nil
    pool = nil
    timer.cancel()
    guard isOpen else { return }
    isOpen = false
    context?.close(promise: nil)
  }

  /// A pool keeps it until a request takes it or `time` has passed.
  func becomeIdle(in pool: ConnectionPool, for time: Duration) {
    owner = nil
    self.pool = pool
    resumeReading()
    timer.set(time)
  }

  /// Stops reading from the peer, whose sending TCP will slow down.
  func pauseReading() { isPaused = true }

  func resumeReading() {
    isPaused = false
    guard wantsRead else { return }
    wantsRead = false
    context?.read()
  }

  // MARK: Channel

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func read(context: ChannelHandlerContext) {
    if isPaused { wantsRead = true } else { context.read() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    bytesReceived += bytes.readableBytes
    guard let owner else { return discard() }
    decoder.receive(bytes)
    owner.upstreamReceived()
  }

  func channelReadComplete(context: ChannelHandlerContext) { owner?.upstreamReadComplete() }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    isChannelWritable = context.channel.isWritable
    if isWritable { owner?.upstreamWritable() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { ended() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failure = failure ?? error
    ended()
  }

  func channelInactive(context: ChannelHandlerContext) { ended() }

  /// The connection can carry nothing more.
  private func ended() {
    guard isOpen else { return }
    isOpen = false
    timer.clear()
    let owner = owner
    self.owner = nil
    discard()
    context?.close(promise: nil)
    owner?.upstreamClosed(failure)
  }

  /// An idle connection on which something happens is of no more use.
  private func discard() {
    guard let pool else { return }
    self.pool = nil
    pool.remove(self)
    close()
  }

  private func deadlineReached() {
    if let owner { owner.upstreamTimedOut() } else { discard() }
  }
}
