import TestSupport
import Testing

@testable import Cryptography

@Suite("Private keys")
struct PrivateKeyTests {
  private let passphrase: SecretBytes = "open"

  @Test("a key in every encryption OpenSSL writes is the key it was", arguments: KeyFixtures.encrypted.map(\.scheme))
  func encryptedKeys(scheme: String) throws {
    let pem = try #require(KeyFixtures.encrypted.first { $0.scheme == scheme }).pem
    let plain = try PrivateKey(pem: Array(KeyFixtures.sec1.utf8)) { nil }
    let key = try PrivateKey(pem: Array(pem.utf8)) { passphrase }
    #expect(key.type == .p256)
    #expect(key.publicKey == plain.publicKey)
    #expect(key.pkcs8DER() == plain.pkcs8DER())
  }

  @Test("the passphrase is not asked for when the key is in the clear")
  func noPassphraseNeeded() throws {
    var isAsked = false
    _ = try PrivateKey(pem: Array(KeyFixtures.rsa.utf8)) {
      isAsked = true
      return nil
    }
    #expect(!isAsked)
  }

  @Test("an encrypted key without a passphrase says so", arguments: KeyFixtures.encrypted.map(\.scheme))
  func passphraseRequired(scheme: String) throws {
    guard scheme != "pkcs8" else { return }
    let pem = try #require(KeyFixtures.encrypted.first { $0.scheme == scheme }).pem
    #expect(throws: CryptographyError.passphraseRequired) { try PrivateKey(pem: Array(pem.utf8)) { nil } }
  }

  @Test("a wrong passphrase is told from a damaged key", arguments: KeyFixtures.encrypted.map(\.scheme))
  func wrongPassphrase(scheme: String) throws {
    guard scheme != "pkcs8" else { return }
    let pem = try #require(KeyFixtures.encrypted.first { $0.scheme == scheme }).pem
    for wrong in ["shut", "", "open "] {
      #expect(throws: CryptographyError.wrongPassphrase) {
        try PrivateKey(pem: Array(pem.utf8)) { SecretBytes(wrong.utf8) }
      }
    }
  }

  @Test("a PKCS#1 key under Proc-Type is the key it was")
  func legacyRSA() throws {
    let plain = try PrivateKey(pem: Array(KeyFixtures.rsa.utf8)) { nil }
    let key = try PrivateKey(pem: Array(KeyFixtures.rsaEncrypted.utf8)) { passphrase }
    #expect(plain.type == .rsa(bits: 2048))
    #expect(key.publicKey == plain.publicKey)
  }

  @Test("a text without a key is no key")
  func noKey() {
    #expect(throws: CryptographyError.noPrivateKey) { try PrivateKey(pem: Array("hello".utf8)) { nil } }
    #expect(throws: CryptographyError.noPrivateKey) { try PrivateKey(pem: []) { nil } }
  }

  @Test("keys of every kind survive PKCS#8, plain and encrypted")
  func roundTrip() throws {
    for type in [KeyType.p256, .p384, .p521, .ed25519, .rsa(bits: 2048)] {
      let key = try PrivateKey.generate(type)
      #expect(key.type == type)
      #expect(try PrivateKey(pkcs8DER: key.pkcs8DER()).publicKey == key.publicKey)
      #expect(try PrivateKey(pem: key.pkcs8PEM()) { nil }.publicKey == key.publicKey)
      let encrypted = try key.encryptedPKCS8PEM(passphrase: passphrase, iterations: 1000)
      #expect(try PrivateKey(pem: encrypted) { passphrase }.publicKey == key.publicKey)
      #expect(throws: CryptographyError.wrongPassphrase) { try PrivateKey(pem: encrypted) { [1] } }
    }
  }

  @Test("sizes of RSA keys that nobody should make are refused", arguments: [0, 512, 1024, 2047, 2050, 16384])
  func refusedSizes(bits: Int) {
    #expect(throws: CryptographyError.costOutOfRange(bits)) { try PrivateKey.generate(.rsa(bits: bits)) }
  }

  @Test("a key cut short at any byte is refused")
  func truncation() throws {
    let der = try PrivateKey(pem: Array(KeyFixtures.sec1.utf8)) { nil }.pkcs8DER()
    for count in 0..<der.count {
      #expect(throws: CryptographyError.self) { try PrivateKey(pkcs8DER: Array(der.prefix(count))) }
    }
    #expect(throws: CryptographyError.self) { try PrivateKey(pkcs8DER: der + [0]) }
  }

  @Test("an encrypted key with any byte changed never opens as another key")
  func tampering() throws {
    let pem = try #require(KeyFixtures.encrypted.first { $0.scheme == "v1-PBE-SHA1-3DES" }).pem
    let der = try #require(try PEMArmour.decode(Array(pem.utf8)).first).bytes
    let expected = try PrivateKey(encryptedPKCS8DER: der, passphrase: passphrase).publicKey
    for index in der.indices {
      var changed = der
      changed[index] ^= 0x41
      let key = try? PrivateKey(encryptedPKCS8DER: changed, passphrase: passphrase)
      #expect(key == nil || key?.publicKey == expected)
    }
  }

  @Test("openssl reads the encrypted key we write")
  func opensslReadsEncrypted() throws {
    guard OpenSSLTool.isInstalled() else { return }
    let key = try PrivateKey.generate(.p384)
    let pem = try key.encryptedPKCS8PEM(passphrase: passphrase, iterations: 2000)
    try OpenSSLTool.withFiles(["key.pem": pem]) { directory in
      let output = try OpenSSLTool.run(
        ["pkey", "-in", "key.pem", "-passin", "pass:open", "-pubout", "-outform", "DER"], in: directory)
      #expect(output.standardOutput == key.publicKey.subjectPublicKeyInfo, "\(output.standardError)")
    }
  }
}
