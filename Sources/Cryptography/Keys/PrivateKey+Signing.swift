import CNIOBoringSSL

extension PrivateKey {
  /// Signs `bytes` (the message, not its digest). ECDSA and DSA signatures are DER (RFC 3279 §2.2.2, §2.2.3).
  /// - Throws: `.algorithmMismatch`, or `.boringSSLFailure` (an RSA key too short for the digest).
  public func sign(_ bytes: [UInt8], _ algorithm: SignatureAlgorithm) throws(CryptographyError) -> [UInt8] {
    guard algorithm.fits(type) else { throw .algorithmMismatch(key: type, algorithm: algorithm) }
    if case .dsa(let digest) = algorithm { return try signDSA(digest.hash(bytes)) }
    guard let context = EVP_MD_CTX_new() else { throw .boringSSLFailure(reason: LibraryReason.take()) }
    defer { EVP_MD_CTX_free(context) }
    var keyContext: OpaquePointer?
    var count = Int(EVP_PKEY_size(key.pointer))
    var signature = [UInt8](repeating: 0, count: count)
    guard EVP_DigestSignInit(context, &keyContext, algorithm.digest?.evp, nil, key.pointer) == 1,
      algorithm.configure(keyContext),
      EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1
    else { throw .boringSSLFailure(reason: LibraryReason.take()) }
    signature.removeLast(signature.count - count)
    return signature
  }

  private func signDSA(_ digest: [UInt8]) throws(CryptographyError) -> [UInt8] {
    guard let dsa = EVP_PKEY_get0_DSA(key.pointer) else {
      throw .boringSSLFailure(reason: LibraryReason.take())
    }
    var count: UInt32 = 0
    var signature = [UInt8](repeating: 0, count: Int(DSA_size(dsa)))
    guard DSA_sign(0, digest, digest.count, &signature, &count, dsa) == 1 else {
      throw .boringSSLFailure(reason: LibraryReason.take())
    }
    signature.removeLast(signature.count - Int(count))
    return signature
  }
}

extension PublicKey {
  /// Whether `signature` over `bytes` (the message, not its digest) was made with this key's private half.
  /// False as well for an algorithm that does not fit the key and for a DSA key without parameters.
  public func isValidSignature(
    _ signature: [UInt8], over bytes: UnsafeRawBufferPointer, _ algorithm: SignatureAlgorithm
  ) -> Bool {
    guard let key, algorithm.fits(type) else { return false }
    defer { ERR_clear_error() }
    if case .dsa(let digest) = algorithm { return isValidDSA(signature, digest.hash(bytes)) }
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    var keyContext: OpaquePointer?
    return EVP_DigestVerifyInit(context, &keyContext, algorithm.digest?.evp, nil, key.pointer) == 1
      && algorithm.configure(keyContext)
      && EVP_DigestVerify(
        context, signature, signature.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count) == 1
  }

  public func isValidSignature(_ signature: [UInt8], over bytes: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
    bytes.withUnsafeBytes { isValidSignature(signature, over: $0, algorithm) }
  }

  /// The same for a message of which only the digest is left, made with the algorithm's own. Always false for an
  /// algorithm that has none.
  public func isValidSignature(
    _ signature: [UInt8], overDigest digest: [UInt8], _ algorithm: SignatureAlgorithm
  ) -> Bool {
    guard let key, algorithm.fits(type), let function = algorithm.digest else { return false }
    defer { ERR_clear_error() }
    if case .dsa = algorithm { return isValidDSA(signature, digest) }
    guard let context = EVP_PKEY_CTX_new(key.pointer, nil) else { return false }
    defer { EVP_PKEY_CTX_free(context) }
    return EVP_PKEY_verify_init(context) == 1 && EVP_PKEY_CTX_set_signature_md(context, function.evp) == 1
      && algorithm.configure(context)
      && EVP_PKEY_verify(context, signature, signature.count, digest, digest.count) == 1
  }

  private func isValidDSA(_ signature: [UInt8], _ digest: [UInt8]) -> Bool {
    guard let key, let dsa = EVP_PKEY_get0_DSA(key.pointer) else { return false }
    var isValid: Int32 = 0
    let checked = DSA_check_signature(
      &isValid, digest, digest.count, signature, signature.count, dsa)
    return checked == 1 && isValid == 1
  }
}

extension SignatureAlgorithm {
  /// Sets the padding on a sign or verify operation that has begun.
  fileprivate func configure(_ context: OpaquePointer?) -> Bool {
    guard case .rsaPSS(_, let saltLength) = self else { return true }
    guard let saltLength = Int32(exactly: saltLength), saltLength >= 0 else { return false }
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
      && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, saltLength) == 1
  }
}
