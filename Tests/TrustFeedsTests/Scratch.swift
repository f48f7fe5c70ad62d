import Cryptography
import Foundation
import PKI

/// A folder of one test, gone when the test is.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "countersign-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  @discardableResult
  func replace(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file), options: .atomic)
    return file
  }
}

struct Authority {
  let key: PrivateKey
  let certificate: Certificate

  init(_ name: String) throws {
    key = try PrivateKey.generate(.p256)
    let subject = DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, name)]])
    certificate = try CertificateTemplate(
      serialNumber: SerialNumber(magnitude: [1]), issuer: subject, subject: subject, notBefore: UnixTime(0),
      notAfter: UnixTime(4_000_000_000), subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo,
      extensions: [CertificateExtension(BasicConstraints(isCA: true), critical: true)]
    ).signed(by: key)
  }

  func crl(signedBy other: PrivateKey? = nil) throws -> CertificateRevocationList {
    try CertificateRevocationList.build(
      issuer: certificate.subject, key: other ?? key, thisUpdate: UnixTime(0), nextUpdate: UnixTime(4_000_000_000),
      crlNumber: SerialNumber(magnitude: [1]), authorityKeyIdentifier: [1], entries: [])
  }
}
