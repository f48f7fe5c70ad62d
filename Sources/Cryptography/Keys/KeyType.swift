/// The kind of a key and, where it varies, its size in bits.
public enum KeyType: Hashable, Sendable {
  case rsa(bits: Int), p256, p384, p521, ed25519, dsa(bits: Int)
  case other(String)
}

extension KeyType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .rsa(let bits): "RSA \(bits)"
    case .p256: "P-256"
    case .p384: "P-384"
    case .p521: "P-521"
    case .ed25519: "Ed25519"
    case .dsa(let bits): "DSA \(bits)"
    case .other(let name): name
    }
  }
}
