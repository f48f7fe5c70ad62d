/// What a content service answers; the gateway adds Date, Server, Content-Length and connection fields.
public struct ServiceResponse: Sendable {
  public var status: Int
  /// In the order in which they are sent.
  public var fields: [(name: String, value: String)]
  public var body: [UInt8]

  public init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}
