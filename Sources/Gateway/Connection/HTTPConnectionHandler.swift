import NIOCore

/// HTTP on one client connection, below which stands TLS or the socket.
final class HTTPConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let connection: ClientConnection

  init(_ connection: ClientConnection) { self.connection = connection }
}
