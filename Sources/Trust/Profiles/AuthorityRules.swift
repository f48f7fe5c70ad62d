import Cryptography
import PKI

/// The extensions of CAs (RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.9 to §4.2.1.11, §4.2.1.14).
extension ProfileRule {
  static let authorityRules: [ProfileRule] = basicConstraintRules + nameConstraintRules + policyRules

  private static let basicConstraintRules: [ProfileRule] = [
    ProfileRule(
      "basicConstraints", "RFC 5280 §4.2.1.9", "Who signed a certificate has basicConstraints with cA TRUE.",
      everywhere: .notCA),
    ProfileRule(
      "basicConstraints.critical", "RFC 5280 §4.2.1.9", "The basicConstraints of a CA are critical.",
      certificate: { $0.isCA ? $0.fault(unlessCritical: .basicConstraints) : nil }),
    ProfileRule(
      "basicConstraints.pathLen", "RFC 5280 §4.2.1.9",
      "A pathLenConstraint stands beside cA TRUE and a keyUsage with keyCertSign.",
      certificate: { subject in
        guard let constraints = subject.facts.basicConstraints, constraints.pathLength != nil else { return nil }
        if !constraints.isCA { return "cA is FALSE" }
        return subject.facts.keyUsage?.contains(.keyCertSign) == true ? nil : "no keyCertSign"
      }),
    ProfileRule(
      "basicConstraints.below", "RFC 5280 §4.2.1.9 and §6.1.4 (m)",
      "No more intermediates than pathLenConstraint says stand below a CA, those that are self-issued and the last "
        + "certificate of the path not counted.", everywhere: .pathLength),
  ]

  private static let nameConstraintRules: [ProfileRule] = [
    ProfileRule(
      "nameConstraints.ca", "RFC 5280 §4.2.1.10", "nameConstraints stand in the certificates of CAs alone.",
      certificate: { subject in
        let isCA = subject.facts.basicConstraints?.isCA == true
        return subject.facts.nameConstraints != nil && !isCA ? "cA is FALSE" : nil
      }),
    ProfileRule(
      "nameConstraints.critical", "RFC 5280 §4.2.1.10", "nameConstraints are critical.",
      certificate: { $0.fault(unlessCritical: .nameConstraints) }),
    ProfileRule(
      "nameConstraints.empty", "RFC 5280 §4.2.1.10",
      "nameConstraints have a subtree, whose minimum is 0 and whose maximum is absent.",
      everywhere: .malformedExtension),
    ProfileRule(
      "nameConstraints.forms", "RFC 5280 §4.2.1.10",
      "nameConstraints say nothing about x400Address, ediPartyName and registeredID.",
      certificate: { subject in
        subtrees(subject).lazy.compactMap { base -> String? in
          switch base {
          case .x400, .ediParty, .registeredID: "\(base)"
          case .dns, .email, .uri, .ip, .directory, .other: nil
          }
        }.first
      }),
    ProfileRule(
      "nameConstraints.bases", "RFC 5280 §4.2.1.10",
      "The base of a subtree is written as its form demands: a host for dNSName, a mailbox, a host or .domain for "
        + "rfc822Name, a host or .domain for URI, an address and a mask in one piece for iPAddress.",
      certificate: { subtrees($0).lazy.compactMap(NameSubtree.fault(ofBase:)).first }),
  ]

  private static let policyRules: [ProfileRule] = [
    ProfileRule(
      "certificatePolicies.twice", "RFC 5280 §4.2.1.4", "No policy stands twice in certificatePolicies.",
      everywhere: .malformedExtension),
    ProfileRule(
      "certificatePolicies.qualifiers", "RFC 5280 §4.2.1.4",
      "anyPolicy has no qualifiers but a pointer to a practice statement and a user notice.",
      certificate: { subject in
        let policies = ((try? subject.certificate.certificatePolicies()) ?? nil)?.policies ?? []
        let qualifiers = policies.filter { $0.identifier == .anyPolicy }.flatMap(\.qualifiers)
        let known: Set<OID> = [.certificationPracticeStatement, .userNotice]
        return qualifiers.first { !known.contains($0.oid) }.map { "\($0.oid)" }
      }),
    ProfileRule(
      "policyMappings.ca", "RFC 5280 §4.2.1.5", "policyMappings stand in the certificates of CAs alone.",
      certificate: { subject in
        let isCA = subject.facts.basicConstraints?.isCA == true
        return subject.facts.policyMappings != nil && !isCA ? "cA is FALSE" : nil
      }),
    ProfileRule(
      "policyMappings.empty", "RFC 5280 §4.2.1.5", "policyMappings have a mapping.", everywhere: .malformedExtension),
    ProfileRule(
      "policyMappings.anyPolicy", "RFC 5280 §4.2.1.5", "Policies are mapped neither to nor from anyPolicy.",
      compatible: .invalidPolicyExtension,
      certificate: { subject in
        guard let mappings = subject.facts.policyMappings else { return nil }
        let isMapped = mappings[.anyPolicy] != nil || mappings.values.contains { $0.contains(.anyPolicy) }
        return isMapped ? "anyPolicy is mapped" : nil
      }),
    ProfileRule(
      "policyConstraints.critical", "RFC 5280 §4.2.1.11", "policyConstraints are critical.",
      certificate: { $0.fault(unlessCritical: .policyConstraints) }),
    ProfileRule(
      "policyConstraints.empty", "RFC 5280 §4.2.1.11", "policyConstraints have a field.",
      everywhere: .malformedExtension),
    ProfileRule(
      "inhibitAnyPolicy.critical", "RFC 5280 §4.2.1.14", "inhibitAnyPolicy is critical.",
      certificate: { $0.fault(unlessCritical: .inhibitAnyPolicy) }),
  ]

  private static func subtrees(_ subject: ProfiledCertificate) -> [GeneralName] {
    (subject.facts.nameConstraints?.permitted ?? []) + (subject.facts.nameConstraints?.excluded ?? [])
  }
}

extension NameSubtree {
  /// What makes the base of a subtree less than RFC 5280 §4.2.1.10 asks; nil for nothing. The empty dNSName is all hosts.
  static func fault(ofBase base: GeneralName) -> String? {
    let isSound: Bool
    switch base {
    case .dns(let text): isSound = text.isEmpty || NameSyntax.isPreferredName(text, allowsWildcard: false)
    case .email:
      if case .obscure = ConstrainedName(base: base) { isSound = false } else { isSound = true }
    case .uri(let text):
      if case .uriHost = ConstrainedName(base: base) {
        isSound = !text.isEmpty && IPAddressText.octets(text) == nil
      } else {
        isSound = false
      }
    case .ip(let octets): isSound = isContiguous(octets.suffix(octets.count / 2))
    case .directory, .registeredID, .other, .x400, .ediParty: isSound = true
    }
    return isSound ? nil : "\(base)"
  }
}
