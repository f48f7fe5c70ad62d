import HTTPWire

/// What the phases have decided about the response so far.
struct ResponseState {
  var status = 0
  var fields = HTTPFields()
  var headSent = false
  /// The body's length where it is known.
  var contentLength: Int?
  /// The client is to be told to close.
  var isErrorPage = false
  /// `$upstream_*`: one entry a try.
  var upstreamTries: [UpstreamTry] = []
}

/// One attempt at an upstream server, for `$upstream_addr`, `$upstream_status`, `$upstream_response_time`.
struct UpstreamTry {
  var address: String
  var status: Int?
  var connectTime: Duration?
  var headerTime: Duration?
  var responseTime: Duration?
  var responseLength = 0
}

/// The groups of the last match: the subject and, for each group, where it lies.
struct RegexCaptures {
  var subject: [UInt8] = []
  var groups: [Range<Int>?] = []
}
