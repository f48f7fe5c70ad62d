import PKI

/// A CRL that the ledger has.
public struct WrittenCRL: Sendable {
  public let authority: String
  /// The PEM file; the DER one is beside it.
  public let path: String
  public let der: [UInt8]
  /// Hexadecimal.
  public let number: String
  public let entries: Int
  public let nextUpdate: UnixTime

  public var pem: [UInt8] { PEM.encode(label: "X509 CRL", der: der) }
}
