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

/// Tells of errors of accepting before they are swallowed.
final class AcceptErrorReporter: ChannelInboundHandler {
  typealias InboundIn = Channel
  typealias InboundOut = Channel

  private let report: @Sendable (Error) -> Void

  init(_ report: @escaping @Sendable (Error) -> Void) { self.report = report }

  func errorCaught(context: ChannelHandlerContext, error: Error) {
    report(error)
    context.fireErrorCaught(error)
  }
}
