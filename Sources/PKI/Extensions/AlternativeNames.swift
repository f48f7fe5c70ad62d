import Cryptography

/// RFC 5280 §4.2.1.6.
public struct SubjectAlternativeName: ExtensionValue {
  public static let oid = OID.subjectAlternativeName
  public var names: [GeneralName]

  public init(_ names: [GeneralName]) { self.names = names }

  public init(reading reader: inout DERReader) throws(DERError) { names = try GeneralName.sequence(&reader) }

  public func write(to writer: inout DERWriter) { GeneralName.write(names, to: &writer) }
}

/// RFC 5280 §4.2.1.7.
public struct IssuerAlternativeName: ExtensionValue {
  public static let oid = OID.issuerAlternativeName
  public var names: [GeneralName]

  public init(_ names: [GeneralName]) { self.names = names }

  public init(reading reader: inout DERReader) throws(DERError) { names = try GeneralName.sequence(&reader) }

  public func write(to writer: inout DERWriter) { GeneralName.write(names, to: &writer) }
}
