extension PasswordEncryption {
  /// From an `AlgorithmIdentifier`'s content.
  /// - Throws: `.unsupportedEncryption` with the dotted OID, `.costOutOfRange`, `.malformed`.
  init(reading algorithm: DERReader) throws(CryptographyError) {
    var algorithm = algorithm
    let (identifier, parameters) = try Self.identifier(&algorithm)
    guard identifier == ObjectIdentifiers.pbes2 else {
      try self.init(scheme: identifier, parameters: parameters)
      return
    }
    var reader = parameters
    var (function, scheme) = try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
      let result = (try reader.enter(), try reader.enter())
      try reader.finish()
      return result
    }
    let (derivation, derivationParameters) = try Self.identifier(&function)
    let cipher = try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
      (name: scheme.content(try scheme.readObjectIdentifier()), parameters: scheme)
    }
    try self.init(
      derivation: KeyDerivation(identifier: derivation, parameters: derivationParameters), cipher: cipher.name,
      parameters: cipher.parameters)
  }

  /// OID and a reader inside of the parameter SEQUENCE.
  private static func identifier(
    _ algorithm: inout DERReader
  ) throws(CryptographyError) -> (name: [UInt8], parameters: DERReader) {
    try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
      let name = algorithm.content(try algorithm.readObjectIdentifier())
      return (name, try algorithm.enterIfPresent(.sequence) ?? DERReader([]))
    }
  }

  private init(derivation: KeyDerivation, cipher name: [UInt8], parameters: DERReader) throws(CryptographyError) {
    var parameters = parameters
    if name == ObjectIdentifiers.rc2CBC {
      // RFC 8018 §B.2.3: version 58 stands for 128 bits, the only strength anything wrote with PBES2.
      let vector = try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
        var content = try parameters.enter()
        _ = try content.readUnsigned()
        return try content.readOctetString()
      }
      self.init(derivation: derivation, cipher: .rc2(keyBits: 128), vector: vector)
      return
    }
    guard let cipher = Self.cipher(name) else {
      throw .unsupportedEncryption(name: ObjectIdentifiers.dotted(name))
    }
    let vector = try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
      try parameters.readOctetString()
    }
    self.init(derivation: derivation, cipher: cipher, vector: vector)
  }

  private static func cipher(_ name: [UInt8]) -> BlockCipher? {
    switch name {
    case ObjectIdentifiers.aes128CBC: .aes128
    case ObjectIdentifiers.aes192CBC: .aes192
    case ObjectIdentifiers.aes256CBC: .aes256
    case ObjectIdentifiers.tripleDESCBC: .tripleDES
    case ObjectIdentifiers.desCBC: .des
    default: nil
    }
  }

  /// PBES1 (RFC 8018 §6.1) and the schemes of RFC 7292 appendix C: salt and iterations.
  private init(scheme: [UInt8], parameters: DERReader) throws(CryptographyError) {
    var parameters = parameters
    let (salt, iterations) = try CryptographyError.reading(.encryptedPrivateKey) { () throws(DERError) in
      (try parameters.readOctetString(), try parameters.readUnsigned())
    }
    try KeyDerivation.check(iterations: iterations)
    let md5 = KeyDerivation.pbkdf1(salt: salt, iterations: iterations, digest: .md5)
    let sha1 = KeyDerivation.pbkdf1(salt: salt, iterations: iterations, digest: .sha1)
    let pkcs12 = KeyDerivation.pkcs12(salt: salt, iterations: iterations)
    switch scheme {
    case ObjectIdentifiers.pbeWithMD5AndDES: self.init(derivation: md5, cipher: .des, vector: nil)
    case ObjectIdentifiers.pbeWithMD5AndRC2: self.init(derivation: md5, cipher: .rc2(keyBits: 64), vector: nil)
    case ObjectIdentifiers.pbeWithSHA1AndDES: self.init(derivation: sha1, cipher: .des, vector: nil)
    case ObjectIdentifiers.pbeWithSHA1AndRC2: self.init(derivation: sha1, cipher: .rc2(keyBits: 64), vector: nil)
    case ObjectIdentifiers.pkcs12TripleDES: self.init(derivation: pkcs12, cipher: .tripleDES, vector: nil)
    case ObjectIdentifiers.pkcs12RC2With128Bits:
      self.init(derivation: pkcs12, cipher: .rc2(keyBits: 128), vector: nil)
    case ObjectIdentifiers.pkcs12RC2With40Bits: self.init(derivation: pkcs12, cipher: .rc2(keyBits: 40), vector: nil)
    default: throw .unsupportedEncryption(name: ObjectIdentifiers.dotted(scheme))
    }
  }

  /// Writes the `AlgorithmIdentifier`; only what `pbes2` and `pkcs12TripleDES` make is ever written.
  func write(to writer: inout DERWriter) {
    writer.sequence { writer in
      switch derivation {
      case .pbkdf2(let salt, let iterations, _):
        writer.objectIdentifier(ObjectIdentifiers.pbes2)
        writer.sequence { Self.writePBES2(&$0, salt, iterations, vector ?? []) }
      case .pkcs12(let salt, let iterations), .pbkdf1(let salt, let iterations, _),
        .scrypt(let salt, let iterations, _, _):
        writer.objectIdentifier(ObjectIdentifiers.pkcs12TripleDES)
        writer.sequence {
          $0.octetString(salt)
          $0.integer(iterations)
        }
      }
    }
  }

  private static func writePBES2(_ writer: inout DERWriter, _ salt: [UInt8], _ iterations: Int, _ vector: [UInt8]) {
    writer.sequence {
      $0.objectIdentifier(ObjectIdentifiers.pbkdf2)
      $0.sequence {
        $0.octetString(salt)
        $0.integer(iterations)
        $0.sequence {
          $0.objectIdentifier(ObjectIdentifiers.hmacSHA256)
          $0.null()
        }
      }
    }
    writer.sequence {
      $0.objectIdentifier(ObjectIdentifiers.aes256CBC)
      $0.octetString(vector)
    }
  }
}
