import Cryptography

extension CertificateSigningRequest {
  /// Makes a request and signs it with the key it is for.
  /// - Parameter algorithm: nil means the key's default.
  /// - Throws: `.signing`.
  public static func build(
    subject: DistinguishedName, key: PrivateKey, extensions: [CertificateExtension] = [],
    challengePassword: String? = nil, algorithm: SignatureAlgorithm? = nil
  ) throws(PKIError) -> CertificateSigningRequest {
    let algorithm = algorithm ?? key.defaultSignatureAlgorithm
    var attributes: [[UInt8]] = []
    if let challengePassword {
      attributes.append(attribute(.challengePassword, Self.directoryString(challengePassword)))
    }
    if !extensions.isEmpty {
      let list = DERWriter.bytes { CertificateExtension.write(extensions, to: &$0) }
      attributes.append(attribute(.extensionRequest, list))
    }
    let info = DERWriter.bytes {
      $0.sequence {
        $0.integer(0)
        $0.raw(subject.der)
        $0.raw(key.publicKey.subjectPublicKeyInfo)
        $0.setOf(attributes, tag: .contextConstructed(0))
      }
    }
    let signature = try SignedStructure.signature(over: info, by: key, algorithm)
    return try CertificateSigningRequest(
      der: SignedStructure.der(tbs: info, algorithm: algorithm, signature: signature))
  }

  private static func attribute(_ oid: OID, _ value: [UInt8]) -> [UInt8] {
    DERWriter.bytes {
      $0.sequence {
        $0.objectIdentifier(oid.bytes)
        $0.constructed(.set) { $0.raw(value) }
      }
    }
  }

  private static func directoryString(_ text: String) -> [UInt8] {
    DERWriter.bytes { $0.primitive(.utf8String, text.utf8) }
  }
}
