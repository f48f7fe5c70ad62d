import HTTPWire
import NIOCore

/// One request on its way through the phases; confined to the exchange's event loop.
///
/// Bytes are `[UInt8]` throughout: what a client sends need not be UTF-8.
final class Request {
  let exchange: Exchange
  let head: HTTPRequestHead
  var connection: ClientConnection { exchange.connection }
  let startTime: NIODeadline

  /// The server whose configuration applies, by Host.
  var server: ServerRuntime
  /// `nil` until a location was found.
  var location: LocationRuntime?

  /// `$request_uri`: the target's path and query as received.
  var unparsedURI: [UInt8] = []
  /// `$uri`: decoded, dot segments and slashes merged; changed by internal redirects.
  var uri: [UInt8] = []
  /// `$args`, without the `?`.
  var args: [UInt8] = []
  /// `$host`: lower case, without port; from the target, the Host field or the server's name.
  var host: [UInt8] = []

  /// `set` variables, by the index the configuration's compiler gave them.
  var variables: [[UInt8]?] = []
  /// The last regular expression that matched, for `$1` … `$9`.
  var captures = RegexCaptures()

  /// The response as it will be sent; filled by content handlers, finished by the header filters.
  var response = ResponseState()
  /// Counts internal redirects: ten at most, as nginx.
  var internalRedirects = 0
  /// Whoever takes the request's body: the proxy, or the discarding default.
  var bodyConsumer: RequestBodyConsumer?

  init(exchange: Exchange, head: HTTPRequestHead, server: ServerRuntime) {
    self.exchange = exchange
    self.head = head
    self.server = server
    self.startTime = .now()
  }
}

/// Takes the body of a request as it arrives.
protocol RequestBodyConsumer: AnyObject {
  func received(body: ByteBuffer)
  func receivedBodyEnd(trailers: HTTPFields?)
  func requestFailed(_ reason: RequestFailure)
}

/// Produces the response of a location: static files, `return`, `proxy_pass`, the CA's services.
///
/// A handler calls `request.send…` or `request.finalize(status:)` exactly once in the end, now or later on the same event loop.
protocol ContentHandler: Sendable {
  func handle(_ request: Request)
}
