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

enum HexText {
  static func lower(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
