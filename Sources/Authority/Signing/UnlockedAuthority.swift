import Cryptography
import PKI

/// A CA whose key is in hand: what signing needs, obtained before any lock is taken, as a passphrase may be asked for.
public struct UnlockedAuthority: Sendable {
  public let record: AuthorityRecord
  let key: PrivateKey

  var certificate: Certificate { record.certificate }
  /// The certificate and those above it, the root last.
  var chain: [Certificate] { [record.certificate] + record.above }
}

extension AuthorityDirectory {
  /// Reads the key of the CA called `name` (nil: the default one) and checks that it is the certificate's.
  public func unlock(_ name: String? = nil, passphrase: () -> SecretBytes?) throws(AuthorityError) -> UnlockedAuthority
  {
    let record = try authority(name)
    let files = layout.authority(record.name)
    try Exposure.check(layout)
    let key = try KeyFile.readPrivate(files.key, passphrase: passphrase)
    guard key.publicKey.subjectPublicKeyInfo == record.certificate.subjectPublicKeyInfo else {
      throw .keyMismatch(key: files.key, certificate: files.certificate)
    }
    return UnlockedAuthority(record: record, key: key)
  }
}
