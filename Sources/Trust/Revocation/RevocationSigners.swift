import PKI

/// Who may have signed a CRL, and did (RFC 5280 §6.3.3 (f) and (g)).
struct RevocationSigners {
  let rule: RevocationRule
  let path: CandidatePath
  let depth: Int

  private var judgement: Judgement { rule.judgement }

  struct Refused: Error {
    var rule: Rule
    var detail = ""
  }

  /// The key that signed `list`: of a certificate on the path or of another under the same anchor.
  func signer(of list: RevocationList) -> Result<PublicKeyIdentity, Refused> {
    let onPath = signerOnPath(list)
    if case .success = onPath { return onPath }
    let elsewhere = signerElsewhere(list)
    if case .success = elsewhere { return elsewhere }
    // What is wrong with a certificate of the path explains more than that there is no other.
    if case .failure(let refused) = onPath, refused.rule != .crlIssuerMissing { return onPath }
    return elsewhere
  }

  private func signerOnPath(_ list: RevocationList) -> Result<PublicKeyIdentity, Refused> {
    var problem = Refused(rule: .crlIssuerMissing)
    let keys = WorkingKeys(path)
    let first = depth == path.topDepth ? depth : depth + 1
    for position in first...path.topDepth where path.certificates[position].subject == list.head.issuerKey {
      guard let key = keys[position], judgement.isVouched(path, keys, at: position), judgement.isSigned(list, by: key)
      else {
        problem.rule = .crlSignature
        continue
      }
      guard path.certificates[position].maySignCRLs else {
        problem.rule = .crlKeyUsage
        continue
      }
      return .success(key)
    }
    return .failure(problem)
  }

  private func signerElsewhere(_ list: RevocationList) -> Result<PublicKeyIdentity, Refused> {
    guard path.isAnchored else { return .failure(Refused(rule: .crlIssuerMissing)) }
    var problem = Refused(rule: .crlIssuerMissing)
    let snapshot = judgement.snapshot
    for index in [snapshot.anchorIndex, snapshot.intermediateIndex, judgement.untrusted] {
      for candidate in index.named(list.head.issuerKey) {
        guard mayHaveSigned(candidate, list) else { continue }
        guard candidate.maySignCRLs else {
          problem.rule = .crlKeyUsage
          continue
        }
        guard let proven = provenKey(of: candidate), judgement.isSigned(list, by: proven) else {
          problem.rule = .crlPath
          continue
        }
        return .success(proven)
      }
    }
    return .failure(problem)
  }

  /// Asks a key of the snapshot before the way to it is looked for; that of a certificate that was sent only afterwards.
  private func mayHaveSigned(_ candidate: ExaminedCertificate, _ list: RevocationList) -> Bool {
    guard judgement.snapshot.contains(candidate) else { return !candidate.claimsOwnSignature }
    // Its own parameters are missing only for a DSA key that its path completes.
    return candidate.inheritsParameters || candidate.key.map { judgement.isSigned(list, by: $0) } == true
  }

  /// The signer's key, if a path leads from it to the anchor of the path under judgement.
  ///
  /// A signer whose own status hangs on a CRL of its own is not refused for that: the circle proves nothing either way.
  private func provenKey(of signer: ExaminedCertificate) -> PublicKeyIdentity? {
    if judgement.signersInProgress.contains(signer) { return signer.key }
    if let known = judgement.provenSigners[signer] { return known }
    guard judgement.budget.spendSignerPath() else { return nil }
    judgement.signersInProgress.insert(signer)
    defer { judgement.signersInProgress.remove(signer) }
    let found = findPath(from: signer)
    if let found { judgement.relyOn(found) }
    let key = found.flatMap { WorkingKeys($0)[0] }
    // Inside another signer's proof the answer may rest on that signer; only the outermost stands by itself.
    if judgement.signersInProgress.count == 1 { judgement.provenSigners[signer] = .some(key) }
    return key
  }

  private func findPath(from signer: ExaminedCertificate) -> CandidatePath? {
    var policy = rule.policy
    policy.purpose = .any
    policy.identity = nil
    policy.policies = PolicyInputs()
    if policy.revocation == .leaf { policy.revocation = .off }
    let verifier = PathVerifier(judgement: judgement, policy: policy)
    let anchor = path.top
    var search = PathSearch(judgement) { candidate in
      guard candidate.top == anchor else {
        return [Refusal(rule: .crlPath, depth: 0, certificate: signer.certificate)]
      }
      return verifier.findings(on: candidate)
    }
    return search.find(from: signer)
  }
}

extension ExaminedCertificate {
  /// keyUsage, if present, says cRLSign (RFC 5280 §6.3.3 (f)).
  var maySignCRLs: Bool { facts.keyUsage?.contains(.cRLSign) != false }
}
