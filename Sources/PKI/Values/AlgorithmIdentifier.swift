import Cryptography

/// An `AlgorithmIdentifier` (RFC 5280 §4.1.1.2): any algorithm, known or not.
public struct AlgorithmIdentifier: Hashable, Sendable {
  public var oid: OID
  /// The parameters' DER, or nil when there are none.
  public var parameters: [UInt8]?

  public init(oid: OID, parameters: [UInt8]? = nil) {
    self.oid = oid
    self.parameters = parameters
  }

  init(reading reader: inout DERReader) throws(DERError) {
    var inside = try reader.enter()
    oid = OID(checked: inside.content(try inside.readObjectIdentifier()))
    parameters = inside.isAtEnd ? nil : inside.whole(try inside.next())
    try inside.finish()
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence {
      $0.objectIdentifier(oid.bytes)
      if let parameters { $0.raw(parameters) }
    }
  }
}
