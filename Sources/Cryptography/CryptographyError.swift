/// What can go wrong with keys, signatures and containers. Carries data, never prose for a user.
public enum CryptographyError: Error, Hashable, Sendable {
  /// Not the DER structure it should be.
  case malformed(Structure, DERError)
  /// The library refused bytes whose framing was right (a point off its curve, an RSA key of 100 bits).
  case invalidKey(reason: LibraryReason)
  /// The key is of a kind this program does not use here.
  case unsupportedKey(String)
  /// An encryption scheme, key derivation or cipher that is not known; `name` is its name or dotted OID.
  case unsupportedEncryption(name: String)
  /// The key is encrypted and no passphrase was at hand.
  case passphraseRequired
  /// The passphrase does not open the key or the container.
  case wrongPassphrase
  /// A PEM text without any private key in it.
  case noPrivateKey
  /// A fault of the PEM armour.
  case pem(PEMError)
  /// The signature algorithm cannot be used with a key of this type.
  case algorithmMismatch(key: KeyType, algorithm: SignatureAlgorithm)
  /// A cost parameter (PBKDF2 iterations, scrypt memory, RSA bits) outside of what is accepted.
  case costOutOfRange(Int)
  /// The library failed for a reason of its own.
  case boringSSLFailure(reason: LibraryReason)

  /// The structure that was being read.
  public enum Structure: String, Hashable, Sendable {
    case privateKey = "private key"
    case encryptedPrivateKey = "encrypted private key"
    case subjectPublicKeyInfo = "SubjectPublicKeyInfo"
    case pkcs12 = "PKCS#12"
  }
}

/// The oldest entry of BoringSSL's error queue: enough to find the line that refused.
public struct LibraryReason: Hashable, Sendable, CustomStringConvertible {
  public var code: UInt32
  public var description: String

  public init(code: UInt32, description: String) {
    self.code = code
    self.description = description
  }
}
