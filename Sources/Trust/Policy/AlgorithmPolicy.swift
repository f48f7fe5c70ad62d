import Cryptography

/// Which keys and hashes are strong enough. The trust anchor's own signature is never judged: nobody relies on it.
public struct AlgorithmPolicy: Hashable, Sendable {
  public var minimumRSABits: Int
  public var minimumDSABits: Int
  public var acceptsSHA1: Bool
  public var acceptsMD5: Bool

  public init(minimumRSABits: Int, minimumDSABits: Int, acceptsSHA1: Bool, acceptsMD5: Bool) {
    self.minimumRSABits = minimumRSABits
    self.minimumDSABits = minimumDSABits
    self.acceptsSHA1 = acceptsSHA1
    self.acceptsMD5 = acceptsMD5
  }

  /// OpenSSL's security level 2, which Debian sets: 112 bits, so RSA and DSA from 2048 bits and no SHA-1.
  public static let standard = Self(minimumRSABits: 2048, minimumDSABits: 2048, acceptsSHA1: false, acceptsMD5: false)
  /// For old estates and for looking at certificates that no TLS handshake will use: RSA and DSA from 1024 bits, SHA-1;
  /// MD5 stays refused.
  public static let legacy = Self(minimumRSABits: 1024, minimumDSABits: 1024, acceptsSHA1: true, acceptsMD5: false)

  /// A signature under such a key costs more than any is worth: the time for RSA grows with the square of the modulus,
  /// and who presents a chain chooses its keys.
  func isTooLarge(_ key: KeyType) -> Bool {
    switch key {
    case .rsa(let bits), .dsa(let bits): bits > Self.largestModulus
    default: false
    }
  }

  private static let largestModulus = 8192

  func accepts(_ key: KeyType) -> Bool {
    switch key {
    case .rsa(let bits): bits >= minimumRSABits && !isTooLarge(key)
    case .dsa(let bits): bits >= minimumDSABits && !isTooLarge(key)
    case .p256, .p384, .p521, .ed25519: true
    case .other: false
    }
  }

  func accepts(_ algorithm: SignatureAlgorithm) -> Bool {
    switch algorithm {
    case .ecdsa(let digest), .rsaPKCS1(let digest), .dsa(let digest): accepts(digest)
    case .rsaPSS(let digest, _): accepts(digest)
    case .ed25519: true
    }
  }

  private func accepts(_ digest: Digest) -> Bool {
    switch digest {
    case .md5: acceptsMD5
    case .sha1: acceptsSHA1
    default: true
    }
  }
}
