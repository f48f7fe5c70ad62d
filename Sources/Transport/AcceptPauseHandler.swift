import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension NIOBSDSocket.Option {
  /// `SO_REUSEPORT`.
  static let reusePort = NIOBSDSocket.Option(rawValue: SO_REUSEPORT)
}

/// A connection could not be accepted.
public struct AcceptFailure: Sendable {
  /// How long after a failure another one belongs to the same shortage.
  static let episode = TimeAmount.seconds(10)

  public var error: IOError
  /// Whether none came shortly before: the one to be logged.
  public var isFirst: Bool
  public var loop: EventLoop

  /// Whether descriptors or memory are short, so that trying again at once is of no use: accepting pauses.
  public var isShortage: Bool { Self.isShortage(error) }

  static func isShortage(_ error: IOError) -> Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) }
}

/// Stops accepting for half a second when it fails, as nginx does: the connection that could not be accepted is still
/// there, and the socket would be found ready again at once, for ever.
///
/// The channel is taken off the selector by way of its automatic reading: a read that failed stays pending, so that
/// withholding the next one changes nothing.
final class AcceptPauseHandler: ChannelInboundHandler {
  typealias InboundIn = Channel
  typealias InboundOut = Channel

  private static let pause = TimeAmount.milliseconds(500)

  private let report: (IOError) -> Void
  private var resumption: Scheduled<Void>?

  init(_ report: @escaping (IOError) -> Void) { self.report = report }

  func errorCaught(context: ChannelHandlerContext, error: Error) {
    guard let error = error as? IOError else { return context.fireErrorCaught(error) }
    report(error)
    guard AcceptFailure.isShortage(error), resumption == nil else { return }
    let options = context.channel.syncOptions
    try? options?.setOption(.autoRead, value: false)
    resumption = context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [weak self] in
      self?.resumption = nil
      try? options?.setOption(.autoRead, value: true)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    resumption?.cancel()
    context.fireChannelInactive()
  }
}
