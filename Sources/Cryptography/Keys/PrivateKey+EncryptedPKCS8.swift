extension PrivateKey {
  /// The key as an `EncryptedPrivateKeyInfo` (RFC 5958 §3) in its armour: PBES2, PBKDF2 with HMAC-SHA256, AES-256-CBC.
  /// - Parameter iterations: 600,000 unless given.
  /// - Throws: `.costOutOfRange` for iterations below 1 or beyond 10,000,000.
  public func encryptedPKCS8PEM(
    passphrase: SecretBytes, iterations: Int? = nil
  ) throws(CryptographyError) -> [UInt8] {
    let iterations = iterations ?? KeyDerivation.usualIterations
    try KeyDerivation.check(iterations: iterations)
    let der = try encryptedPKCS8DER(passphrase: passphrase, encryption: .pbes2(iterations: iterations))
    return PEMArmour.encode(label: "ENCRYPTED PRIVATE KEY", der: der)
  }

  func encryptedPKCS8DER(
    passphrase: SecretBytes, encryption: PasswordEncryption
  ) throws(CryptographyError) -> [UInt8] {
    var plain = pkcs8DER()
    defer { plain.wipe() }
    let encrypted = try encryption.encrypt(plain, password: passphrase)
    return DERWriter.bytes {
      $0.sequence {
        encryption.write(to: &$0)
        $0.octetString(encrypted)
      }
    }
  }

  /// An `EncryptedPrivateKeyInfo`: PBES2 (PBKDF2 or scrypt; AES, 3DES, DES, RC2), PBES1 and PKCS#12's schemes.
  /// - Throws: `.wrongPassphrase`, `.unsupportedEncryption`, `.malformed`.
  public init(encryptedPKCS8DER der: [UInt8], passphrase: SecretBytes) throws(CryptographyError) {
    let (algorithm, encrypted) = try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
      var outer = DERReader(der)
      var info = try outer.enter()
      try outer.finish()
      let result = (try info.enter(), try info.readOctetString())
      try info.finish()
      return result
    }
    var plain = try PasswordEncryption(reading: algorithm).decrypt(encrypted, password: passphrase)
    defer { plain.wipe() }
    // The padding of a wrong key is right once in 256 times; what comes out is then no key.
    do throws(CryptographyError) {
      try self.init(pkcs8DER: plain)
    } catch .malformed {
      throw .wrongPassphrase
    }
  }
}
