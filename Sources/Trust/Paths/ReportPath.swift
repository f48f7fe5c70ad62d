import PKI

/// The one path OpenSSL would settle on, sound or not: what a refusal talks about when no path holds.
struct ReportPath {
  let judgement: Judgement

  /// The path and what building it found wrong.
  func build(from leaf: ExaminedCertificate) -> (path: CandidatePath, findings: [Refusal]) {
    var path = CandidatePath(certificates: [leaf], isAnchored: false, trustedFrom: .max)
    extend(&path)
    path.trustedFrom = min(path.trustedFrom, path.certificates.count)
    return (path, path.isAnchored ? [] : incompleteness(path))
  }

  /// The longest path that may still grow: leaf, intermediates; an anchor may follow.
  private var limit: Int { judgement.policy.searchDepth + 1 }

  /// As `PathSearch` counts, but for a self-signed certificate, which is the end of a path that is not trusted.
  private func length(of path: CandidatePath) -> Int {
    1 + path.certificates.dropFirst().count { !$0.isSelfIssued || $0.looksSelfSigned }
  }

  private func extend(_ path: inout CandidatePath) {
    var asksUntrusted = true
    while true {
      let top = path.top
      if length(of: path) <= limit, let issuer = trustedIssuer(of: top) {
        guard addTrusted(issuer, to: &path) else { return }
        if path.isAnchored { return }
        asksUntrusted = false
        continue
      }
      guard asksUntrusted, !top.looksSelfSigned, length(of: path) <= limit,
        let issuer = best(judgement.untrusted.named(top.issuer).filter { !path.certificates.contains($0) }, for: top)
      else { return }
      path.certificates.append(issuer)
    }
  }

  /// False when `issuer` only looks like the self-signed top (a mimic) or brings nothing new.
  private func addTrusted(_ issuer: ExaminedCertificate, to path: inout CandidatePath) -> Bool {
    if path.top.looksSelfSigned, path.trustedFrom == .max {
      guard path.top == issuer else { return false }
      path.trustedFrom = path.topDepth
      path.isAnchored = true
      return true
    }
    guard !path.certificates.contains(issuer) else { return false }
    path.certificates.append(issuer)
    path.trustedFrom = min(path.trustedFrom, path.topDepth)
    path.isAnchored = isAnchor(issuer)
    return true
  }

  private func isAnchor(_ certificate: ExaminedCertificate) -> Bool {
    judgement.policy.acceptsPartialChain
      || judgement.snapshot.anchorIndex.named(certificate.subject).contains(certificate)
  }

  private func trustedIssuer(of subject: ExaminedCertificate) -> ExaminedCertificate? {
    let snapshot = judgement.snapshot
    let named = snapshot.anchorIndex.named(subject.issuer) + snapshot.intermediateIndex.named(subject.issuer)
    return best(named, for: subject)
  }

  /// The first that is valid now, else the one that expires last.
  private func best(_ named: [ExaminedCertificate], for subject: ExaminedCertificate) -> ExaminedCertificate? {
    let likely = named.filter { $0.matchesKeyHint(of: subject) && $0.couldSign(subject) }
    return likely.first { $0.isValid(at: judgement.now) }
      ?? likely.max { $0.certificate.notAfter < $1.certificate.notAfter }
  }

  /// A path that is too long is also one without an end, and OpenSSL says both.
  private func incompleteness(_ path: CandidatePath) -> [Refusal] {
    var findings: [Refusal] = []
    func refuse(_ rule: Rule, _ detail: String) {
      findings.append(Refusal(rule: rule, depth: path.topDepth, certificate: path.top.certificate, detail: detail))
    }
    if length(of: path) > limit {
      refuse(.chainTooLong, "more than \(judgement.policy.searchDepth) intermediate certificates")
    }
    let issuer = "issuer \(path.top.certificate.issuer.rfc2253)"
    if path.top.looksSelfSigned {
      refuse(path.certificates.count == 1 ? .selfSigned : .selfSignedInChain, issuer)
    } else {
      refuse(path.trustedFrom < path.certificates.count ? .incompleteTrustedChain : .unknownIssuer, issuer)
    }
    return findings
  }
}
