/// What follows the head of a request on its way to an upstream.
///
/// The body and its announcement are one value, so that no head can promise bytes that will not be sent: what an upstream
/// waits for in vain it takes from the next request of the connection.
enum UpstreamBody {
  /// Nothing follows, and nothing is announced.
  case none
  /// The client announced a body, none follows: `Content-Length: 0`.
  case empty
  /// All of it is here.
  case stored(RequestBodyBuffer)
  /// It is passed on as it arrives; in chunks where its length is not known.
  case streamed(length: Int?)

  /// How the body is delimited (RFC 9112 §6).
  enum Framing: Equatable {
    case none
    case length(Int)
    case chunked
  }

  var framing: Framing {
    switch self {
    case .none: .none
    case .empty: .length(0)
    case .stored(let buffer): .length(buffer.count)
    case .streamed(let length): length.map { .length($0) } ?? .chunked
    }
  }

  /// The bytes that are here.
  var stored: RequestBodyBuffer? {
    if case .stored(let buffer) = self { buffer } else { nil }
  }
}

extension [UInt8] {
  /// Appends the fields that delimit a body.
  mutating func append(framing: UpstreamBody.Framing) {
    switch framing {
    case .none: return
    case .length(let length):
      append(ascii: "Content-Length: ")
      append(decimal: length)
      append(ascii: "\r\n")
    case .chunked: append(ascii: "Transfer-Encoding: chunked\r\n")
    }
  }
}
