/// A password-based encryption scheme with its parameters: what stands in an `EncryptedPrivateKeyInfo`'s
/// `encryptionAlgorithm` (RFC 5958 §3, RFC 8018 §6, RFC 7292 appendix B).
struct PasswordEncryption {
  let derivation: KeyDerivation
  let cipher: BlockCipher
  /// PBES2 carries the vector; the older schemes derive it.
  let vector: [UInt8]?

  /// PBES2: PBKDF2 with HMAC-SHA256, AES-256-CBC, salt and vector fresh.
  static func pbes2(iterations: Int) -> PasswordEncryption {
    let kdf = KeyDerivation.pbkdf2(salt: secureRandomBytes(16), iterations: iterations, digest: .sha256)
    return PasswordEncryption(derivation: kdf, cipher: .aes256, vector: secureRandomBytes(16))
  }

  /// pbeWithSHAAnd3-KeyTripleDES-CBC: what key stores from before PBES2 read.
  static func pkcs12TripleDES(iterations: Int) -> PasswordEncryption {
    let kdf = KeyDerivation.pkcs12(salt: secureRandomBytes(8), iterations: iterations)
    return PasswordEncryption(derivation: kdf, cipher: .tripleDES, vector: nil)
  }

  init(derivation: KeyDerivation, cipher: BlockCipher, vector: [UInt8]?) {
    self.derivation = derivation
    self.cipher = cipher
    self.vector = vector
  }

  func encrypt(_ plain: [UInt8], password: SecretBytes) throws(CryptographyError) -> [UInt8] {
    var (key, vector) = try material(password)
    defer { key.wipe() }
    guard let encrypted = cipher.encrypt(plain, key: key, vector: vector) else {
      throw .boringSSLFailure(reason: LibraryReason.take())
    }
    return encrypted
  }

  /// - Throws: `.wrongPassphrase` when the padding does not come out.
  func decrypt(_ encrypted: [UInt8], password: SecretBytes) throws(CryptographyError) -> [UInt8] {
    var (key, vector) = try material(password)
    defer { key.wipe() }
    guard let plain = cipher.decrypt(encrypted, key: key, vector: vector) else { throw .wrongPassphrase }
    return plain
  }

  private func material(_ password: SecretBytes) throws(CryptographyError) -> (key: [UInt8], vector: [UInt8]) {
    try password.withArray { password throws(CryptographyError) in try material(of: password) }
  }

  private func material(of password: [UInt8]) throws(CryptographyError) -> (key: [UInt8], vector: [UInt8]) {
    let length = cipher.keyLength
    if let vector { return (try derivation.key(password, count: length, purpose: .key), vector) }
    if case .pbkdf1 = derivation {
      let both = try derivation.key(password, count: length + cipher.blockLength, purpose: .key)
      return (Array(both.prefix(length)), Array(both.suffix(cipher.blockLength)))
    }
    let key = try derivation.key(password, count: length, purpose: .key)
    return (key, try derivation.key(password, count: cipher.blockLength, purpose: .vector))
  }
}
