import Cryptography

/// How a new CA key is kept.
public enum KeyProtection: Sendable {
  /// PKCS#8 as it is; only the file's permissions guard it.
  case unencrypted
  /// PKCS#8 under PBES2 (RFC 8018 §6.2).
  case passphrase(SecretBytes)

  func pem(_ key: PrivateKey) throws(AuthorityError) -> SecretBytes {
    switch self {
    case .unencrypted: return key.secretPEM
    case .passphrase(let passphrase):
      do { return SecretBytes(try key.encryptedPKCS8PEM(passphrase: passphrase)) } catch {
        throw .cryptography(operation: "encrypting the key", problem: "\(FaultText.of(error))")
      }
    }
  }
}
