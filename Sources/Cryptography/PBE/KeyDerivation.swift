import CNIOBoringSSL

/// From a password to a key.
enum KeyDerivation {
  /// RFC 8018 §5.1.
  case pbkdf1(salt: [UInt8], iterations: Int, digest: Digest)
  /// RFC 8018 §5.2.
  case pbkdf2(salt: [UInt8], iterations: Int, digest: Digest)
  /// RFC 7292 appendix B.2, with SHA-1.
  case pkcs12(salt: [UInt8], iterations: Int)
  /// RFC 7914 §2.
  case scrypt(salt: [UInt8], cost: Int, blockSize: Int, parallelism: Int)

  /// What the derived bytes are for: the "ID byte" of RFC 7292 appendix B.3.
  enum Purpose: UInt8 {
    case key = 1
    case vector = 2
    case authentication = 3
  }

  /// Of what is written here, keys and containers: what OWASP asks of PBKDF2 with HMAC-SHA256.
  static let usualIterations = 600_000

  /// So that a key file cannot hold the program for hours: some ten times what the most careful ask for.
  static let maximumIterations = 10_000_000
  /// The same for scrypt: N·r·p of its parameters; 2^23 is what the most careful ask for.
  static let maximumScryptWork = 1 << 26

  static func check(iterations: Int) throws(CryptographyError) {
    guard (1...maximumIterations).contains(iterations) else { throw .costOutOfRange(iterations) }
  }

  func key(_ password: [UInt8], count: Int, purpose: Purpose) throws(CryptographyError) -> [UInt8] {
    switch self {
    case .pbkdf1(let salt, let iterations, let digest):
      return digest.keyBytes(password, salt: salt, iterations: iterations, count: count)
    case .pbkdf2(let salt, let iterations, let digest):
      return digest.pbkdf2(password: password, salt: salt, iterations: iterations, byteCount: count)
    case .pkcs12(let salt, let iterations):
      return Digest.sha1.pkcs12Key(password, salt: salt, iterations: iterations, purpose: purpose, count: count)
    case .scrypt(let salt, let cost, let blockSize, let parallelism):
      return try Self.scrypt(password, salt, (cost, blockSize, parallelism), count)
    }
  }

  private static func scrypt(
    _ password: [UInt8], _ salt: [UInt8], _ cost: (n: Int, r: Int, p: Int), _ count: Int
  ) throws(CryptographyError) -> [UInt8] {
    let (half, overflow) = cost.n.multipliedReportingOverflow(by: cost.r)
    let (work, overflows) = half.multipliedReportingOverflow(by: cost.p)
    guard !overflow, !overflows, work <= maximumScryptWork else { throw .costOutOfRange(cost.n) }
    var key = [UInt8](repeating: 0, count: count)
    let memoryLimit = 1 << 30
    let isDerived = password.withUnsafeBytes { password in
      EVP_PBE_scrypt(
        password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt, salt.count,
        UInt64(cost.n), UInt64(cost.r), UInt64(cost.p), memoryLimit, &key, count)
    }
    guard isDerived == 1 else {
      _ = LibraryReason.take()
      throw .costOutOfRange(cost.n)
    }
    return key
  }
}

extension KeyDerivation {
  /// The function of a PBES2 scheme.
  init(identifier: [UInt8], parameters: DERReader) throws(CryptographyError) {
    switch identifier {
    case ObjectIdentifiers.pbkdf2: try self.init(pbkdf2: parameters)
    case ObjectIdentifiers.scrypt: try self.init(scrypt: parameters)
    default: throw .unsupportedEncryption(name: ObjectIdentifiers.dotted(identifier))
    }
  }

  private init(pbkdf2 parameters: DERReader) throws(CryptographyError) {
    var parameters = parameters
    let (salt, iterations, function) = try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
      let salt = try parameters.readOctetString()
      let iterations = try parameters.readUnsigned()
      _ = try parameters.readIfPresent(.integer)
      guard var algorithm = try parameters.enterIfPresent(.sequence) else {
        return (salt, iterations, ObjectIdentifiers.hmacSHA1)
      }
      return (salt, iterations, algorithm.content(try algorithm.readObjectIdentifier()))
    }
    try Self.check(iterations: iterations)
    guard let digest = Self.digest(function) else {
      throw .unsupportedEncryption(name: ObjectIdentifiers.dotted(function))
    }
    self = .pbkdf2(salt: salt, iterations: iterations, digest: digest)
  }

  private static func digest(_ function: [UInt8]) -> Digest? {
    switch function {
    case ObjectIdentifiers.hmacSHA1: .sha1
    case ObjectIdentifiers.hmacSHA224: .sha224
    case ObjectIdentifiers.hmacSHA256: .sha256
    case ObjectIdentifiers.hmacSHA384: .sha384
    case ObjectIdentifiers.hmacSHA512: .sha512
    default: nil
    }
  }

  private init(scrypt parameters: DERReader) throws(CryptographyError) {
    var parameters = parameters
    self = try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
      let salt = try parameters.readOctetString()
      return .scrypt(
        salt: salt, cost: try parameters.readUnsigned(), blockSize: try parameters.readUnsigned(),
        parallelism: try parameters.readUnsigned())
    }
  }
}
