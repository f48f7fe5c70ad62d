import HTTPWire
import NIOCore

/// One request on its way through the phases; confined to the exchange's event loop.
///
/// Bytes are `[UInt8]` throughout: what a client sends need not be UTF-8. What every request touches many times is not
/// checked for exclusive access at run time: no access to it lasts over a call that could reach it again.
final class Request {
  let exchange: Exchange
  /// As received. What the phases may change (`method`, `uri`, `args`) is kept apart.
  let head: HTTPRequestHead
  let connection: ClientConnection
  let startTime: NIODeadline

  /// The server whose configuration applies, by Host.
  var server: ServerRuntime
  /// `nil` until a location was found.
  @exclusivity(unchecked) var location: LocationRuntime?
  /// The location's settings, or the server's where there is no location (yet).
  var effective: LocationRuntime { location ?? server.root }

  /// `$request_method`: an error page is fetched with GET.
  var method: HTTPMethod
  /// `$request_uri`: the target's path and query as received.
  @exclusivity(unchecked) var unparsedURI: [UInt8] = []
  /// `$uri`: decoded, dot segments and slashes merged; changed by internal redirects.
  @exclusivity(unchecked) var uri: [UInt8] = []
  /// `$args`, without the `?`.
  var args: [UInt8] = []
  /// `$host`: lower case, without port; from the target, the Host field or the server's name.
  @exclusivity(unchecked) var host: [UInt8] = []
  /// `$request_port`: the port of Host or of the target; 0 where none was given.
  var hostPort = 0

  /// `set` variables, by the index the configuration's compiler gave them.
  var variables: [AssignedValue?] = []
  /// The last regular expression that matched, for `$1` … `$9`.
  var captures = RegexCaptures()
  /// The client as a trusted proxy names it; `nil` where it is who is connected.
  var realClient: RealClient?
  /// `$request_id`, once it was asked for.
  var identifier: [UInt8]?

  /// The response as it will be sent; filled by content handlers, finished by the header filters.
  @exclusivity(unchecked) var response = ResponseState()
  /// Whoever takes the request's body: the proxy, or the discarding default.
  var bodyConsumer: RequestBodyConsumer?
  /// Whoever produces the response's body bit by bit.
  var producer: ResponseProducer?
  /// `$request_body`: set by whoever reads the whole body into memory.
  var bufferedBody: ByteBuffer?
  /// The body as the proxy read it: an error page may be proxied too.
  var proxiedBody: RequestBodyBuffer?
  /// Content-Length; `nil` where there is none or the body is chunked.
  var declaredBodyLength: Int?
  /// Body bytes received so far, for `client_max_body_size`.
  var bodyBytesReceived = 0

  /// `upstream: "…"` in error messages; set by the proxy while it talks to one.
  var upstreamText: String?

  /// Under which id the log says why the client's certificate was refused for this request.
  var refusalID: String?

  @exclusivity(unchecked) var phases = PhaseState()
  /// Whether the place's error log wants every step.
  @exclusivity(unchecked) var isTraced: Bool

  init(exchange: Exchange, head: HTTPRequestHead, server: ServerRuntime) {
    self.exchange = exchange
    connection = exchange.connection
    self.server = server
    isTraced = server.root.isTraced
    method = head.method
    self.head = head
    self.startTime = .now()
  }
}

/// Takes the body of a request as it arrives.
protocol RequestBodyConsumer: AnyObject {
  func received(body: ByteBuffer)
  func receivedBodyEnd(trailers: HTTPFields?)
  func requestFailed(_ reason: RequestFailure)
}

/// Sends a body that does not fit in one piece; set as `Request.producer`.
protocol ResponseProducer: AnyObject {
  /// The transport has taken what was sent: go on.
  func responseWritable()
  /// The exchange ended before `finishBody`: release what is held. Called at most once, and never after `finishBody`.
  func responseAborted()
}

/// Produces the response of a location: static files, `return`, `proxy_pass`, the CA's services.
///
/// A handler calls `request.send…` or `request.finalize(status:)` exactly once in the end, now or later on the same event loop.
protocol ContentHandler: Sendable {
  ///
  /// - Parameter admission: what gives the right to answer, and to ask an upstream.
  func handle(_ request: Request, _ admission: Admission)
}
