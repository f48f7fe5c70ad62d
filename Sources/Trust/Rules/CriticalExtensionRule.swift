import PKI

/// Every critical extension is one we process (RFC 5280 §4.2, §6.1.4 (o), §6.1.5 (f)).
///
/// Key identifiers and freshestCRL, which must not be critical (§4.2.1.1, §4.2.1.2, §4.2.1.15), are hints here: who
/// insists on them is not obeyed, and therefore refused.
enum CriticalExtensionRule {
  static let processed: Set<OID> = [
    .keyUsage, .basicConstraints, .extendedKeyUsage, .subjectAlternativeName, .nameConstraints, .certificatePolicies,
    .policyMappings, .policyConstraints, .inhibitAnyPolicy, .crlDistributionPoints, .issuerAlternativeName,
  ]

  static func check(_ path: CandidatePath, _ depth: Int, _ findings: inout [Refusal]) {
    let certificate = path.certificates[depth].certificate
    guard let unknown = certificate.extensions.first(where: { $0.critical && !processed.contains($0.oid) }) else {
      return
    }
    findings.append(
      Refusal(rule: .unknownCriticalExtension, depth: depth, certificate: certificate, detail: "\(unknown.oid)"))
  }
}
