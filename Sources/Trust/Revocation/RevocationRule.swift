import PKI

/// No certificate of the path is revoked (RFC 5280 §6.1.3 (a)(3), §6.3), as far as the policy asks.
struct RevocationRule {
  let judgement: Judgement
  let policy: VerificationPolicy

  func check(_ path: CandidatePath, _ findings: inout [Refusal]) {
    guard policy.revocation != .off else { return }
    let last = policy.revocation == .leaf ? 0 : path.topDepth
    for depth in 0...last { check(path, depth, &findings) }
  }

  private func check(_ path: CandidatePath, _ depth: Int, _ findings: inout [Refusal]) {
    let status = RevocationStatus(self, path, depth).determine()
    // OpenSSL also asks for a CRL about the anchor. Whoever issued something below it issued one, so that it is not
    // demanded here but honoured: an anchor on its own CRL is revoked.
    let isDemanded = policy.revocation != .ifPresent && !(path.isAnchored && depth == path.topDepth && depth > 0)
    let certificate = path.certificates[depth].certificate
    func refuse(_ rule: Rule, _ detail: String) {
      findings.append(Refusal(rule: rule, depth: depth, certificate: certificate, detail: detail))
    }
    if let problem = status.problem, status.sawList || isDemanded, isDemanded || depth < path.topDepth || depth == 0 {
      refuse(problem.rule, problem.detail)
    }
    if let mark = status.revocation { refuse(.revoked, Self.describe(mark)) }
  }

  private static func describe(_ mark: SerialTable.Mark) -> String {
    let reason = RevocationReason(rawValue: Int(mark.reason)).map(\.name) ?? "reason \(mark.reason)"
    return "\(UnixTime(Int64(mark.date)).rfc3339) \(reason)"
  }
}

/// The status of one certificate after all that the lists say (RFC 5280 §6.3.3).
struct RevocationStatus {
  struct Problem {
    var rule: Rule
    var detail: String
  }

  private let rule: RevocationRule
  private let path: CandidatePath
  private let depth: Int
  /// reasons_mask: what usable lists have covered so far.
  private var covered: ReasonFlags = []
  private(set) var sawList = false
  private(set) var revocation: SerialTable.Mark?
  /// Why the status could not be determined; nil when it was.
  private(set) var problem: Problem?

  init(_ rule: RevocationRule, _ path: CandidatePath, _ depth: Int) {
    self.rule = rule
    self.path = path
    self.depth = depth
  }

  private var subject: ExaminedCertificate { path.certificates[depth] }
  private var judgement: Judgement { rule.judgement }

  func determine() -> RevocationStatus {
    var status = self
    status.consult()
    return status
  }

  private mutating func consult() {
    guard let crls = judgement.snapshot.crls else {
      problem = Problem(rule: .crlMissing, detail: "no CRL configured")
      return
    }
    for point in subject.facts.distributionPoints + [RevocationPoint(issuer: subject.issuer)] {
      let issuers = point.crlIssuers.isEmpty ? [subject.issuer] : point.crlIssuers
      for issuer in issuers {
        for list in crls.lists(of: issuer) where covered != .all {
          sawList = true
          consult(list, at: point, crls)
          if revocation != nil { return }
        }
      }
    }
    if covered == .all {
      problem = nil
    } else if problem == nil {
      let issuer = subject.certificate.issuer.rfc2253
      let detail = sawList ? "the CRLs of \(issuer) do not cover all reasons" : "no CRL of \(issuer)"
      problem = Problem(rule: .crlMissing, detail: detail)
    }
  }

  /// RFC 5280 §6.3.3 (b) to (l) for one list and one distribution point.
  private mutating func consult(_ list: RevocationList, at point: RevocationPoint, _ crls: CRLIndex) {
    guard isInScope(list, of: point) else { return note(.crlScope, list, "") }
    let reasons = (list.head.scope?.point.onlySomeReasons ?? .all).intersection(point.reasons ?? .all).intersection(
      .all)
    guard !reasons.isSubset(of: covered) else { return }
    if let oid = list.head.unknownCritical { return note(.crlCriticalExtension, list, "\(oid)") }
    // Who stands on a path that leads to nobody vouches for no list. The path is refused in any case.
    guard path.trustedFrom < path.certificates.count else { return covered.formUnion(reasons) }
    let signers = RevocationSigners(rule: rule, path: path, depth: depth)
    let signer: PublicKeyIdentity
    switch signers.signer(of: list) {
    case .success(let key): signer = key
    case .failure(let refused): return note(refused.rule, list, refused.detail)
    }
    let update = crls.deltas(to: list).first { delta in
      delta.head.unknownCritical == nil && delta.head.thisUpdate <= judgement.now
        && judgement.isSigned(delta, by: signer)
    }
    revocation = mark(list, updatedBy: update)
    for source in [list] + [update].compactMap({ $0 }) {
      if let fault = ProfileCheck.fault(of: source, rule.policy) { return note(.crlNonconforming, source, fault) }
    }
    if let late = timeProblem(list) { return note(late.rule, list, late.detail) }
    covered.formUnion(reasons)
    for source in [list] + [update].compactMap({ $0 }) where timeProblem(source) == nil { relyOn(source) }
  }

  /// What the newest word on the certificate is. What has expired still revokes, but takes nothing back.
  private func mark(_ list: RevocationList, updatedBy update: RevocationList?) -> SerialTable.Mark? {
    let serial = subject.certificate.serialNumber
    let listed = list.mark(of: serial, issuedBy: subject.issuer)
    guard let update, let newer = update.mark(of: serial, issuedBy: subject.issuer) else { return listed }
    // removeFromCRL means something in a delta alone (RFC 5280 §5.3.1); elsewhere a serial listed is one revoked.
    guard newer.isRemoval else { return newer }
    return timeProblem(update) == nil ? nil : listed
  }

  private func relyOn(_ list: RevocationList) {
    guard let nextUpdate = list.head.nextUpdate else { return }
    judgement.revocationHoldsUntil = min(judgement.revocationHoldsUntil, nextUpdate + rule.policy.crlGrace)
  }

  /// The problem that came furthest is the one worth telling.
  private mutating func note(_ rule: Rule, _ list: RevocationList, _ detail: String) {
    let order: [Rule] = [.crlMissing, .crlScope, .crlIssuerMissing, .crlPath, .crlSignature, .crlKeyUsage]
    func rank(_ rule: Rule) -> Int { order.firstIndex(of: rule) ?? order.count }
    if let problem, rank(problem.rule) >= rank(rule) { return }
    problem = Problem(rule: rule, detail: "CRL of \(list.head.issuer.rfc2253)" + (detail.isEmpty ? "" : ": " + detail))
  }

  private func timeProblem(_ list: RevocationList) -> Problem? {
    if judgement.now < list.head.thisUpdate {
      return Problem(rule: .crlNotYetValid, detail: "thisUpdate \(list.head.thisUpdate.rfc3339)")
    }
    guard let nextUpdate = list.head.nextUpdate, nextUpdate + rule.policy.crlGrace < judgement.now else { return nil }
    return Problem(rule: .crlExpired, detail: "nextUpdate \(nextUpdate.rfc3339)")
  }

  /// RFC 5280 §6.3.3 (b).
  private func isInScope(_ list: RevocationList, of point: RevocationPoint) -> Bool {
    let scope = list.head.scope
    if !point.crlIssuers.isEmpty, scope?.point.indirectCRL != true { return false }
    return scope?.covers(point, isCA: subject.facts.basicConstraints?.isCA == true) ?? true
  }
}
