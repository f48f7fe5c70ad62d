import Cryptography

/// RFC 7633 §4: the TLS extensions that a server with this certificate promises to answer.
public struct TLSFeature: ExtensionValue {
  public static let oid = OID.tlsFeature
  /// `status_request` (RFC 6066 §8): "Must-Staple".
  public static let statusRequest = 5

  public var features: [Int]

  public init(_ features: [Int]) { self.features = features }

  public init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    features = []
    while !content.isAtEnd { features.append(try content.readUnsigned()) }
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence { for feature in features { $0.integer(feature) } }
  }
}
