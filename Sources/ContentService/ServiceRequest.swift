/// A request as a content service sees it: read whole, its limits already checked.
public struct ServiceRequest: Sendable {
  /// As sent: `GET`, `POST`.
  public var method: String
  /// The whole path, decoded, dot segments and double slashes merged.
  public var path: String
  /// What of the path follows the location's name and a slash, still percent-encoded and nothing merged.
  public var subpath: String
  /// Without its question mark; empty where there is none.
  public var query: String
  /// The last field of each name, names in lower case.
  public var fields: [String: String]
  public var body: [UInt8]

  public init(
    method: String, path: String = "/", subpath: String = "", query: String = "", fields: [String: String] = [:],
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.subpath = subpath
    self.query = query
    self.fields = fields
    self.body = body
  }
}
