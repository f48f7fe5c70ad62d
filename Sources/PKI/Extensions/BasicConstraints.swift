import Cryptography

/// RFC 5280 §4.2.1.9.
///
///     BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
public struct BasicConstraints: ExtensionValue {
  public static let oid = OID.basicConstraints
  public var isCA: Bool
  /// How many intermediate certificates that are not self-issued may follow.
  public var pathLength: Int?

  public init(isCA: Bool, pathLength: Int? = nil) {
    self.isCA = isCA
    self.pathLength = pathLength
  }

  public init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    isCA = try content.readBooleanDefaultFalse()
    pathLength = content.nextTag == .integer ? try content.readUnsigned() : nil
    try content.finish()
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence {
      if isCA { $0.boolean(true) }
      if let pathLength { $0.integer(pathLength) }
    }
  }
}
