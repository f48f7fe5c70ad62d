import Cryptography

/// RFC 5280 §4.2.2.1.
public struct AuthorityInformationAccess: ExtensionValue {
  public static let oid = OID.authorityInformationAccess
  public var descriptions: [AccessDescription]

  public struct AccessDescription: Hashable, Sendable {
    public var method: OID
    public var location: GeneralName

    public init(method: OID, location: GeneralName) {
      self.method = method
      self.location = location
    }
  }

  public init(_ descriptions: [AccessDescription]) { self.descriptions = descriptions }

  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    var content = try reader.enter()
    descriptions = []
    while !content.isAtEnd {
      var description = try content.enter()
      let method = OID(checked: description.content(try description.readObjectIdentifier()))
      descriptions.append(AccessDescription(method: method, location: try GeneralName(reading: &description)))
      try description.finish()
    }
    if descriptions.isEmpty { throw DERError(.emptySequence, at: start) }
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence {
      for description in descriptions {
        $0.sequence {
          $0.objectIdentifier(description.method.bytes)
          description.location.write(to: &$0)
        }
      }
    }
  }

  /// The URIs given for `method`, in order.
  public func uris(_ method: OID) -> [String] {
    descriptions.filter { $0.method == method }.compactMap {
      if case .uri(let uri) = $0.location { uri } else { nil }
    }
  }
}
