/// Walks through the safes of a container and keeps what is a key, a certificate or a name.
struct PKCS12Reader {
  private let password: SecretBytes
  private(set) var contents = PKCS12.Contents(key: nil, certificates: [], friendlyName: nil)

  init(password: SecretBytes) { self.password = password }

  /// `AuthenticatedSafe ::= SEQUENCE OF ContentInfo`.
  mutating func readSafe(_ safe: [UInt8]) throws(CryptographyError) {
    var infos = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
      var outer = DERReader(safe)
      return try outer.enter()
    }
    while !infos.isAtEnd {
      let (type, content) = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
        var info = try infos.enter()
        return (info.content(try info.readObjectIdentifier()), try info.enter(.contextConstructed(0)))
      }
      switch type {
      case ObjectIdentifiers.data: try readBags(Self.octets(content))
      case ObjectIdentifiers.encryptedData: try readBags(decrypted(content))
      default: throw .unsupportedEncryption(name: ObjectIdentifiers.dotted(type))
      }
    }
  }

  private static func octets(_ content: DERReader) throws(CryptographyError) -> [UInt8] {
    var content = content
    return try CryptographyError.reading(.pkcs12) { () throws(DERError) in try content.readOctetString() }
  }

  /// `EncryptedData` (RFC 5652 §8); the ciphertext may lie in pieces.
  private func decrypted(_ content: DERReader) throws(CryptographyError) -> [UInt8] {
    var content = content
    let (algorithm, encrypted) = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
      var data = try content.enter()
      _ = try data.readUnsigned()
      var info = try data.enter()
      _ = try info.readObjectIdentifier()
      let algorithm = try info.enter()
      guard var pieces = try info.enterIfPresent(.contextConstructed(0)) else {
        return (algorithm, try info.readOctetString(.context(0)))
      }
      var octets: [UInt8] = []
      while !pieces.isAtEnd { octets += try pieces.readOctetString() }
      return (algorithm, octets)
    }
    return try PasswordEncryption(reading: algorithm).decrypt(encrypted, password: password)
  }

  /// `SafeContents ::= SEQUENCE OF SafeBag`.
  private mutating func readBags(_ bytes: [UInt8]) throws(CryptographyError) {
    var bags = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
      var outer = DERReader(try BER.normalized(bytes))
      return try outer.enter()
    }
    while !bags.isAtEnd {
      let (type, value, attributes) = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
        var bag = try bags.enter()
        let type = bag.content(try bag.readObjectIdentifier())
        return (type, try bag.enter(.contextConstructed(0)), try bag.enterIfPresent(.set))
      }
      try read(type, value)
      if contents.friendlyName == nil { contents.friendlyName = attributes.flatMap { try? Self.friendlyName($0) } }
    }
  }

  private mutating func read(_ type: [UInt8], _ value: DERReader) throws(CryptographyError) {
    var value = value
    let element = try CryptographyError.reading(.pkcs12) { () throws(DERError) in value.whole(try value.next()) }
    switch type {
    case ObjectIdentifiers.keyBag where contents.key == nil: contents.key = try PrivateKey(pkcs8DER: element)
    case ObjectIdentifiers.shroudedKeyBag where contents.key == nil:
      contents.key = try PrivateKey(encryptedPKCS8DER: element, passphrase: password)
    case ObjectIdentifiers.certificateBag:
      let certificate = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
        try Self.certificate(element)
      }
      if let certificate { contents.certificates.append(certificate) }
    default: break
    }
  }

  /// Nil for an SDSI certificate.
  private static func certificate(_ bag: [UInt8]) throws(DERError) -> [UInt8]? {
    var outer = DERReader(bag)
    var content = try outer.enter()
    guard content.content(try content.readObjectIdentifier()) == ObjectIdentifiers.x509Certificate else { return nil }
    var value = try content.enter(.contextConstructed(0))
    return try value.readOctetString()
  }

  private static func friendlyName(_ attributes: DERReader) throws(DERError) -> String? {
    var attributes = attributes
    while !attributes.isAtEnd {
      var attribute = try attributes.enter()
      guard attribute.content(try attribute.readObjectIdentifier()) == ObjectIdentifiers.friendlyName else { continue }
      var values = try attribute.enter(.set)
      let content = values.content(try values.read(.bmpString))
      let units = stride(from: 0, to: content.count - 1, by: 2).map {
        UInt16(content[$0]) << 8 | UInt16(content[$0 + 1])
      }
      return String(decoding: units, as: UTF16.self)
    }
    return nil
  }
}
