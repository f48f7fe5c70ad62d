import Cryptography
import PKI

extension Certificate {
  /// SHA-256 of the certificate, lower-case hexadecimal: how the ledger finds a certificate file again.
  public var sha256Text: String { HexText.lower(Digest.sha256.hash(der)) }
}

extension PublicKey {
  /// SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal.
  var hashText: String { HexText.lower(Digest.sha256.hash(subjectPublicKeyInfo)) }
}
