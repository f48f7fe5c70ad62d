import Testing

@testable import Cryptography

/// What we write is read back as its reader would: the parameters, not our own constants.
@Suite("Parameters of what is written")
struct WrittenParametersTests {
  private let key = Result { try PrivateKey.generate(.p256) }

  /// The scheme of an `EncryptedPrivateKeyInfo`.
  private func scheme(_ der: [UInt8]) throws -> PasswordEncryption {
    var outer = DERReader(der)
    var info = try outer.enter()
    return try PasswordEncryption(reading: try info.enter())
  }

  private func expectPBES2(_ scheme: PasswordEncryption, iterations expected: Int = 600_000) {
    #expect(scheme.cipher == .aes256)
    guard case .pbkdf2(let salt, let iterations, let digest) = scheme.derivation else {
      Issue.record("not PBKDF2")
      return
    }
    #expect(iterations == expected)
    #expect(digest == .sha256)
    #expect(salt.count >= 16)
    #expect(scheme.vector?.count == 16)
  }

  private func expectLegacy(_ scheme: PasswordEncryption) {
    #expect(scheme.cipher == .tripleDES)
    guard case .pkcs12(let salt, let iterations) = scheme.derivation else {
      Issue.record("not PKCS#12's own derivation")
      return
    }
    #expect(iterations == 2048)
    #expect(salt.count == 8)
  }

  @Test("an encrypted key costs 600,000 iterations of PBKDF2, with a salt and a vector of its own")
  func keys() throws {
    func der() throws -> [UInt8] {
      try #require(try PEMArmour.decode(try key.get().encryptedPKCS8PEM(passphrase: [1])).first).bytes
    }
    let (first, second) = (try scheme(der()), try scheme(der()))
    expectPBES2(first)
    guard case .pbkdf2(let salt, _, _) = first.derivation, case .pbkdf2(let other, _, _) = second.derivation else {
      Issue.record("not PBKDF2")
      return
    }
    #expect(salt != other)
    #expect(first.vector != second.vector)
  }

  /// The parts of a container that a password opens.
  private struct Container {
    var key, certificates: PasswordEncryption?
    var digest: [UInt8] = []
    var code: [UInt8] = []
    var salt: [UInt8] = []
    var iterations = 0
    var safe: [UInt8] = []

    init(_ bytes: [UInt8]) throws {
      var outer = DERReader(bytes)
      var pfx = try outer.enter()
      #expect(try pfx.readUnsigned() == 3)
      var info = try pfx.enter()
      _ = try info.readObjectIdentifier()
      var content = try info.enter(.contextConstructed(0))
      safe = try content.readOctetString()
      var mac = try pfx.enter()
      var digestInfo = try mac.enter()
      var algorithm = try digestInfo.enter()
      digest = algorithm.content(try algorithm.readObjectIdentifier())
      code = try digestInfo.readOctetString()
      salt = try mac.readOctetString()
      iterations = try mac.readUnsigned()
      var reader = DERReader(safe)
      var infos = try reader.enter()
      while !infos.isAtEnd {
        var info = try infos.enter()
        let type = info.content(try info.readObjectIdentifier())
        var content = try info.enter(.contextConstructed(0))
        if type == ObjectIdentifiers.data {
          key = try Self.shrouded(content.readOctetString())
        } else {
          var data = try content.enter()
          _ = try data.readUnsigned()
          var encrypted = try data.enter()
          _ = try encrypted.readObjectIdentifier()
          certificates = try PasswordEncryption(reading: try encrypted.enter())
        }
      }
    }

    private static func shrouded(_ bags: [UInt8]) throws -> PasswordEncryption {
      var outer = DERReader(bags)
      var list = try outer.enter()
      var bag = try list.enter()
      #expect(bag.content(try bag.readObjectIdentifier()) == ObjectIdentifiers.shroudedKeyBag)
      var value = try bag.enter(.contextConstructed(0))
      var info = try value.enter()
      return try PasswordEncryption(reading: try info.enter())
    }
  }

  @Test("a container's key, certificates and authentication code cost 600,000 iterations each")
  func container() throws {
    let bytes = try PKCS12.encode(
      key: try key.get(), certificate: [0x30, 0], chain: [], friendlyName: "n", password: "secret")
    let container = try Container(bytes)
    expectPBES2(try #require(container.key))
    expectPBES2(try #require(container.certificates))
    #expect(container.digest == ObjectIdentifiers.sha256)
    #expect(container.iterations == 600_000)
    #expect(container.salt.count >= 16)
    #expect(container.code.count == 32)
  }

  @Test("a legacy container is 3DES and SHA-1 at 2048 iterations, and only that one")
  func legacy() throws {
    let bytes = try PKCS12.encode(
      key: try key.get(), certificate: [0x30, 0], chain: [], friendlyName: "n", password: "secret", legacy: true)
    let container = try Container(bytes)
    expectLegacy(try #require(container.key))
    expectLegacy(try #require(container.certificates))
    #expect(container.digest == ObjectIdentifiers.sha1)
    #expect(container.iterations == 2048)
    #expect(container.salt.count == 8)
  }

  @Test(
    "the authentication code is checked: one bit of it, of the salt or of the content, and the container is refused")
  func code() throws {
    let bytes = try PKCS12.encode(
      key: try key.get(), certificate: [0x30, 0], chain: [], friendlyName: "", password: "x", legacy: true)
    let container = try Container(bytes)
    #expect(try PKCS12.decode(bytes, password: "x").certificates == [[0x30, 0]])
    for part in [container.code, container.salt, Array(container.safe.suffix(8))] {
      let place = try #require(bytes.lastStart(of: part))
      var changed = bytes
      changed[place] ^= 1
      #expect(throws: CryptographyError.wrongPassphrase) { try PKCS12.decode(changed, password: "x") }
    }
    #expect(throws: CryptographyError.wrongPassphrase) { try PKCS12.decode(bytes, password: "y") }
  }

  @Test("a cost beyond ten million iterations is not paid, and none at all is refused", arguments: [0, 10_000_001])
  func cost(_ iterations: Int) throws {
    #expect(throws: CryptographyError.costOutOfRange(iterations)) {
      try key.get().encryptedPKCS8PEM(passphrase: [1], iterations: iterations)
    }
    let info = DERWriter.bytes {
      $0.sequence {
        PasswordEncryption.pbes2(iterations: iterations).write(to: &$0)
        $0.octetString([UInt8](repeating: 0, count: 16))
      }
    }
    #expect(throws: CryptographyError.costOutOfRange(iterations)) {
      try PrivateKey(encryptedPKCS8DER: info, passphrase: [1])
    }
  }
}

extension [UInt8] {
  /// Where the last occurrence of `part` begins.
  fileprivate func lastStart(of part: [UInt8]) -> Int? {
    (0...(count - part.count)).last { Array(self[$0..<($0 + part.count)]) == part }
  }
}
