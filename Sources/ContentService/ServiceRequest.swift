/// A request as a content service sees it: read whole, its limits already checked.
public struct ServiceRequest: Sendable {
  /// As sent: `GET`, `POST`.
  public var method: String
  /// What of the path follows the location's name, still percent-encoded, without a leading slash.
  public var subpath: String
  /// Without its question mark; empty where there is none.
  public var query: String
  /// The last field of each name, names in lower case.
  public var fields: [String: String]
  public var body: [UInt8]

  public init(
    method: String, subpath: String = "", query: String = "", fields: [String: String] = [:], body: [UInt8] = []
  ) {
    self.method = method
    self.subpath = subpath
    self.query = query
    self.fields = fields
    self.body = body
  }
}
