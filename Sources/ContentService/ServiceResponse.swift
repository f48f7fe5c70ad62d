/// What a content service answers; the gateway adds Date, Server, Content-Length and connection fields, and answers
/// conditional requests by the validators given here.
public struct ServiceResponse: Sendable {
  public var status: Int
  public var contentType: String?
  /// With its quotes (RFC 9110 §8.8.3).
  public var etag: String?
  /// Seconds since 1970.
  public var lastModified: Int64?
  /// Seconds since 1970.
  public var expires: Int64?
  /// Further fields, in the order in which they are sent.
  public var fields: [(name: String, value: String)]
  /// With a status of 400 and above an empty one gives way to the gateway's error page.
  public var body: [UInt8]
  /// For the error log: what went wrong on this side.
  public var problem: String?

  public init(
    status: Int, contentType: String? = nil, fields: [(name: String, value: String)] = [], body: [UInt8] = [],
    problem: String? = nil
  ) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
    self.problem = problem
  }
}
