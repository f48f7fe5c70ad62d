import Cryptography

/// RFC 5280 §4.2.1.12: one or more purposes.
public struct ExtendedKeyUsage: ExtensionValue {
  public static let oid = OID.extendedKeyUsage
  public var purposes: [OID]

  public init(_ purposes: [OID]) { self.purposes = purposes }

  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    var content = try reader.enter()
    purposes = []
    while !content.isAtEnd { purposes.append(OID(checked: content.content(try content.readObjectIdentifier()))) }
    if purposes.isEmpty { throw DERError(.emptySequence, at: start) }
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence { for purpose in purposes { $0.objectIdentifier(purpose.bytes) } }
  }
}
