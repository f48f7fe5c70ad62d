import CNIOBoringSSL

/// A private key. Immutable; a copy shares the key.
public struct PrivateKey: Sendable {
  let key: EVPKey
  public let type: KeyType

  init(_ key: EVPKey) {
    self.key = key
    type = key.type
  }

  /// A PKCS#8 `PrivateKeyInfo` (RFC 5208 §5, RFC 5958). Attributes are ignored.
  /// - Throws: `.malformed` when it is not one, `.invalidKey` when the key in it is refused.
  public init(pkcs8DER: [UInt8]) throws(CryptographyError) {
    do throws(DERError) {
      var outer = DERReader(pkcs8DER)
      _ = try outer.enter()
      try outer.finish()
    } catch { throw .malformed(.privateKey, error) }
    let algorithms = EVPKey.algorithms
    guard
      let pointer = EVP_PKEY_from_private_key_info(
        pkcs8DER, pkcs8DER.count, algorithms, algorithms.count)
    else { throw .invalidKey(reason: LibraryReason.take()) }
    self.init(EVPKey(owning: pointer))
  }

  /// The public half.
  public var publicKey: PublicKey {
    let info = EVPKey.marshalled { EVP_marshal_public_key($0, key.pointer) }
    return PublicKey(subjectPublicKeyInfo: info, key: key)
  }

  /// The key as an unencrypted PKCS#8 `PrivateKeyInfo`.
  public func pkcs8DER() -> [UInt8] {
    EVPKey.marshalled { EVP_marshal_private_key($0, key.pointer) }
  }

  /// As `pkcs8PEM`, in memory that is overwritten when it is no longer needed.
  public var secretPEM: SecretBytes {
    var der = pkcs8DER()
    defer { der.wipe() }
    var pem = PEMArmour.encode(label: "PRIVATE KEY", der: der)
    return SecretBytes(wiping: &pem)
  }

  /// As `pkcs8DER`, in a "PRIVATE KEY" armour.
  public func pkcs8PEM() -> [UInt8] {
    PEMArmour.encode(label: "PRIVATE KEY", der: pkcs8DER())
  }

  /// SHA-256, or the curve's match: P-384 with SHA-384, P-521 with SHA-512 (RFC 5758 §3.2).
  public var defaultSignatureAlgorithm: SignatureAlgorithm {
    switch type {
    case .p384: .ecdsa(.sha384)
    case .p521: .ecdsa(.sha512)
    case .ed25519: .ed25519
    case .rsa: .rsaPKCS1(.sha256)
    case .dsa: .dsa(.sha256)
    case .p256, .other: .ecdsa(.sha256)
    }
  }

  /// Lends the `EVP_PKEY`, which must not be kept without a reference of its own nor changed.
  public func withEVPKey<R>(_ body: (OpaquePointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(key) { try body(key.pointer) }
  }
}
