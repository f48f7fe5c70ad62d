/// Content octets of the object identifiers that key files and PKCS#12 are made of.
enum ObjectIdentifiers {
  static let rsaEncryption: [UInt8] = pkcs + [1, 1]
  static let ecPublicKey: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]
  static let dsa: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1]

  // RFC 8018.
  static let pbeWithMD5AndDES: [UInt8] = pkcs + [5, 3]
  static let pbeWithMD5AndRC2: [UInt8] = pkcs + [5, 6]
  static let pbeWithSHA1AndDES: [UInt8] = pkcs + [5, 10]
  static let pbeWithSHA1AndRC2: [UInt8] = pkcs + [5, 11]
  static let pbkdf2: [UInt8] = pkcs + [5, 12]
  static let pbes2: [UInt8] = pkcs + [5, 13]
  static let hmacSHA1: [UInt8] = rsadsi + [2, 7]
  static let hmacSHA224: [UInt8] = rsadsi + [2, 8]
  static let hmacSHA256: [UInt8] = rsadsi + [2, 9]
  static let hmacSHA384: [UInt8] = rsadsi + [2, 10]
  static let hmacSHA512: [UInt8] = rsadsi + [2, 11]
  static let desCBC: [UInt8] = [0x2b, 14, 3, 2, 7]
  static let tripleDESCBC: [UInt8] = rsadsi + [3, 7]
  static let rc2CBC: [UInt8] = rsadsi + [3, 2]
  static let aes128CBC: [UInt8] = aes + [2]
  static let aes192CBC: [UInt8] = aes + [22]
  static let aes256CBC: [UInt8] = aes + [42]
  /// RFC 7914 §7.
  static let scrypt: [UInt8] = [0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11]

  // RFC 7292.
  static let pkcs12TripleDES: [UInt8] = pkcs + [12, 1, 3]
  static let pkcs12TwoKeyTripleDES: [UInt8] = pkcs + [12, 1, 4]
  static let pkcs12RC2With128Bits: [UInt8] = pkcs + [12, 1, 5]
  static let pkcs12RC2With40Bits: [UInt8] = pkcs + [12, 1, 6]
  static let keyBag: [UInt8] = pkcs + [12, 10, 1, 1]
  static let shroudedKeyBag: [UInt8] = pkcs + [12, 10, 1, 2]
  static let certificateBag: [UInt8] = pkcs + [12, 10, 1, 3]
  static let x509Certificate: [UInt8] = pkcs + [9, 22, 1]
  static let friendlyName: [UInt8] = pkcs + [9, 20]
  static let localKeyID: [UInt8] = pkcs + [9, 21]
  static let data: [UInt8] = pkcs + [7, 1]
  static let encryptedData: [UInt8] = pkcs + [7, 6]
  static let sha1: [UInt8] = [0x2b, 14, 3, 2, 26]
  static let sha256: [UInt8] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]

  private static let rsadsi: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]
  private static let pkcs: [UInt8] = rsadsi + [1]
  private static let aes: [UInt8] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1]

  /// The digest with this identifier.
  static func digest(_ content: [UInt8]) -> Digest? {
    let nist: [UInt8] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2]
    return switch content {
    case rsadsi + [2, 5]: .md5
    case sha1: .sha1
    case nist + [1]: .sha256
    case nist + [2]: .sha384
    case nist + [3]: .sha512
    case nist + [4]: .sha224
    default: nil
    }
  }

  /// `1.2.840…`; arcs beyond 64 bits end the text.
  static func dotted(_ content: [UInt8]) -> String {
    var arcs: [UInt64] = []
    var arc: UInt64 = 0
    for byte in content {
      guard arc < 1 << 56 else { break }
      arc = arc << 7 | UInt64(byte & 0x7f)
      guard byte < 0x80 else { continue }
      arcs += arcs.isEmpty ? [min(arc / 40, 2), arc - 40 * min(arc / 40, 2)] : [arc]
      arc = 0
    }
    return arcs.map(String.init).joined(separator: ".")
  }
}
