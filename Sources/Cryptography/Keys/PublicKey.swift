import CNIOBoringSSL

/// A public key: its `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) and what was made of it. Equal when the encodings are.
public struct PublicKey: Sendable, Hashable {
  public let subjectPublicKeyInfo: [UInt8]
  public let type: KeyType
  /// Nil for a DSA key without parameters, which BoringSSL does not take.
  let key: EVPKey?

  init(subjectPublicKeyInfo: [UInt8], key: EVPKey?) {
    self.subjectPublicKeyInfo = subjectPublicKeyInfo
    self.key = key
    type = key?.type ?? .dsa(bits: 0)
  }

  /// - Throws: `.malformed` when it is not one, `.invalidKey` when the algorithm is unknown or the key is refused.
  public init(subjectPublicKeyInfo: [UInt8]) throws(CryptographyError) {
    let isBareDSA = try CryptographyError.reading(.subjectPublicKeyInfo) { () throws(DERError) in
      let (algorithm, _) = try Self.parts(subjectPublicKeyInfo)
      return algorithm == Self.bareDSA
    }
    if isBareDSA {
      self.init(subjectPublicKeyInfo: subjectPublicKeyInfo, key: nil)
      return
    }
    let algorithms = EVPKey.algorithms
    guard
      let pointer = EVP_PKEY_from_subject_public_key_info(
        subjectPublicKeyInfo, subjectPublicKeyInfo.count, algorithms, algorithms.count)
    else { throw .invalidKey(reason: LibraryReason.take()) }
    self.init(subjectPublicKeyInfo: subjectPublicKeyInfo, key: EVPKey(owning: pointer))
  }

  public static func == (a: PublicKey, b: PublicKey) -> Bool { a.subjectPublicKeyInfo == b.subjectPublicKeyInfo }

  public func hash(into hasher: inout Hasher) { hasher.combine(subjectPublicKeyInfo) }

  /// A DSA key that leaves its parameters to its issuer's key (RFC 3279 §2.3.2). Its type says 0 bits, and it verifies
  /// nothing.
  public var needsParameters: Bool { key == nil }

  /// This key with the DSA parameters of `issuer`; itself when it needs none; nil when `issuer` has none to give.
  public func inheritingParameters(from issuer: PublicKey) -> PublicKey? {
    guard needsParameters else { return self }
    guard case .dsa = issuer.type, !issuer.needsParameters, let own = try? Self.parts(subjectPublicKeyInfo),
      let inherited = try? Self.parts(issuer.subjectPublicKeyInfo)
    else { return nil }
    let info = DERWriter.bytes {
      $0.sequence {
        $0.raw(inherited.algorithm)
        $0.raw(own.key)
      }
    }
    return try? PublicKey(subjectPublicKeyInfo: info)
  }

  private static let bareDSA = DERWriter.bytes {
    $0.sequence { $0.objectIdentifier(ObjectIdentifiers.dsa) }
  }

  /// The `AlgorithmIdentifier` and the BIT STRING, both whole.
  private static func parts(_ info: [UInt8]) throws(DERError) -> (algorithm: [UInt8], key: [UInt8]) {
    var outer = DERReader(info)
    var content = try outer.enter()
    try outer.finish()
    let algorithm = content.whole(try content.read(.sequence))
    let start = content.position
    _ = try content.readBitString()
    try content.finish()
    return (algorithm, Array(info[start..<content.position]))
  }

  /// Lends the `EVP_PKEY`, which must not be kept without a reference of its own nor changed.
  /// Nil when `needsParameters`.
  public func withEVPKey<R>(_ body: (OpaquePointer) throws -> R) rethrows -> R? {
    guard let key else { return nil }
    return try withExtendedLifetime(key) { try body(key.pointer) }
  }
}
