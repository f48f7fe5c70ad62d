import Cryptography

/// A certificate chain with its private key and the status to staple.
public struct TLSCredential: Sendable {
  /// DER, leaf first; the root may be left out.
  public var chain: [[UInt8]]
  public var key: PrivateKey
  /// A DER `OCSPResponse` to staple when the client asks (RFC 6066 §8); `nil` staples nothing.
  public var ocspResponse: [UInt8]?

  public init(chain: [[UInt8]], key: PrivateKey, ocspResponse: [UInt8]? = nil) {
    self.chain = chain
    self.key = key
    self.ocspResponse = ocspResponse
  }
}
