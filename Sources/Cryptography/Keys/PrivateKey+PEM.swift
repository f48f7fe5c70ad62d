extension PrivateKey {
  /// The first private key of a PEM text: PKCS#8, encrypted PKCS#8, PKCS#1, SEC1, OpenSSL's DSA form, and the
  /// `Proc-Type: 4,ENCRYPTED` armour of RFC 1421 around the last three.
  /// - Parameter passphrase: asked once, and only when the key is encrypted.
  /// - Throws: `.noPrivateKey`, `.passphraseRequired` (it answered nil), `.wrongPassphrase`, `.pem`, and what a damaged
  ///   key deserves.
  public init(pem: [UInt8], passphrase: () -> SecretBytes?) throws(CryptographyError) {
    var blocks: [PEMArmouredBlock]
    do throws(PEMError) { blocks = try PEMArmour.decode(pem) } catch { throw .pem(error) }
    defer { for index in blocks.indices { blocks[index].bytes.wipe() } }
    guard let block = blocks.first(where: { PrivateKeyForm(label: $0.label) != nil }),
      let form = PrivateKeyForm(label: block.label)
    else { throw .noPrivateKey }
    try self.init(block: block, form: form, passphrase: passphrase)
  }

  private init(wrapping der: [UInt8], as form: PrivateKeyForm) throws(CryptographyError) {
    var info = try form.pkcs8(der)
    defer { info.wipe() }
    try self.init(pkcs8DER: info)
  }

  private init(
    block: PEMArmouredBlock, form: PrivateKeyForm, passphrase: () -> SecretBytes?
  ) throws(CryptographyError) {
    if form == .encryptedPKCS8 {
      guard let passphrase = passphrase() else { throw .passphraseRequired }
      try self.init(encryptedPKCS8DER: block.bytes, passphrase: passphrase)
      return
    }
    guard let encryption = try LegacyPEMEncryption(block) else {
      try self.init(wrapping: block.bytes, as: form)
      return
    }
    guard let passphrase = passphrase() else { throw .passphraseRequired }
    var der = try encryption.decrypt(block.bytes, passphrase: passphrase)
    defer { der.wipe() }
    // The padding of a wrong key is right once in 256 times; what comes out is then no key.
    do throws(CryptographyError) { try self.init(wrapping: der, as: form) } catch { throw .wrongPassphrase }
  }
}

/// The structure inside a PEM private key, told by its label.
enum PrivateKeyForm {
  case pkcs8, encryptedPKCS8, pkcs1, sec1, dsa

  init?(label: String) {
    switch label {
    case "PRIVATE KEY": self = .pkcs8
    case "ENCRYPTED PRIVATE KEY": self = .encryptedPKCS8
    case "RSA PRIVATE KEY": self = .pkcs1
    case "EC PRIVATE KEY": self = .sec1
    case "DSA PRIVATE KEY": self = .dsa
    default: return nil
    }
  }

  /// The same key as a `PrivateKeyInfo`.
  func pkcs8(_ der: [UInt8]) throws(CryptographyError) -> [UInt8] {
    do throws(DERError) {
      switch self {
      case .pkcs8, .encryptedPKCS8: return der
      case .pkcs1: return try Self.wrapPKCS1(der)
      case .sec1: return try Self.wrapSEC1(der)
      case .dsa: return try Self.wrapDSA(der)
      }
    } catch { throw .malformed(.privateKey, error) }
  }

  private static func info(_ key: [UInt8], _ algorithm: (inout DERWriter) -> Void) -> [UInt8] {
    DERWriter.bytes {
      $0.sequence {
        $0.integer(0)
        $0.sequence(algorithm)
        $0.octetString(key)
      }
    }
  }

  private static func wrapPKCS1(_ der: [UInt8]) throws(DERError) -> [UInt8] {
    var outer = DERReader(der)
    _ = try outer.enter()
    try outer.finish()
    return info(der) {
      $0.objectIdentifier(ObjectIdentifiers.rsaEncryption)
      $0.null()
    }
  }

  /// RFC 5915 §3: the curve stands in `parameters [0]`.
  private static func wrapSEC1(_ der: [UInt8]) throws(DERError) -> [UInt8] {
    var outer = DERReader(der)
    var key = try outer.enter()
    try outer.finish()
    _ = try key.readUnsigned()
    _ = try key.read(.octetString)
    var parameters = try key.enter(.contextConstructed(0))
    let curve = try parameters.next()
    return info(der) {
      $0.objectIdentifier(ObjectIdentifiers.ecPublicKey)
      $0.raw(parameters.whole(curve))
    }
  }

  /// OpenSSL's own form: version, p, q, g, public, private.
  private static func wrapDSA(_ der: [UInt8]) throws(DERError) -> [UInt8] {
    var outer = DERReader(der)
    var key = try outer.enter()
    try outer.finish()
    _ = try key.readUnsigned()
    var numbers: [[UInt8]] = []
    while !key.isAtEnd { numbers.append(key.whole(try key.readIntegerElement())) }
    guard numbers.count == 5 else { throw DERError(.truncated, at: der.count) }
    return info(numbers[4]) {
      $0.objectIdentifier(ObjectIdentifiers.dsa)
      $0.sequence { for number in numbers.prefix(3) { $0.raw(number) } }
    }
  }
}
