import Cryptography

/// Private keys in files, with the path in every error.
public enum KeyFile {
  /// A CA's key, which nobody else may be able to use.
  ///
  /// - Throws: ``AuthorityError/exposed(path:problem:cure:)`` as well.
  static func readPrivate(_ path: String, passphrase: () -> SecretBytes?) throws(AuthorityError) -> PrivateKey {
    try Exposure.check(secret: path)
    return try read(path, passphrase: passphrase)
  }

  /// Any PEM form OpenSSL writes; `passphrase` is asked only for an encrypted one.
  public static func read(_ path: String, passphrase: () -> SecretBytes?) throws(AuthorityError) -> PrivateKey {
    let secret = try FileReader.secret(of: path, limit: 1 << 20)
    do {
      return try secret.withArray { (pem) throws(CryptographyError) in
        try PrivateKey(pem: pem, passphrase: passphrase)
      }
    } catch CryptographyError.passphraseRequired {
      throw .passphraseRequired(path: path)
    } catch CryptographyError.wrongPassphrase {
      throw .wrongPassphrase(path: path)
    } catch {
      throw .unreadable(path: path, problem: "\(FaultText.of(error))")
    }
  }

  /// Whether a PEM file holds an encrypted key, by its armour alone.
  public static func isEncrypted(_ pem: [UInt8]) -> Bool {
    let text = String(decoding: pem, as: UTF8.self)
    return text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED")
  }

  /// A new key.
  public static func generate(_ type: KeyType) throws(AuthorityError) -> PrivateKey {
    do { return try PrivateKey.generate(type) } catch {
      throw .cryptography(operation: "making a \(type.name) key", problem: "\(FaultText.of(error))")
    }
  }
}
