import PKI

/// Judges one path by every rule, in the order in which OpenSSL asks, so that its first and its last finding are
/// OpenSSL's first and last; what the profile asks beyond that comes last.
struct PathVerifier {
  let judgement: Judgement
  let policy: VerificationPolicy

  /// What is wrong with `path`, `building` being what its making found wrong already.
  func findings(on path: CandidatePath, building: [Refusal] = []) -> [Refusal] {
    var findings: [Refusal] = []
    KeyStrengthRule.checkLeaf(path, policy, &findings)
    findings += building
    for depth in path.certificates.indices { checkExtensions(path, depth, &findings) }
    KeyStrengthRule.checkIssuers(path, policy, &findings)
    IdentityRule.check(path, policy, &findings)
    RevocationRule(judgement: judgement, policy: policy).check(path, &findings)
    checkSignaturesAndTimes(path, &findings)
    NameConstraintsRule(judgement: judgement).check(path, &findings)
    PolicyRule.check(path, policy, &findings)
    ProfileCheck.check(path, policy, &findings)
    return findings
  }

  private func checkExtensions(_ path: CandidatePath, _ depth: Int, _ findings: inout [Refusal]) {
    FormatRule.check(path, depth, &findings)
    CriticalExtensionRule.check(path, depth, &findings)
    BasicConstraintsRule.check(path, depth, &findings)
    PurposeRule.check(path, depth, policy, &findings)
    PathLengthRule.check(path, depth, &findings)
  }

  /// From the top down, as OpenSSL's internal_verify goes.
  private func checkSignaturesAndTimes(_ path: CandidatePath, _ findings: inout [Refusal]) {
    if !path.isAnchored, path.certificates.count == 1, !path.leaf.looksSelfSigned {
      findings.append(Refusal(rule: .unverifiableLeaf, depth: 0, certificate: path.leaf.certificate))
    }
    // The top of an unfinished path is believed by nobody; OpenSSL does not look at its dates then, unless it is alone.
    let skipsTop = !path.isAnchored && path.certificates.count > 1 && !path.top.looksSelfSigned
    let keys = WorkingKeys(path)
    for depth in path.certificates.indices.reversed() where !(skipsTop && depth == path.topDepth) {
      SignatureRule.check(path, depth, keys, judgement, &findings)
      ValidityRule.check(path, depth, judgement.now, &findings)
    }
  }
}
