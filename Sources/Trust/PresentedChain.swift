import Cryptography

/// What a peer sent: certificates as DER, leaf first, nothing verified.
public struct PresentedChain: Hashable, Sendable {
  public let certificates: [[UInt8]]
  /// SHA-256 over each certificate preceded by its length (8 bytes, big endian).
  public let hash: [UInt8]

  public init(_ certificates: [[UInt8]]) {
    self.certificates = certificates
    hash = Self.hash(certificates)
  }

  /// The hash alone, for those who need no more.
  public static func hash(_ certificates: [[UInt8]]) -> [UInt8] {
    var hasher = SHA256Hasher()
    for certificate in certificates {
      withUnsafeBytes(of: UInt64(certificate.count).bigEndian) { hasher.update($0) }
      hasher.update(certificate)
    }
    return hasher.finalize()
  }

  public static func == (a: Self, b: Self) -> Bool { a.hash == b.hash }
  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
