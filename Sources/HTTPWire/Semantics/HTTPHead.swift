/// A request's method (RFC 9110 §9).
public enum HTTPMethod: Hashable, Sendable {
  case get, head, post, put, delete, options, connect, trace, patch
  case mkcol, copy, move, propfind, proppatch, lock, unlock
  case other([UInt8])
}

public struct HTTPVersion: Hashable, Sendable, Comparable {
  public var major: UInt8
  public var minor: UInt8
  public init(_ major: UInt8, _ minor: UInt8) {
    self.major = major
    self.minor = minor
  }
  public static let http1_0 = HTTPVersion(1, 0)
  public static let http1_1 = HTTPVersion(1, 1)
  public static let http2 = HTTPVersion(2, 0)
  public static func < (a: HTTPVersion, b: HTTPVersion) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
}

public struct HTTPRequestHead: Sendable {
  public var method: HTTPMethod
  /// As received: origin-form, absolute-form, authority-form or `*`; never empty.
  public var target: [UInt8]
  public var version: HTTPVersion
  public var fields: HTTPFields
  /// HTTP/2's `:authority`, or the authority of an absolute-form target; `nil` where there is none.
  public var authority: [UInt8]?
  /// HTTP/2's `:scheme`, or the scheme of an absolute-form target.
  public var scheme: [UInt8]?
  /// What the client sent in place of a request line, where it could not be read as one; for the log.
  public var malformedLine: [UInt8]?

  public init(method: HTTPMethod, target: [UInt8], version: HTTPVersion, fields: HTTPFields) {
    self.method = method
    self.target = target
    self.version = version
    self.fields = fields
  }
}

public struct HTTPResponseHead: Sendable {
  public var status: Int
  /// The reason phrase where it is not the standard one (as an upstream sent it).
  public var reason: [UInt8]?
  public var version: HTTPVersion
  public var fields: HTTPFields

  public init(status: Int, reason: [UInt8]? = nil, version: HTTPVersion = .http1_1, fields: HTTPFields = HTTPFields()) {
    self.status = status
    self.reason = reason
    self.version = version
    self.fields = fields
  }
}
