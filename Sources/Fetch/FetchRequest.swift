/// What is asked of a server, and what the answer may cost.
public struct FetchRequest: Sendable {
  public enum Method: String, Hashable, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
  }

  /// A field of the request. CR, LF and NUL are dropped from name and value.
  public struct Field: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public var method: Method
  public var url: FetchURL
  /// Beside `Host`, `Connection`, `User-Agent` and `Content-Length`, which are the request's own.
  public var fields: [Field]
  public var body: [UInt8]
  public var limits = FetchLimits()
  public var redirects = RedirectRule.none
  public var reach = AddressReach.anywhere
  /// Whom a https server must be vouched for by, and what we show it; without it https is refused.
  public var tls: FetchTLS?

  public init(
    _ method: Method = .get, _ url: FetchURL, fields: [Field] = [], body: [UInt8] = [], tls: FetchTLS? = nil
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.tls = tls
  }
}

/// What a response may cost.
public struct FetchLimits: Hashable, Sendable {
  /// To one address, and again for the TLS handshake.
  public var connect = Duration.seconds(5)
  /// From the start to the last byte, names and redirects included.
  public var total = Duration.seconds(30)
  /// The response's fields altogether, in bytes.
  public var head = 16384
  /// In bytes.
  public var body = 1 << 20

  public init() {}
}

/// A whole response.
public struct FetchResponse: Sendable {
  public let status: Int
  public let body: [UInt8]
  /// Where it came from, after redirects.
  public let url: FetchURL
  private let fields: [FetchRequest.Field]

  init(status: Int, fields: [FetchRequest.Field], body: [UInt8], url: FetchURL) {
    self.status = status
    self.fields = fields
    self.body = body
    self.url = url
  }

  /// The first field of that name, whatever its case.
  public func field(_ name: String) -> String? {
    let wanted = name.lowercased()
    return fields.first { $0.name.lowercased() == wanted }?.value
  }
}
