import Cryptography

/// Ties a response to its request (RFC 9654 §2.1): 1 to 128 octets; 32 are recommended.
public struct OCSPNonce: ExtensionValue {
  public static let oid = OID.ocspNonce
  public var octets: [UInt8]

  public init(_ octets: [UInt8]) { self.octets = octets }

  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    octets = try reader.readOctetString()
    guard (1...128).contains(octets.count) else { throw DERError(.integerOutOfRange, at: start) }
  }

  public func write(to writer: inout DERWriter) { writer.octetString(octets) }
}
