/// How a `TLSHandler` behaves towards its channel.
public struct TLSHandlerOptions: Sendable {
  /// From the connection's start to the handshake's end; `nil`: no limit.
  public var handshakeTimeout: Duration? = .seconds(60)
  /// How long a closing channel waits for a peer that takes none of our last bytes before the transport is cut.
  ///
  /// As nginx's send_timeout: the kernel tells of room in large steps only, so that a short time cuts slow readers off.
  public var closeTimeout: Duration = .seconds(60)
  /// How long a channel stays open after a fatal alert, so that a reset does not destroy it on its way.
  public var lingerTimeout: Duration = .seconds(1)
  /// Whether a server looks for plain HTTP where a ClientHello should be.
  public var detectsPlaintext = true
  /// Whether the peer's close_notify closes the channel, after `TLSPeerClosed`.
  public var closesWithPeer = true
  /// Whether the handler keeps the facts after it has fired them.
  public var keepsFacts = false

  public init() {}
}
