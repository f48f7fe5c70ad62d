import PKI

/// Keys and digests are as strong as the stated policy asks (`AlgorithmPolicy`).
enum KeyStrengthRule {
  static func checkLeaf(_ path: CandidatePath, _ policy: VerificationPolicy, _ findings: inout [Refusal]) {
    check(path, 0, .weakLeafKey, policy, &findings)
  }

  /// Keys of issuers, and the digests of all signatures but the anchor's own.
  static func checkIssuers(_ path: CandidatePath, _ policy: VerificationPolicy, _ findings: inout [Refusal]) {
    for depth in path.certificates.indices {
      if depth > 0 { check(path, depth, .weakIssuerKey, policy, &findings) }
      let certificate = path.certificates[depth].certificate
      guard depth < path.topDepth, let algorithm = certificate.signatureAlgorithm.signatureAlgorithm,
        !policy.algorithms.accepts(algorithm)
      else { continue }
      findings.append(
        Refusal(rule: .weakDigest, depth: depth, certificate: certificate, detail: algorithm.digest?.name ?? ""))
    }
  }

  private static func check(
    _ path: CandidatePath, _ depth: Int, _ rule: Rule, _ policy: VerificationPolicy, _ findings: inout [Refusal]
  ) {
    let examined = path.certificates[depth]
    guard let key = examined.key else {
      // Of an issuer SignatureRule asks for it.
      guard depth == 0 else { return }
      findings.append(
        Refusal(
          rule: .unsupportedPublicKey, depth: 0, certificate: examined.certificate,
          detail: "\(examined.certificate.publicKeyAlgorithm.oid)"))
      return
    }
    // A key that inherits its parameters is as strong as its issuer's.
    guard !examined.inheritsParameters, !policy.algorithms.accepts(key.key.type) else { return }
    if policy.algorithms.isTooLarge(key.key.type) {
      findings.append(
        Refusal(
          rule: .unsupportedPublicKey, depth: depth, certificate: examined.certificate,
          detail: key.key.type.description))
      return
    }
    findings.append(
      Refusal(rule: rule, depth: depth, certificate: examined.certificate, detail: key.key.type.description))
  }
}
