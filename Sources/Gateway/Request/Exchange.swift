import HTTPWire
import NIOCore

/// What carries one request and its response: an HTTP/1.1 connection's turn or an HTTP/2 stream.
///
/// Confined to `eventLoop`. An exchange frames (chunked, DATA, HEAD and 204 bodies suppressed), counts bytes and applies
/// keep-alive; it knows nothing of locations or phases.
protocol Exchange: AnyObject {
  var eventLoop: EventLoop { get }
  /// The request that this exchange tells of its body and its end; set by `Request.start()`, dropped after `exchangeEnded`.
  var events: RequestEvents? { get set }
  var connection: ClientConnection { get }
  /// Whether everything sent so far has been taken by the transport; `RequestEvents.responseWritable` follows a `false`.
  var isWritable: Bool { get }
  /// How many bytes of the body are welcome, as a measure for whoever has more than that.
  var room: Int { get }
  /// Body bytes sent to the client so far, and all bytes with heads and framing.
  var bodyBytesSent: Int { get }
  var bytesSent: Int { get }
  /// Bytes of the request as received: head and body.
  var requestLength: Int { get }
  var requestsOnConnection: Int { get }
  /// The client sent the request before it had the response to the last one.
  var isPipelined: Bool { get }
  /// The request has a body, perhaps an empty one, and does not say how long it is.
  var hasUnsizedBody: Bool { get }

  /// What the exchange itself said of the connection in the head; `nil` where it said nothing (yet).
  func sentField(_ field: ConnectionField) -> String?
  /// Sends 100, 103 and other 1xx heads.
  func sendInformational(_ head: HTTPResponseHead)
  /// Sends the head, and thereby opens the way for the body. With `end` there is no body. Without Content-Length the exchange
  /// chooses the framing.
  func send(_ head: HTTPResponseHead, by warrant: Warrant, end: Bool)
  func send(_ body: ByteBuffer)
  func finish(trailers: HTTPFields?)
  /// Pushes out what is buffered.
  func flush()
  /// The response can't be completed: the connection is closed, or the stream reset.
  func abort()
  /// After this response the connection is closed (HTTP/1.1) whatever the client asked.
  func disableKeepAlive()

  /// Starts, or goes on with, the delivery of the request's body to `events`; `pauseBody` stops it.
  func resumeBody()
  func pauseBody()
  /// Reads and drops what is left of the body (bounded), so that the connection can be kept.
  ///
  /// - Returns: `false` where what has come of it is malformed.
  func discardBody() -> Bool
  /// After a 101 head: the connection becomes a tunnel of bytes; `nil` where this exchange can't (HTTP/2).
  func upgradeToTunnel() -> ClientTunnel?
}

extension Exchange {
  var room: Int { isWritable ? 64 << 10 : 0 }
  var isPipelined: Bool { false }
  var hasUnsizedBody: Bool { false }
  func sentField(_ field: ConnectionField) -> String? { nil }
}

/// Fields that no handler sets.
enum ConnectionField { case connection, keepAlive, transferEncoding }

/// What an exchange tells its request, on the event loop.
protocol RequestEvents: AnyObject {
  func received(body: ByteBuffer)
  func receivedBodyEnd(trailers: HTTPFields?)
  /// The client is gone or broke the protocol in the middle of the body.
  func requestFailed(_ reason: RequestFailure)
  func responseWritable()
  /// The last byte of the response has been handed to the transport, or the exchange was aborted: time to log.
  func exchangeEnded()
}

enum RequestFailure: Error {
  case clientClosed
  case malformedBody
  case bodyTimeout
  /// More than `client_max_body_size`.
  case bodyTooLarge
  case sendTimeout
}

/// The raw bytes of an upgraded client connection.
protocol ClientTunnel: AnyObject {
  var isWritable: Bool { get }
  var onBytes: ((ByteBuffer) -> Void)? { get set }
  var onWritable: (() -> Void)? { get set }
  /// The client closed its side, or the connection failed.
  var onClose: (() -> Void)? { get set }
  func send(_ bytes: ByteBuffer)
  func pause()
  func resume()
  func close()
}
