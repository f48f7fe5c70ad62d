import PKI

/// Not more intermediates below a CA than its pathLenConstraint allows; self-issued ones are not counted
/// (RFC 5280 §4.2.1.9, §6.1.4 (l) and (m)).
enum PathLengthRule {
  static func check(_ path: CandidatePath, _ depth: Int, _ findings: inout [Refusal]) {
    guard depth > 1, let allowed = path.certificates[depth].facts.basicConstraints?.pathLength else { return }
    let below = path.certificates[1..<depth].count { !$0.isSelfIssued }
    guard below > allowed else { return }
    findings.append(
      Refusal(
        rule: .pathLength, depth: depth, certificate: path.certificates[depth].certificate,
        detail: "pathLenConstraint \(allowed), intermediates below \(below)"))
  }
}
