import Cryptography

extension CertificateRevocationList {
  /// The `TBSCertList` of a version 2 list (RFC 5280 §5.1.2), for a signer that is elsewhere.
  public static func tbsDER(
    issuer: DistinguishedName, thisUpdate: UnixTime, nextUpdate: UnixTime?, entries: some Sequence<RevokedEntry>,
    extensions: [CertificateExtension], signatureAlgorithm: SignatureAlgorithm
  ) -> [UInt8] {
    let revoked = DERWriter.bytes { for entry in entries { entry.write(to: &$0) } }
    return DERWriter.bytes {
      $0.sequence {
        $0.integer(1)
        AlgorithmIdentifier(signatureAlgorithm).write(to: &$0)
        $0.raw(issuer.der)
        $0.time(thisUpdate)
        if let nextUpdate { $0.time(nextUpdate) }
        if !revoked.isEmpty { $0.primitive(.sequence, revoked) }
        if !extensions.isEmpty {
          $0.constructed(.contextConstructed(0)) { CertificateExtension.write(extensions, to: &$0) }
        }
      }
    }
  }

  /// A list's DER from what was signed and its signature.
  public static func list(tbs: [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8]) -> [UInt8] {
    SignedStructure.der(tbs: tbs, algorithm: algorithm, signature: signature)
  }

  /// Makes and signs a list with the extensions that every list of a CA must have (§5.2): its number and the key that
  /// signed it.
  /// - Parameters:
  ///   - authorityKeyIdentifier: the issuer's subject key identifier.
  ///   - algorithm: nil means the key's default.
  /// - Throws: `.signing`.
  public static func build(
    issuer: DistinguishedName, key: PrivateKey, thisUpdate: UnixTime, nextUpdate: UnixTime,
    crlNumber: SerialNumber, authorityKeyIdentifier: [UInt8], entries: some Sequence<RevokedEntry>,
    additionalExtensions: [CertificateExtension] = [], algorithm: SignatureAlgorithm? = nil
  ) throws(PKIError) -> CertificateRevocationList {
    let algorithm = algorithm ?? key.defaultSignatureAlgorithm
    let extensions =
      [
        CertificateExtension(AuthorityKeyIdentifier(keyIdentifier: authorityKeyIdentifier)),
        CertificateExtension(CRLNumber(crlNumber)),
      ] + additionalExtensions
    let tbs = tbsDER(
      issuer: issuer, thisUpdate: thisUpdate, nextUpdate: nextUpdate, entries: entries, extensions: extensions,
      signatureAlgorithm: algorithm)
    let signature = try SignedStructure.signature(over: tbs, by: key, algorithm)
    return try CertificateRevocationList(der: list(tbs: tbs, algorithm: algorithm, signature: signature))
  }
}
