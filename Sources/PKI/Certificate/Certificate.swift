import Cryptography

/// An X.509 certificate (RFC 5280 §4.1). Parsed once, flat; a copy shares the storage. Equal when the encodings are.
///
/// A key or signature algorithm that is not known is no parse failure: a verifier must be able to look at what it is
/// about to refuse.
public struct Certificate: Sendable, Hashable {
  let storage: CertificateStorage

  /// - Throws: `.malformed` with the first fault and its offset.
  public init(der: [UInt8]) throws(PKIError) {
    storage = try PKIError.reading(.certificate) { () throws(DERError) in try CertificateStorage(der) }
  }

  /// The first certificate of a PEM text.
  public init(pem: [UInt8]) throws(PKIError) {
    guard let der = try PEM.decode(pem).lazy.compactMap(\.certificateDER).first else {
      throw .missingPEMBlock(label: "CERTIFICATE")
    }
    try self.init(der: der)
  }

  public static func == (a: Certificate, b: Certificate) -> Bool {
    a.storage === b.storage || a.storage.der == b.storage.der
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(storage.der) }

  public var der: [UInt8] { storage.der }
  /// In a `CERTIFICATE` armour.
  public var pem: [UInt8] { PEM.encode(label: "CERTIFICATE", der: der) }
  /// What the signature is over.
  public var tbsBytes: [UInt8] { Array(storage.der[storage.tbs]) }
  /// 0 for v1, 2 for v3.
  public var version: Int { storage.version }
  public var serialNumber: SerialNumber { storage.serialNumber }
  /// The algorithm beside the signature; `tbsSignatureAlgorithm` is the one that is signed.
  public var signatureAlgorithm: AlgorithmIdentifier { storage.signatureAlgorithm }
  public var tbsSignatureAlgorithm: AlgorithmIdentifier { storage.tbsSignatureAlgorithm }
  /// Empty when it is not made of whole bytes; then it is no signature of anyone.
  public var signatureValue: [UInt8] { storage.signature.map { Array(storage.der[$0]) } ?? [] }
  public var issuer: DistinguishedName { storage.issuer }
  public var subject: DistinguishedName { storage.subject }
  public var notBefore: UnixTime { storage.notBefore }
  public var notAfter: UnixTime { storage.notAfter }
  /// Of notBefore and notAfter those that are written as GeneralizedTime.
  public var generalizedTimes: [UnixTime] { storage.generalizedTimes }
  public var hasUniqueIdentifiers: Bool { storage.hasUniqueIdentifiers }
  public var subjectPublicKeyInfo: [UInt8] { Array(storage.der[storage.subjectPublicKeyInfo]) }
  /// The key's algorithm, known or not.
  public var publicKeyAlgorithm: AlgorithmIdentifier { storage.publicKeyAlgorithm }
  /// The bits of the subject's key without their algorithm: what key identifiers are the hash of (§4.2.1.2).
  public var publicKeyBits: [UInt8] { Array(storage.der[storage.publicKeyBits]) }
  /// Nil when the algorithm is not known or the key is refused. Made on first use, then shared.
  public var publicKey: PublicKey? { storage.publicKey }

  /// Issuer and subject are the same name (RFC 5280 §6.1).
  public var isSelfIssued: Bool { issuer.matches(subject) }

  /// Whether `key` signed this certificate. False as well when the two signature algorithms differ (§4.1.1.2).
  public func isSigned(by key: PublicKey) -> Bool {
    guard signatureAlgorithm == tbsSignatureAlgorithm, let algorithm = signatureAlgorithm.signatureAlgorithm else {
      return false
    }
    return storage.der.withUnsafeBytes { bytes in
      key.isValidSignature(signatureValue, over: UnsafeRawBufferPointer(rebasing: bytes[storage.tbs]), algorithm)
    }
  }

  /// The digest of the whole certificate.
  public func fingerprint(_ digest: Digest) -> [UInt8] { digest.hash(der) }
}

extension Certificate {
  /// In order of the encoding.
  public var extensions: [CertificateExtension] { storage.extensions.map { $0.materialized(storage.der) } }

  /// The extension with this OID; there is at most one.
  public func `extension`(_ oid: OID) -> CertificateExtension? {
    storage.extensionRecord(oid).map { $0.materialized(storage.der) }
  }

  /// Extensions marked critical that are not in `known`.
  public func unknownCriticalExtensions(known: Set<OID>) -> [OID] {
    storage.extensions.filter(\.isCritical).map { $0.oid(storage.der) }.filter { !known.contains($0) }
  }

  /// The typed value of an extension, nil when it is absent.
  /// - Throws: `.malformed` when it is there and damaged.
  public func value<Value: ExtensionValue>(of type: Value.Type) throws(PKIError) -> Value? {
    guard let record = storage.extensionRecord(Value.oid) else { return nil }
    return try Value.decode(DERReader(storage.der, range: record.value))
  }
}
