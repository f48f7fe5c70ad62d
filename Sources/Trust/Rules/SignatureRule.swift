import PKI

/// The signature holds under the issuer's key, and the issuer may sign certificates
/// (RFC 5280 §6.1.3 (a)(1), §6.1.4 (n)).
enum SignatureRule {
  static func check(
    _ path: CandidatePath, _ depth: Int, _ keys: WorkingKeys, _ judgement: Judgement, _ findings: inout [Refusal]
  ) {
    // An anchor's own signature proves nothing: it is trusted as configured.
    guard depth < path.topDepth else { return }
    let subject = path.certificates[depth]
    let issuer = path.certificates[depth + 1]
    if let usage = issuer.facts.keyUsage, !usage.contains(.keyCertSign) {
      findings.append(Refusal(rule: .keyUsageCertSign, depth: depth + 1, certificate: issuer.certificate))
    }
    guard let key = keys[depth + 1] else {
      findings.append(Refusal(rule: .unsupportedPublicKey, depth: depth + 1, certificate: issuer.certificate))
      return
    }
    guard subject.certificate.signatureAlgorithm.signatureAlgorithm != nil else {
      findings.append(
        Refusal(
          rule: .unsupportedSignatureAlgorithm, depth: depth, certificate: subject.certificate,
          detail: "\(subject.certificate.signatureAlgorithm.oid)"))
      return
    }
    // Where nobody vouches for the issuer, the path is refused for a signature above or because it has no end.
    guard judgement.isVouched(path, keys, at: depth + 1) else { return }
    if !judgement.isSigned(subject, by: key) {
      findings.append(Refusal(rule: .signature, depth: depth, certificate: subject.certificate))
    }
  }
}
