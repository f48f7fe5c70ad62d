import PKI

/// Names stay within what the CAs above allow (RFC 5280 §4.2.1.10, §6.1.3 (b) and (c)).
///
/// A self-issued certificate is exempt unless it is the leaf. A constraint on a form of name that is not understood
/// refuses every name of that form, critical or not. So does one whose base is no base of its form.
struct NameConstraintsRule {
  let judgement: Judgement

  func check(_ path: CandidatePath, _ findings: inout [Refusal]) {
    guard path.certificates.dropFirst().contains(where: { $0.facts.nameConstraints != nil }) else { return }
    for depth in path.certificates.indices.reversed() where depth == 0 || !path.certificates[depth].isSelfIssued {
      let subject = path.certificates[depth]
      let names = Self.names(of: subject, readsCommonName: depth == 0 && judgement.policy.readsCommonName)
      var prepared: [ConstrainedName]?
      for issuer in path.certificates[(depth + 1)...].reversed() {
        guard let constraints = issuer.facts.nameConstraints else { continue }
        guard let (rule, detail) = violation(names, &prepared, constraints) else { continue }
        findings.append(Refusal(rule: rule, depth: depth, certificate: subject.certificate, detail: detail))
      }
    }
  }

  /// subjectAltName, the subject if there is one, and e-mail addresses in the subject.
  ///
  /// - Parameter readsCommonName: a certificate without any dNSName is held to constraints on those by its common name, if
  ///   that looks like one.
  static func names(of subject: ExaminedCertificate, readsCommonName: Bool) -> [GeneralName] {
    var names = subject.facts.subjectAlternativeName ?? []
    guard !subject.certificate.subject.isEmpty else { return names }
    let hasDNSName = names.contains { if case .dns = $0 { true } else { false } }
    names.append(.directory(subject.certificate.subject))
    for attribute in subject.certificate.subject.rdns.joined() {
      if attribute.type == .emailAddress { names.append(.email(attribute.text ?? "")) }
      guard readsCommonName, !hasDNSName, attribute.type == .commonName, let text = attribute.text, text.contains("."),
        NameSyntax.isDNSName(text, allowsWildcard: true)
      else { continue }
      names.append(.dns(text))
    }
    return names
  }

  private func violation(
    _ names: [GeneralName], _ prepared: inout [ConstrainedName]?, _ constraints: NameConstraints
  ) -> (Rule, String)? {
    let subtrees = constraints.permitted + constraints.excluded
    // A comparison goes over the shorter of two names; preparing goes once over all.
    let nameWeight = names.reduce(0) { $0 + ConstrainedName.weight(of: $1) }
    let baseWeight = subtrees.reduce(0) { $0 + ConstrainedName.weight(of: $1) }
    let cost = min(nameWeight * subtrees.count, baseWeight * names.count) + nameWeight + baseWeight
    guard judgement.budget.spendNameComparisons(cost) else { return (.workBudgetExceeded, "name constraints") }
    let ready = prepared ?? names.map(ConstrainedName.init(name:))
    prepared = ready
    let permitted = constraints.permitted.map(ConstrainedName.init(base:))
    let excluded = constraints.excluded.map(ConstrainedName.init(base:))
    for index in names.indices {
      for base in excluded.indices {
        switch NameSubtree.relation(of: ready[index], to: excluded[base], excluding: true) {
        case .otherForm, .outside: continue
        case .within: return (.excludedSubtree, "\(names[index]) is within \(constraints.excluded[base])")
        case .unsupported:
          return (.unsupportedNameConstraint, "\(names[index]) against \(constraints.excluded[base])")
        }
      }
      if let rule = omission(ready[index], permitted) { return (rule, "\(names[index])") }
    }
    return nil
  }

  /// The rule a name breaks that lies in none of the subtrees of its form.
  private func omission(_ name: ConstrainedName, _ permitted: [ConstrainedName]) -> Rule? {
    var isConstrained = false
    for subtree in permitted {
      switch NameSubtree.relation(of: name, to: subtree, excluding: false) {
      case .otherForm: continue
      case .within: return nil
      case .outside: isConstrained = true
      case .unsupported: return .unsupportedNameConstraint
      }
    }
    return isConstrained ? .permittedSubtree : nil
  }
}

extension VerificationPolicy {
  /// Whether a leaf's common name is held to constraints on DNS names. Nothing here takes a common name for a DNS name, but
  /// rules on identities and upstreams that are given a client's subject may read it so. A server is known by its
  /// subjectAltName alone: its common name says nothing about hosts (RFC 9525 §2), and so breaks no constraint on them.
  var readsCommonName: Bool {
    guard purpose != .server else { return false }
    switch identity {
    case .host, .address: return false
    case .email, nil: return true
    }
  }
}
