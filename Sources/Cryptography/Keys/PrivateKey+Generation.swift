import CNIOBoringSSL

extension PrivateKey {
  /// Makes a key. RSA takes 2048 to 8192 bits, in steps of 8; DSA keys are read but never made.
  /// - Throws: `.costOutOfRange` for other RSA sizes, `.unsupportedKey`.
  public static func generate(_ type: KeyType) throws(CryptographyError) -> PrivateKey {
    guard let pointer = try generatePointer(type) else { throw .boringSSLFailure(reason: LibraryReason.take()) }
    return PrivateKey(EVPKey(owning: pointer))
  }

  private static func generatePointer(_ type: KeyType) throws(CryptographyError) -> OpaquePointer? {
    switch type {
    case .rsa(let bits):
      guard (2048...8192).contains(bits), bits % 8 == 0 else { throw .costOutOfRange(bits) }
      return EVP_RSA_gen(UInt32(bits))
    case .p256: return EVP_PKEY_generate_from_alg(EVP_pkey_ec_p256())
    case .p384: return EVP_PKEY_generate_from_alg(EVP_pkey_ec_p384())
    case .p521: return EVP_PKEY_generate_from_alg(EVP_pkey_ec_p521())
    case .ed25519: return EVP_PKEY_generate_from_alg(EVP_pkey_ed25519())
    case .dsa, .other: throw .unsupportedKey(type.description)
    }
  }
}
