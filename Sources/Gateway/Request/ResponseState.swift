import HTTPWire

/// What the phases have decided about the response so far.
///
/// The properties for Content-Type, Content-Length, Last-Modified, ETag and Location win over fields of the same names;
/// a handler that relays a response (the proxy) may leave them `nil` and put all into `fields`.
struct ResponseState {
  var status = 0
  /// The reason phrase where it is not the standard one (as an upstream sent it).
  var reason: [UInt8]?
  /// Until the head is sent: what handlers add. Afterwards: the fields as sent.
  var fields = HTTPFields()
  var headSent = false
  /// What the configuration adds behind the body.
  var trailers = HTTPFields()
  /// The last body byte has been handed to the exchange.
  var isFinished = false
  var contentType: [UInt8]?
  /// The body's length where it is known.
  var contentLength: Int?
  /// Seconds since 1970.
  var lastModified: Int64?
  /// With its quotes.
  var etag: [UInt8]?
  /// Made absolute where it begins with a slash and `absolute_redirect` is on.
  var location: [UInt8]?
  /// Range requests may be answered with parts of the body.
  var allowsRanges = false
  /// If-Modified-Since and its kin are somebody else's business (the upstream's).
  var disablesNotModified = false
  /// What of the body is to be sent, once the head was sent with 206.
  var ranges: RangeSelection?
  /// The client is to be told to close.
  var isErrorPage = false
  /// `$upstream_*`: one entry a try.
  var upstreamTries: [UpstreamTry] = []
  /// `$upstream_http_*` and `$upstream_cookie_*`: the fields of the last upstream's response, before any was hidden.
  var upstreamFields: HTTPFields?
  /// `$upstream_trailer_*`.
  var upstreamTrailers: HTTPFields?
  /// `$proxy_host` and `$proxy_port`; `nil` where nothing was proxied.
  var proxyAuthority: ProxyAuthority?
}

/// The host and port that `proxy_pass` names.
struct ProxyAuthority {
  /// With the port unless it is the scheme's own.
  var host: [UInt8]
  var port: [UInt8]
}

/// One attempt at an upstream server, for `$upstream_addr`, `$upstream_status`, `$upstream_response_time`.
struct UpstreamTry {
  /// `nil`: no try but an internal redirect to another proxied location; it turns the `, ` between tries into ` : `.
  var address: String?
  var status: Int?
  var connectTime: Duration?
  var headerTime: Duration?
  var responseTime: Duration?
  /// Body bytes.
  var responseLength = 0
  var bytesReceived = 0
  var bytesSent = 0
}

/// The groups of the last match: the subject and, for each group, where it lies.
struct RegexCaptures {
  var subject: [UInt8] = []
  var groups: [Range<Int>?] = []
  /// The subject was percent-decoded.
  var isDecoded = false
}
