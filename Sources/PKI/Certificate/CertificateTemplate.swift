import Cryptography

/// A version 3 certificate under construction (RFC 5280 §4.1.2). Building is in two steps, so that a signer can look at
/// the very bytes it signs: `tbsDER`, then `certificate`.
public struct CertificateTemplate: Hashable, Sendable {
  public var serialNumber: SerialNumber
  public var issuer: DistinguishedName
  public var subject: DistinguishedName
  public var notBefore: UnixTime
  public var notAfter: UnixTime
  /// DER of a SubjectPublicKeyInfo.
  public var subjectPublicKeyInfo: [UInt8]
  public var extensions: [CertificateExtension]

  public init(
    serialNumber: SerialNumber, issuer: DistinguishedName, subject: DistinguishedName, notBefore: UnixTime,
    notAfter: UnixTime, subjectPublicKeyInfo: [UInt8], extensions: [CertificateExtension] = []
  ) {
    self.serialNumber = serialNumber
    self.issuer = issuer
    self.subject = subject
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.subjectPublicKeyInfo = subjectPublicKeyInfo
    self.extensions = extensions
  }

  /// The `TBSCertificate`.
  public func tbsDER(signatureAlgorithm: SignatureAlgorithm) -> [UInt8] {
    DERWriter.bytes {
      $0.sequence {
        $0.constructed(.contextConstructed(0)) { $0.integer(2) }
        $0.primitive(.integer, serialNumber.bytes)
        AlgorithmIdentifier(signatureAlgorithm).write(to: &$0)
        $0.raw(issuer.der)
        $0.sequence {
          $0.time(notBefore)
          $0.time(notAfter)
        }
        $0.raw(subject.der)
        $0.raw(subjectPublicKeyInfo)
        if !extensions.isEmpty {
          $0.constructed(.contextConstructed(3)) { CertificateExtension.write(extensions, to: &$0) }
        }
      }
    }
  }

  /// A certificate's DER from what was signed and its signature.
  public static func certificate(tbs: [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8]) -> [UInt8] {
    SignedStructure.der(tbs: tbs, algorithm: algorithm, signature: signature)
  }

  /// Both steps with a key at hand; `algorithm` nil means the key's default.
  /// - Throws: `.signing`.
  public func signed(
    by key: PrivateKey, algorithm: SignatureAlgorithm? = nil
  ) throws(PKIError) -> Certificate {
    let algorithm = algorithm ?? key.defaultSignatureAlgorithm
    let tbs = tbsDER(signatureAlgorithm: algorithm)
    let signature = try SignedStructure.signature(over: tbs, by: key, algorithm)
    return try Certificate(der: Self.certificate(tbs: tbs, algorithm: algorithm, signature: signature))
  }
}

/// SIGNED{} of RFC 5280 appendix A: what certificates, requests and revocation lists have in common.
enum SignedStructure {
  static func der(tbs: [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8]) -> [UInt8] {
    DERWriter.bytes {
      $0.sequence {
        $0.raw(tbs)
        AlgorithmIdentifier(algorithm).write(to: &$0)
        $0.bitString(signature)
      }
    }
  }

  static func signature(
    over tbs: [UInt8], by key: PrivateKey, _ algorithm: SignatureAlgorithm
  ) throws(PKIError) -> [UInt8] {
    do throws(CryptographyError) { return try key.sign(tbs, algorithm) } catch { throw .signing(error) }
  }
}
