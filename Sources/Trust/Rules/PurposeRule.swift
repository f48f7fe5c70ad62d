import PKI

/// extendedKeyUsage and keyUsage allow what the leaf is used for (RFC 5280 §4.2.1.3, §4.2.1.12).
///
/// An absent extension allows everything. In a CA certificate extendedKeyUsage limits what is below, as OpenSSL and all
/// browsers have it. anyExtendedKeyUsage counts in CA certificates only: a leaf must name the purpose, as the clause
/// allows an application to ask.
enum PurposeRule {
  static func check(
    _ path: CandidatePath, _ depth: Int, _ policy: VerificationPolicy, _ findings: inout [Refusal]
  ) {
    guard policy.purpose != .any else { return }
    let examined = path.certificates[depth]
    // What is no CA is not fit to be one for any purpose: OpenSSL says both.
    let noAuthority = depth > 0 ? BasicConstraintsRule.obstacle(path, depth) : nil
    if let reason = noAuthority ?? obstacle(examined, isLeaf: depth == 0, policy.purpose) {
      findings.append(Refusal(rule: .purpose, depth: depth, certificate: examined.certificate, detail: reason))
    }
  }

  private static func obstacle(_ examined: ExaminedCertificate, isLeaf: Bool, _ purpose: Purpose) -> String? {
    let wanted: OID = purpose == .client ? .clientAuth : .serverAuth
    if let usages = examined.facts.extendedKeyUsage, !usages.contains(wanted),
      isLeaf || !usages.contains(.anyExtendedKeyUsage)
    {
      return "extendedKeyUsage without \(purpose == .client ? "clientAuth" : "serverAuth")"
    }
    guard isLeaf, let usage = examined.facts.keyUsage else { return nil }
    let allowed: KeyUsage =
      purpose == .client ? [.digitalSignature, .keyAgreement] : [.digitalSignature, .keyEncipherment, .keyAgreement]
    return usage.isDisjoint(with: allowed) ? "keyUsage without digitalSignature" : nil
  }
}
