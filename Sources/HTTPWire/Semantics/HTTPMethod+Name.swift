extension HTTPMethod {
  /// The method of that name; names are case-sensitive (RFC 9110 §9.1).
  public init(name: UnsafeRawBufferPointer) {
    for known in Self.named where known.name.utf8CodeUnitCount == name.count {
      if known.name.fieldBytes.equals(name) {
        self = known.method
        return
      }
    }
    self = .other(Array(name))
  }

  /// `nil` where the name is no token (RFC 9110 §5.6.2).
  public init?(token name: [UInt8]) {
    guard !name.isEmpty, name.allSatisfy({ (1...3).contains(FieldNameByte.classes[Int($0)]) }) else { return nil }
    self = name.withUnsafeBytes { HTTPMethod(name: $0) }
  }

  /// Lends the method's name.
  public func withName<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    if case .other(let name) = self { return try name.withUnsafeBytes(body) }
    return try body(standardName.fieldBytes)
  }

  /// The method's name as sent.
  public var name: [UInt8] { withName { Array($0) } }

  private static let named: [(name: StaticString, method: HTTPMethod)] = [
    ("GET", .get), ("POST", .post), ("HEAD", .head), ("PUT", .put), ("DELETE", .delete), ("OPTIONS", .options),
    ("PATCH", .patch), ("CONNECT", .connect), ("TRACE", .trace), ("MKCOL", .mkcol), ("COPY", .copy), ("MOVE", .move),
    ("PROPFIND", .propfind), ("PROPPATCH", .proppatch), ("LOCK", .lock), ("UNLOCK", .unlock),
  ]

  private var standardName: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .connect: "CONNECT"
    case .trace: "TRACE"
    case .patch: "PATCH"
    case .mkcol: "MKCOL"
    case .copy: "COPY"
    case .move: "MOVE"
    case .propfind: "PROPFIND"
    case .proppatch: "PROPPATCH"
    case .lock: "LOCK"
    case .unlock: "UNLOCK"
    case .other: ""
    }
  }
}
