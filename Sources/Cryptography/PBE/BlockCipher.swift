import CNIOBoringSSL

/// A block cipher in CBC mode with PKCS#7 padding, as key files use it.
enum BlockCipher: Hashable, Sendable {
  case des, tripleDES, rc2(keyBits: Int), aes128, aes192, aes256

  /// Bytes of key.
  var keyLength: Int {
    switch self {
    case .des: 8
    case .rc2(let bits): bits / 8
    case .aes128: 16
    case .tripleDES, .aes192: 24
    case .aes256: 32
    }
  }

  /// Bytes of block and initialization vector.
  var blockLength: Int {
    switch self {
    case .des, .tripleDES, .rc2: 8
    case .aes128, .aes192, .aes256: 16
    }
  }

  /// The name in a `DEK-Info` header (RFC 1421 §4.6.1.3).
  init?(dekName: String) {
    switch dekName {
    case "DES-CBC": self = .des
    case "DES-EDE3-CBC": self = .tripleDES
    case "AES-128-CBC": self = .aes128
    case "AES-192-CBC": self = .aes192
    case "AES-256-CBC": self = .aes256
    default: return nil
    }
  }

  private var evp: OpaquePointer {
    switch self {
    case .des: EVP_des_cbc()
    case .tripleDES: EVP_des_ede3_cbc()
    case .rc2: EVP_rc2_cbc()
    case .aes128: EVP_aes_128_cbc()
    case .aes192: EVP_aes_192_cbc()
    case .aes256: EVP_aes_256_cbc()
    }
  }

  func encrypt(_ bytes: [UInt8], key: [UInt8], vector: [UInt8]) -> [UInt8]? {
    run(bytes, key, vector, isEncrypting: 1)
  }

  /// Nil when the padding is wrong: another key, most likely.
  func decrypt(_ bytes: [UInt8], key: [UInt8], vector: [UInt8]) -> [UInt8]? {
    run(bytes, key, vector, isEncrypting: 0)
  }

  private func run(_ bytes: [UInt8], _ key: [UInt8], _ vector: [UInt8], isEncrypting: Int32) -> [UInt8]? {
    guard key.count == keyLength, vector.count == blockLength,
      let context = EVP_CIPHER_CTX_new()
    else { return nil }
    var output = [UInt8](repeating: 0, count: bytes.count + blockLength)
    defer {
      EVP_CIPHER_CTX_free(context)
      ERR_clear_error()
      output.wipe()
    }
    var written: Int32 = 0
    var rest: Int32 = 0
    guard let length = Int32(exactly: bytes.count),
      EVP_CipherInit_ex(context, evp, nil, nil, nil, isEncrypting) == 1,
      EVP_CIPHER_CTX_set_key_length(context, UInt32(keyLength)) == 1,
      setEffectiveBits(context),
      EVP_CipherInit_ex(context, nil, nil, key, vector, isEncrypting) == 1,
      EVP_CipherUpdate(context, &output, &written, bytes, length) == 1
    else { return nil }
    let isFinal = output.withUnsafeMutableBufferPointer {
      EVP_CipherFinal_ex(context, $0.baseAddress! + Int(written), &rest)
    }
    return isFinal == 1 ? Array(output.prefix(Int(written + rest))) : nil
  }

  /// RC2 uses 128 bits of any key unless it is told otherwise (RFC 2268 §2).
  private func setEffectiveBits(_ context: UnsafeMutablePointer<EVP_CIPHER_CTX>) -> Bool {
    guard case .rc2(let bits) = self else { return true }
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_SET_RC2_KEY_BITS, Int32(bits), nil) == 1
  }
}
