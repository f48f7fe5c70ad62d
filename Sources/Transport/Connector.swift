import NIOCore
import NIOPosix
import TLSEngine

/// What a connector says as a TLS client.
public struct TLSClientOffer {
  public var context: TLSClientContext
  /// Sent as server_name; `nil` sends none.
  public var serverName: String?
  /// As in `TLSConnection.client`: `nil` for no resumption.
  public var sessionKey: String?
  public var delegate: TLSClientDelegate
  public var options: TLSHandlerOptions

  public init(
    context: TLSClientContext, serverName: String?, sessionKey: String? = nil, delegate: TLSClientDelegate,
    options: TLSHandlerOptions = TLSHandlerOptions()
  ) {
    self.context = context
    self.serverName = serverName
    self.sessionKey = sessionKey
    self.delegate = delegate
    self.options = options
  }
}

/// Opens connections to upstreams.
public enum Connector {
  /// Prepares a channel on its event loop before it connects; add application handlers here.
  public typealias Initializer = (Channel) throws -> Void

  /// Connects over TCP or to a unix socket. Call on `loop`; completes there.
  ///
  /// Fails with NIO's `IOError`, or with `ChannelError.connectTimeout`.
  public static func connect(
    to address: SocketAddress, from localAddress: SocketAddress? = nil, timeout: Duration, on loop: EventLoop,
    initializer: @escaping Initializer
  ) -> EventLoopFuture<Channel> {
    loop.preconditionInEventLoop()
    let prepare = NIOLoopBound(initializer, eventLoop: loop)
    var bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(timeout))
      // Whoever wants to stop after a read shall not get three more.
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try prepare.value(channel) }
      }
    if let localAddress { bootstrap = bootstrap.bind(to: localAddress) }
    return bootstrap.connect(to: address)
  }

  /// Connects, then completes a TLS handshake; the timeout is for each of the two.
  ///
  /// `initializer`'s handlers stand behind the TLS handler. Fails with `TLSError` where TLS does, and closes then.
  public static func connect(
    to address: SocketAddress, from localAddress: SocketAddress? = nil, timeout: Duration, on loop: EventLoop,
    tls offer: TLSClientOffer, initializer: @escaping Initializer
  ) -> EventLoopFuture<(Channel, TLSSessionFacts)> {
    let handshake = loop.makePromise(of: TLSSessionFacts.self)
    var options = offer.options
    options.handshakeTimeout = timeout
    let connected = connect(to: address, from: localAddress, timeout: timeout, on: loop) { [options] channel in
      let connection = try TLSConnection.client(
        context: offer.context, serverName: offer.serverName, sessionKey: offer.sessionKey, delegate: offer.delegate)
      let handler = TLSHandler(connection: connection, options: options, handshakePromise: handshake)
      try channel.pipeline.syncOperations.addHandler(handler)
      try initializer(channel)
    }
    connected.whenFailure { handshake.fail($0) }
    return connected.flatMap { channel in handshake.futureResult.map { (channel, $0) } }
  }
}
