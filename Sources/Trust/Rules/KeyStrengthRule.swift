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
    // A key nobody can use is another rule's matter; one that inherits its parameters is as strong as its issuer's.
    guard let key = examined.key, !examined.inheritsParameters, !policy.algorithms.accepts(key.key.type) else { return }
    findings.append(
      Refusal(rule: rule, depth: depth, certificate: examined.certificate, detail: key.key.type.description))
  }
}
