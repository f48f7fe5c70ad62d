import HTTPWire

/// How a response's body is framed, and which fields of the connection its head gets (RFC 9112 §6, §9.3).
struct HTTP1ResponsePlan {
  private(set) var head: HTTPResponseHead
  private(set) var framing: HTTP1Exchange.Framing
  private let isUpgrade: Bool
  private var announcedLength: Int?

  /// - Parameter allowsChunks: the client knows chunks (HTTP/1.1) and the configuration does not forbid them.
  init(_ head: HTTPResponseHead, isHead: Bool, allowsChunks: Bool, hasBody: Bool) {
    self.head = head
    isUpgrade = head.status == 101
    var length: Int?
    var hasConnectionFields = false
    head.fields.forEach { name, value in
      switch name.count {
      case 14 where name.equalsIgnoringCase("content-length"): length = decimalNumber(value)
      case 10 where name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive"),
        17 where name.equalsIgnoringCase("transfer-encoding"):
        hasConnectionFields = true
      default: break
      }
    }
    let isBodyless = head.status == 204 || head.status == 304 || head.status < 200
    if isHead || isBodyless {
      framing = .suppressed
    } else if let length {
      framing = .length(left: length)
    } else if !hasBody {
      framing = .length(left: 0)
      self.head.fields.append(name: "Content-Length", value: "0")
    } else {
      framing = allowsChunks ? .chunked : .untilClose
    }
    announcedLength = length
    if hasConnectionFields { dropConnectionFields() }
  }

  /// For the head and a small body.
  var spaceNeeded: Int { 160 + head.fields.encodedLength + min(announcedLength ?? 0, 16 << 10) }

  mutating func addKeepAliveField(_ timeout: Duration?) {
    guard let timeout else { return }
    head.fields.append(name: "Keep-Alive", value: "timeout=\(timeout.components.seconds)")
  }

  /// `$sent_http_connection` and its kin.
  func text(of field: ConnectionField, keepsAlive: Bool) -> String? {
    switch field {
    case .connection: isUpgrade ? "upgrade" : keepsAlive ? "keep-alive" : "close"
    case .keepAlive: head.fields["keep-alive"]
    case .transferEncoding: if case .chunked = framing { "chunked" } else { nil }
    }
  }

  func lines(keepsAlive: Bool) -> StaticString {
    if isUpgrade { return "Connection: upgrade\r\n" }
    if case .chunked = framing {
      return keepsAlive
        ? "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n"
        : "Transfer-Encoding: chunked\r\nConnection: close\r\n"
    }
    return keepsAlive ? "Connection: keep-alive\r\n" : "Connection: close\r\n"
  }

  /// These are this side's to say, whatever an upstream said.
  private mutating func dropConnectionFields() {
    head.fields.remove("connection")
    head.fields.remove("keep-alive")
    head.fields.remove("transfer-encoding")
  }
}
