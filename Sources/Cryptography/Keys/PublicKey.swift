import CNIOBoringSSL

/// A public key: its `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) and what was made of it. Equal when the encodings are.
public struct PublicKey: Sendable, Hashable {
  public let subjectPublicKeyInfo: [UInt8]
  public let type: KeyType
  let key: EVPKey

  init(subjectPublicKeyInfo: [UInt8], key: EVPKey) {
    self.subjectPublicKeyInfo = subjectPublicKeyInfo
    self.key = key
    type = key.type
  }

  /// - Throws: `.malformed` when it is not one, `.invalidKey` when the algorithm is unknown or the key is refused.
  public init(subjectPublicKeyInfo: [UInt8]) throws(CryptographyError) {
    do throws(DERError) {
      var outer = DERReader(subjectPublicKeyInfo)
      var info = try outer.enter()
      try outer.finish()
      _ = try info.enter()
      _ = try info.readBitString()
      try info.finish()
    } catch { throw .malformed(.subjectPublicKeyInfo, error) }
    let algorithms = EVPKey.algorithms
    guard
      let pointer = EVP_PKEY_from_subject_public_key_info(
        subjectPublicKeyInfo, subjectPublicKeyInfo.count, algorithms, algorithms.count)
    else { throw .invalidKey(reason: LibraryReason.take()) }
    self.init(subjectPublicKeyInfo: subjectPublicKeyInfo, key: EVPKey(owning: pointer))
  }

  public static func == (a: PublicKey, b: PublicKey) -> Bool { a.subjectPublicKeyInfo == b.subjectPublicKeyInfo }

  public func hash(into hasher: inout Hasher) { hasher.combine(subjectPublicKeyInfo) }

  /// A DSA key that leaves its parameters to its issuer's key (RFC 3279 §2.3.2).
  public var needsParameters: Bool {
    EVP_PKEY_id(key.pointer) == EVP_PKEY_DSA && EVP_PKEY_missing_parameters(key.pointer) == 1
  }

  /// This key with the DSA parameters of `issuer`; itself when it needs none; nil when `issuer` has none to give.
  public func inheritingParameters(from issuer: PublicKey) -> PublicKey? {
    guard needsParameters else { return self }
    guard case .dsa = issuer.type, !issuer.needsParameters,
      let copy = EVP_PKEY_copy_public(key.pointer)
    else { return nil }
    let inherited = EVPKey(owning: copy)
    guard EVP_PKEY_copy_parameters(copy, issuer.key.pointer) == 1 else {
      _ = LibraryReason.take()
      return nil
    }
    let info = EVPKey.marshalled { EVP_marshal_public_key($0, copy) }
    return PublicKey(subjectPublicKeyInfo: info, key: inherited)
  }

  /// Lends the `EVP_PKEY`, which must not be kept without a reference of its own nor changed.
  public func withEVPKey<R>(_ body: (OpaquePointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(key) { try body(key.pointer) }
  }
}
