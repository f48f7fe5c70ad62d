import Cryptography
import TLSEngine

/// Self-signed certificates made by hand: the engine judges no chain, so nothing more is needed.
enum SelfSigned {
  static func credential(_ type: KeyType = .p256, name: String = "localhost") throws -> TLSCredential {
    let key = try PrivateKey.generate(type)
    return TLSCredential(chain: [try certificate(key, name: name)], key: key)
  }

  static func certificate(_ key: PrivateKey, name: String) throws -> [UInt8] {
    let algorithm = key.defaultSignatureAlgorithm
    let identifier = sequence(algorithmIdentifier(algorithm))
    let subject = sequence(tlv(0x31, sequence(oid([0x55, 0x04, 0x03]) + tlv(0x0C, Array(name.utf8)))))
    let validity = sequence(tlv(0x17, Array("250101000000Z".utf8)) + tlv(0x17, Array("450101000000Z".utf8)))
    let body = sequence(
      tlv(0xA0, tlv(0x02, [2])) + tlv(0x02, [1]) + identifier + subject + validity + subject
        + key.publicKey.subjectPublicKeyInfo)
    return sequence(body + identifier + tlv(0x03, [0] + (try key.sign(body, algorithm))))
  }

  private static func algorithmIdentifier(_ algorithm: SignatureAlgorithm) -> [UInt8] {
    switch algorithm {
    case .ecdsa(.sha384): oid([0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3])
    case .ecdsa(.sha512): oid([0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 4])
    case .ecdsa: oid([0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2])
    case .ed25519: oid([0x2B, 0x65, 0x70])
    default: oid([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11]) + [5, 0]
    }
  }

  private static func oid(_ content: [UInt8]) -> [UInt8] { tlv(0x06, content) }
  private static func sequence(_ content: [UInt8]) -> [UInt8] { tlv(0x30, content) }

  private static func tlv(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    switch content.count {
    case ..<128: [tag, UInt8(content.count)] + content
    case ..<256: [tag, 0x81, UInt8(content.count)] + content
    default: [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }
  }
}
