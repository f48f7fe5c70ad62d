import Cryptography
import PKI

/// Files of keys, as operators hand them over.
enum KeyFuzzing {
  static func armour(_ bytes: [UInt8]) {
    guard let blocks = try? PEM.decode(bytes) else { return }
    for block in blocks {
      guard !block.label.utf8.contains(0x0a) else { continue }
      let again = try? PEM.decode(PEM.encode(label: block.label, der: block.bytes))
      expect(again?.first?.bytes == block.bytes, "a block is read back as it was written")
      _ = block.certificateDER
    }
    _ = try? Certificate(pem: bytes)
    _ = try? CertificateRevocationList(pem: bytes)
    _ = try? CertificateSigningRequest(pem: bytes)
  }

  /// PEM or DER, encrypted or not; the password is that of the corpus.
  static func privateKey(_ bytes: [UInt8]) {
    if let key = try? PrivateKey(pem: bytes, passphrase: { "fuzz" }) { use(key) }
    if let key = try? PrivateKey(pkcs8DER: bytes) { use(key) }
    if let key = try? PrivateKey(encryptedPKCS8DER: bytes, passphrase: []) { use(key) }
    if let key = try? PublicKey(subjectPublicKeyInfo: bytes) {
      _ = key.isValidSignature([1], over: [2], .ecdsa(.sha256))
    }
  }

  private static func use(_ key: PrivateKey) {
    let again = try? PrivateKey(pkcs8DER: key.pkcs8DER())
    expect(again?.publicKey == key.publicKey, "a key is read back as it was written")
  }

  static func container(_ bytes: [UInt8]) {
    for password in ["fuzz", ""] {
      guard let contents = try? PKCS12.decode(bytes, password: SecretBytes(password.utf8)) else { continue }
      if let key = contents.key { use(key) }
      for certificate in contents.certificates { _ = try? Certificate(der: certificate) }
    }
  }
}
