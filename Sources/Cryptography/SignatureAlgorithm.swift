/// How a signature is made. The digest is part of it, except for Ed25519.
public enum SignatureAlgorithm: Hashable, Sendable {
  case ecdsa(Digest)
  case rsaPKCS1(Digest)
  /// RSASSA-PSS with MGF1 over the same digest; the salt's length is in bytes.
  case rsaPSS(Digest, saltLength: Int)
  case ed25519
  case dsa(Digest)

  public var digest: Digest? {
    switch self {
    case .ecdsa(let digest), .rsaPKCS1(let digest), .rsaPSS(let digest, _), .dsa(let digest): digest
    case .ed25519: nil
    }
  }

  /// Whether a key of this type can make or check such a signature.
  public func fits(_ type: KeyType) -> Bool {
    switch (self, type) {
    case (.ecdsa, .p256), (.ecdsa, .p384), (.ecdsa, .p521), (.ed25519, .ed25519): true
    case (.rsaPKCS1, .rsa), (.rsaPSS, .rsa), (.dsa, .dsa): true
    case (.ecdsa, .other(let name)): name == "P-224"
    default: false
    }
  }
}
