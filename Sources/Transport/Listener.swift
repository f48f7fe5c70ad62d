import NIOCore
import NIOPosix
import Synchronization

/// A bound socket that accepts connections for the generation it currently serves.
///
/// Running out of descriptors (`EMFILE` and its like) pauses accepting for a moment and is told to `onAcceptFailure`.
public final class Listener: Sendable {
  /// Prepares an accepted connection: runs on its event loop, before the first byte is read.
  public typealias Initializer = @Sendable (Channel) -> EventLoopFuture<Void>

  /// What the sockets share and a new generation replaces.
  private final class Handover: Sendable {
    /// A struct around the closures, because a closure that a generic lock lends is wrapped anew, and kept so, each time:
    /// after a million connections a million wrappers would stand before it.
    struct Calls: Sendable {
      var initializer: Initializer
      var onAcceptFailure: @Sendable (AcceptFailure) -> Void = { _ in }
    }

    private let calls: Mutex<Calls>
    private let lastFailure = Mutex<NIODeadline?>(nil)

    init(_ initializer: @escaping Initializer) { calls = Mutex(Calls(initializer: initializer)) }

    var current: Calls { calls.withLock { $0 } }

    func change(_ change: (inout Calls) -> Void) { calls.withLock { change(&$0) } }

    /// One that follows another soon, on whichever of the sockets, is no news.
    func failed(_ error: IOError, on loop: EventLoop) {
      let now = NIODeadline.now()
      let isFirst = lastFailure.withLock { last in
        defer { last = now }
        return last.map { now - $0 > AcceptFailure.episode } ?? true
      }
      current.onAcceptFailure(AcceptFailure(error: error, isFirst: isFirst, loop: loop))
    }
  }

  public let options: ListenerOptions
  private let channels: [Channel]
  private let handover: Handover

  private init(options: ListenerOptions, channels: [Channel], handover: Handover) {
    self.options = options
    self.channels = channels
    self.handover = handover
  }

  /// The address bound, with the port that the system chose if 0 was asked for.
  public var localAddress: SocketAddress? { channels.first?.localAddress }

  /// Binds and listens. Fails with NIO's `IOError` (`EADDRINUSE`, `EACCES`…); then nothing stays bound.
  public static func bind(
    to address: SocketAddress, options: ListenerOptions = ListenerOptions(), on loops: EventLoops,
    initializer: @escaping Initializer
  ) -> EventLoopFuture<Listener> {
    let handover = Handover(initializer)
    let acceptors = options.reusePort ? loops.all : [loops.acceptor]
    let bound = acceptors.map { loop in
      var bootstrap = bootstrap(options, handover, acceptor: loop, children: options.reusePort ? loop : loops.group)
      if address.protocol == .inet6 {
        let only = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
        bootstrap = bootstrap.serverChannelOption(only, value: options.ipv6Only ? 1 : 0)
      }
      return bootstrap.bind(to: address)
    }
    return collect(bound, options, handover, on: loops.acceptor)
  }

  /// Takes over a socket that is bound and listens already, as one inherited from another process.
  public static func adopt(
    descriptor: CInt, options: ListenerOptions = ListenerOptions(), on loops: EventLoops,
    initializer: @escaping Initializer
  ) -> EventLoopFuture<Listener> {
    let handover = Handover(initializer)
    let bound = bootstrap(options, handover, acceptor: loops.acceptor, children: loops.group)
      .withBoundSocket(descriptor)
    return collect([bound], options, handover, on: loops.acceptor)
  }

  /// Hands the socket to another generation: connections accepted from now on are prepared by `initializer`.
  public func serve(with initializer: @escaping Initializer) {
    handover.change { $0.initializer = initializer }
  }

  /// Told of failures to accept, on an event loop.
  public func onAcceptFailure(_ report: @escaping @Sendable (AcceptFailure) -> Void) {
    handover.change { $0.onAcceptFailure = report }
  }

  /// Stops accepting and frees the address. Connections already accepted live on.
  @discardableResult
  public func close() -> EventLoopFuture<Void> {
    let loop = channels[0].eventLoop
    return EventLoopFuture.andAllComplete(channels.map { $0.close() }, on: loop)
  }

  private static func collect(
    _ bound: [EventLoopFuture<Channel>], _ options: ListenerOptions, _ handover: Handover, on loop: EventLoop
  ) -> EventLoopFuture<Listener> {
    EventLoopFuture.whenAllComplete(bound, on: loop).flatMapThrowing { results in
      do {
        let channels = try results.map { try $0.get() }
        return Listener(options: options, channels: channels, handover: handover)
      } catch {
        for result in results { try? result.get().close(promise: nil) }
        throw error
      }
    }
  }

  private static func bootstrap(
    _ options: ListenerOptions, _ handover: Handover, acceptor: EventLoop, children: EventLoopGroup
  ) -> ServerBootstrap {
    var bootstrap = ServerBootstrap(group: acceptor, childGroup: children)
      .serverChannelOption(.backlog, value: options.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.maxMessagesPerRead, value: 16)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pause = AcceptPauseHandler { handover.failed($0, on: channel.eventLoop) }
          try channel.pipeline.syncOperations.addHandler(pause)
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: options.allowsHalfClosure)
      .childChannelOption(
        .writeBufferWaterMark, value: .init(low: options.lowWaterMark, high: options.highWaterMark)
      )
      .childChannelInitializer { channel in handover.current.initializer(channel) }
    if options.reusePort { bootstrap = bootstrap.serverChannelOption(.socketOption(.reusePort), value: 1) }
    if options.keepAlive { bootstrap = bootstrap.childChannelOption(.socketOption(.so_keepalive), value: 1) }
    if let size = options.receiveBuffer {
      bootstrap = bootstrap.serverChannelOption(.socketOption(.so_rcvbuf), value: .init(size))
    }
    if let size = options.sendBuffer {
      bootstrap = bootstrap.serverChannelOption(.socketOption(.so_sndbuf), value: .init(size))
    }
    return bootstrap
  }
}
