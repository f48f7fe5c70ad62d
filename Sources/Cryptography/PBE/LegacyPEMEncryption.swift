import CNIOBoringSSL

/// The encryption of a PEM block by its `Proc-Type` and `DEK-Info` headers (RFC 1421 §4.6.1), with OpenSSL's key
/// derivation: one round of MD5, the vector's first 8 bytes as salt.
struct LegacyPEMEncryption {
  private let cipher: BlockCipher
  private let vector: [UInt8]

  /// Nil when the block is not encrypted.
  init?(_ block: PEMArmouredBlock) throws(CryptographyError) {
    guard block.headers.contains(where: { $0.name == "Proc-Type" && $0.value.hasSuffix("ENCRYPTED") }) else {
      return nil
    }
    guard let info = block.headers.first(where: { $0.name == "DEK-Info" })?.value.split(separator: ","),
      info.count == 2, let vector = Self.bytes(hex: info[1])
    else { throw .pem(.invalidEncryptionHeader(line: block.line)) }
    guard let cipher = BlockCipher(dekName: String(info[0])) else {
      throw .unsupportedEncryption(name: String(info[0]))
    }
    guard vector.count == cipher.blockLength else { throw .pem(.invalidEncryptionHeader(line: block.line)) }
    self.cipher = cipher
    self.vector = vector
  }

  func decrypt(_ bytes: [UInt8], passphrase: SecretBytes) throws(CryptographyError) -> [UInt8] {
    var key = passphrase.withArray {
      Digest.md5.keyBytes($0, salt: Array(vector.prefix(8)), iterations: 1, count: cipher.keyLength)
    }
    defer { key.wipe() }
    guard let plain = cipher.decrypt(bytes, key: key, vector: vector) else { throw .wrongPassphrase }
    return plain
  }

  private static func bytes(hex: Substring) -> [UInt8]? {
    let digits = hex.compactMap(\.hexDigitValue)
    guard digits.count == hex.count, digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}

extension Digest {
  /// PBKDF1 (RFC 8018 §5.1), continued past one digest's length as OpenSSL's `EVP_BytesToKey` does.
  func keyBytes(_ password: [UInt8], salt: [UInt8], iterations: Int, count: Int) -> [UInt8] {
    var key: [UInt8] = []
    var block: [UInt8] = []
    while key.count < count {
      block = hash(block + password + salt)
      for _ in 1..<max(iterations, 1) { block = hash(block) }
      key += block
    }
    return Array(key.prefix(count))
  }
}
