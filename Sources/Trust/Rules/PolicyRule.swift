import PKI

/// Certificate policies (RFC 5280 §6.1.2 to §6.1.5 with the graph of RFC 9618).
enum PolicyRule {
  static func check(_ path: CandidatePath, _ policy: VerificationPolicy, _ findings: inout [Refusal]) {
    _ = policies(of: path, policy, &findings)
  }

  /// The policies the path is good for; nil when it is good for none in particular.
  static func policies(
    of path: CandidatePath, _ policy: VerificationPolicy, _ findings: inout [Refusal]
  ) -> Set<OID>? {
    guard path.isAnchored, path.topDepth > 0 else { return nil }
    var state = PolicyState(policy.policies, pathLength: path.topDepth)
    for depth in stride(from: path.topDepth - 1, through: 0, by: -1) {
      if let rule = state.process(path.certificates[depth], isLeaf: depth == 0) {
        findings.append(Refusal(rule: rule, depth: depth, certificate: path.certificates[depth].certificate))
        return nil
      }
    }
    let policies = state.graph.policies(acceptable: policy.policies.acceptable)
    if state.explicitPolicy == 0, policies == nil {
      findings.append(Refusal(rule: .noExplicitPolicy, depth: 0, certificate: path.leaf.certificate))
    }
    return policies
  }
}

/// The state variables of RFC 5280 §6.1.2 that belong to policies.
private struct PolicyState {
  var graph = PolicyGraph()
  var explicitPolicy: Int
  var policyMapping: Int
  var inhibitAnyPolicy: Int

  init(_ inputs: PolicyInputs, pathLength: Int) {
    explicitPolicy = inputs.requiresExplicitPolicy ? 0 : pathLength + 1
    policyMapping = inputs.inhibitsPolicyMapping ? 0 : pathLength + 1
    inhibitAnyPolicy = inputs.inhibitsAnyPolicy ? 0 : pathLength + 1
  }

  /// One certificate, the anchor's subject first. The rule it breaks, if any.
  mutating func process(_ certificate: ExaminedCertificate, isLeaf: Bool) -> Rule? {
    let facts = certificate.facts
    if let policies = facts.policies {
      let acceptsAny = inhibitAnyPolicy > 0 || (!isLeaf && certificate.isSelfIssued)
      if !graph.isEmpty { graph.grow(by: policies, acceptsAny: acceptsAny) }
    } else {
      graph.clear()
    }
    guard explicitPolicy > 0 || !graph.isEmpty else { return .noExplicitPolicy }
    return isLeaf ? wrapUp(facts) : prepareNext(certificate)
  }

  /// RFC 5280 §6.1.4 (a), (b), (h), (i), (j).
  private mutating func prepareNext(_ certificate: ExaminedCertificate) -> Rule? {
    let facts = certificate.facts
    if let mappings = facts.policyMappings {
      for (issuer, subjects) in mappings {
        guard issuer != .anyPolicy, !subjects.contains(.anyPolicy) else { return .invalidPolicyExtension }
      }
      // What a removal prunes must not be seen by a mapping of the same certificate, nor the other way round: one of
      // the two happens for all.
      if policyMapping == 0 { graph.remove(mappings.keys) }
      for (issuer, subjects) in mappings where policyMapping > 0 && !graph.isEmpty { graph.map(issuer, to: subjects) }
    }
    if !certificate.isSelfIssued {
      explicitPolicy = max(0, explicitPolicy - 1)
      policyMapping = max(0, policyMapping - 1)
      inhibitAnyPolicy = max(0, inhibitAnyPolicy - 1)
    }
    if let required = facts.requireExplicitPolicy { explicitPolicy = min(explicitPolicy, required) }
    if let inhibited = facts.inhibitPolicyMapping { policyMapping = min(policyMapping, inhibited) }
    if let skip = facts.inhibitAnyPolicy { inhibitAnyPolicy = min(inhibitAnyPolicy, skip) }
    return nil
  }

  /// RFC 5280 §6.1.5 (a) and (b).
  private mutating func wrapUp(_ facts: ExtensionFacts) -> Rule? {
    explicitPolicy = max(0, explicitPolicy - 1)
    if facts.requireExplicitPolicy == 0 { explicitPolicy = 0 }
    return nil
  }
}
