/// How a listener's socket, and those it accepts, are set up.
public struct ListenerOptions: Hashable, Sendable {
  /// Connections that the kernel holds ready.
  public var backlog: Int32 = 511
  /// One socket for each event loop, among which the kernel shares connections out (`SO_REUSEPORT`).
  public var reusePort = false
  /// An IPv6 socket takes no IPv4 connections (`IPV6_V6ONLY`).
  public var ipv6Only = true
  /// Bytes; `nil`: the system's.
  public var receiveBuffer: Int32?
  public var sendBuffer: Int32?
  /// Whether the kernel probes idle connections (`SO_KEEPALIVE`).
  public var keepAlive = false
  /// Whether a peer may end its sending side and still be written to.
  public var allowsHalfClosure = false
  /// Bytes of unsent output at which a channel stops being writable, and at which it is writable again.
  public var highWaterMark = 64 * 1024
  public var lowWaterMark = 32 * 1024

  public init() {}
}
