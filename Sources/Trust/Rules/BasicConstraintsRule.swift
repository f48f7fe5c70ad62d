import PKI

/// Whoever signs certificates says cA TRUE (RFC 5280 §4.2.1.9, §6.1.4 (k)).
enum BasicConstraintsRule {
  static func check(_ path: CandidatePath, _ depth: Int, _ findings: inout [Refusal]) {
    guard depth > 0, let reason = obstacle(path, depth) else { return }
    findings.append(
      Refusal(rule: .notCA, depth: depth, certificate: path.certificates[depth].certificate, detail: reason))
  }

  /// Why the certificate at `depth` is no CA; nil when it is one.
  static func obstacle(_ path: CandidatePath, _ depth: Int) -> String? {
    let examined = path.certificates[depth]
    // A version 1 root predates the extension; OpenSSL takes it as an anchor, and so does §6.1.4 (k), which is not
    // about anchors.
    let isOldAnchor =
      depth == path.topDepth && path.isAnchored && examined.certificate.version == 0 && examined.isSelfIssued
    if examined.facts.basicConstraints?.isCA == true || isOldAnchor { return nil }
    return examined.facts.basicConstraints == nil ? "no basicConstraints" : "cA is FALSE"
  }
}
