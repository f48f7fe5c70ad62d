import PKI

/// Names stay within what the CAs above allow (RFC 5280 §4.2.1.10, §6.1.3 (b) and (c)).
///
/// A self-issued certificate is exempt unless it is the leaf. A constraint on a form of name that is not understood
/// refuses every name of that form, critical or not.
struct NameConstraintsRule {
  let judgement: Judgement

  func check(_ path: CandidatePath, _ findings: inout [Refusal]) {
    for depth in path.certificates.indices.reversed() where depth == 0 || !path.certificates[depth].isSelfIssued {
      let subject = path.certificates[depth]
      let names = Self.names(of: subject)
      for issuer in path.certificates[(depth + 1)...].reversed() {
        guard let constraints = issuer.facts.nameConstraints else { continue }
        guard let (rule, detail) = violation(names, constraints) else { continue }
        findings.append(Refusal(rule: rule, depth: depth, certificate: subject.certificate, detail: detail))
      }
    }
  }

  /// subjectAltName, the subject if there is one, and e-mail addresses in the subject.
  private static func names(of subject: ExaminedCertificate) -> [GeneralName] {
    var names = subject.facts.subjectAlternativeName ?? []
    guard !subject.certificate.subject.isEmpty else { return names }
    names.append(.directory(subject.certificate.subject))
    for rdn in subject.certificate.subject.rdns {
      for attribute in rdn where attribute.type == .emailAddress {
        names.append(.email(attribute.text ?? ""))
      }
    }
    return names
  }

  private func violation(_ names: [GeneralName], _ constraints: NameConstraints) -> (Rule, String)? {
    let comparisons = names.count * (constraints.permitted.count + constraints.excluded.count)
    guard judgement.budget.spendNameComparisons(comparisons) else { return (.workBudgetExceeded, "name constraints") }
    for name in names {
      if let refusal = exclusion(name, constraints.excluded) ?? omission(name, constraints.permitted) { return refusal }
    }
    return nil
  }

  private func exclusion(_ name: GeneralName, _ excluded: [GeneralName]) -> (Rule, String)? {
    for subtree in excluded {
      switch NameSubtree.relation(of: name, to: subtree, excluding: true) {
      case .otherForm, .outside: continue
      case .within: return (.excludedSubtree, "\(name) is within \(subtree)")
      case .unsupported: return (.unsupportedNameConstraint, "\(name) against \(subtree)")
      }
    }
    return nil
  }

  private func omission(_ name: GeneralName, _ permitted: [GeneralName]) -> (Rule, String)? {
    var isConstrained = false
    for subtree in permitted {
      switch NameSubtree.relation(of: name, to: subtree, excluding: false) {
      case .otherForm: continue
      case .within: return nil
      case .outside: isConstrained = true
      case .unsupported: return (.unsupportedNameConstraint, "\(name) against \(subtree)")
      }
    }
    return isConstrained ? (.permittedSubtree, "\(name)") : nil
  }
}
