import PKI

/// Judges presented chains against one snapshot under one policy, and remembers.
///
/// A reload makes a new one: nothing remembered outlives the trust it rests on.
public final class Verifier: Sendable {
  public let snapshot: TrustSnapshot
  public let policy: VerificationPolicy
  /// SHA-256 of the policy: equal for verifiers that judge alike, whatever the snapshot.
  public let policyFingerprint: [UInt8]
  private let cache: VerdictCache

  /// - Parameter remembered: how many accepted chains are kept, an eighth of it of refused ones.
  public init(snapshot: TrustSnapshot, policy: VerificationPolicy, remembered: Int = 8192) {
    self.snapshot = snapshot
    self.policy = policy
    policyFingerprint = policy.fingerprint
    cache = VerdictCache(capacity: remembered)
  }

  /// The verdict on a chain, from memory when it was judged before and nothing can have changed since.
  ///
  /// - Parameter extra: certificates from elsewhere that may help to build a path; they are no part of the chain's hash,
  ///   so a verdict with them is not remembered.
  public func verdict(on chain: PresentedChain, at now: UnixTime, extra: [Certificate] = []) -> Verdict {
    if extra.isEmpty, let known = cache.verdict(for: chain.hash, at: now) { return known }
    let verdict = examine(chain, at: now, extra: extra).verdict
    if extra.isEmpty { cache.remember(verdict) }
    return verdict
  }

  /// The same for a thread that others wait for: nil where the verdict is not remembered and costs more than a brief
  /// look, so that `verdict(on:at:)` belongs on another thread.
  public func briefVerdict(on chain: PresentedChain, at now: UnixTime) -> Verdict? {
    if let known = cache.verdict(for: chain.hash, at: now) { return known }
    guard chain.isOrdinary else { return nil }
    let (verdict, left) = examine(chain, at: now, within: .brief)
    if left?.isExceeded == true { return nil }
    cache.remember(verdict)
    return verdict
  }

  /// A verdict made before that still holds: no certificate is parsed, nothing is allocated.
  public func remembered(_ chainHash: [UInt8], at now: UnixTime) -> Verdict? {
    cache.verdict(for: chainHash, at: now)
  }

  /// Whether a session made with this chain may go on without a new handshake.
  public func mayResume(_ chainHash: [UInt8], at now: UnixTime) -> Bool {
    cache.verdict(for: chainHash, at: now)?.isVerified ?? false
  }

  /// A verdict that is not remembered, and what it cost: signatures checked, and all of them in those of P-256. For fuzzing.
  package func work(on chain: PresentedChain, at now: UnixTime) -> (verdict: Verdict, signatures: Int, cost: Int) {
    let whole = WorkBudget(policy.allowance)
    let (verdict, left) = examine(chain, at: now)
    guard let left else { return (verdict, 0, 0) }
    let signatures = whole.signatures - left.signatures + whole.listSignatures - left.listSignatures
    return (verdict, signatures, whole.cost - left.cost)
  }

  /// The verdict, and what was left of the work it may cost; nil where nothing was searched.
  func examine(
    _ chain: PresentedChain, at now: UnixTime, extra: [Certificate] = [], within allowance: WorkAllowance? = nil
  ) -> (verdict: Verdict, left: WorkBudget?) {
    guard chain.count <= policy.maximumCertificates else { return (tooLong(chain, now), nil) }
    var read: [Certificate] = []
    for (depth, der) in chain.certificates.enumerated() {
      do throws(PKIError) {
        read.append(try Certificate(der: der))
      } catch {
        let refusal = Refusal(rule: .malformedCertificate, depth: depth, certificate: nil, detail: "\(error)")
        return (refused([refusal], chain, read.first, now), nil)
      }
    }
    guard let first = read.first else {
      return (refused([Refusal(rule: .noCertificate, depth: 0, certificate: nil)], chain, nil, now), nil)
    }
    let leaf = ExaminedCertificate(first)
    let untrusted = CertificateIndex((read.dropFirst() + extra).map(ExaminedCertificate.init))
    func judgement(_ policy: VerificationPolicy, _ snapshot: TrustSnapshot) -> Judgement {
      let budget = WorkBudget(allowance ?? policy.allowance)
      return Judgement(policy: policy, now: now, snapshot: snapshot, untrusted: untrusted, budget: budget)
    }
    func judged(_ judgement: Judgement) -> (Verdict, WorkBudget?) {
      (judge(leaf, chain, judgement), judgement.budget)
    }
    switch SVIDRule.jurisdiction(over: leaf, in: snapshot) {
    case .authorities: return judged(judgement(policy, snapshot))
    case .domain(let domain): return judged(judgement(policy.underTrustDomain, domain))
    case .nobody(let refusal): return (refused([refusal], chain, first, now), nil)
    }
  }

  /// None but the leaf is read, for the log.
  private func tooLong(_ chain: PresentedChain, _ now: UnixTime) -> Verdict {
    let leaf = chain.certificates.first.flatMap { try? Certificate(der: $0) }
    let detail = "\(chain.count) certificates, \(policy.maximumCertificates) at most"
    let refusal = Refusal(rule: .tooManyCertificates, depth: 0, certificate: leaf, detail: detail)
    return refused([refusal], chain, leaf, now)
  }

  private func judge(_ leaf: ExaminedCertificate, _ chain: PresentedChain, _ judgement: Judgement) -> Verdict {
    let verifier = PathVerifier(judgement: judgement, policy: judgement.policy)
    var search = PathSearch(judgement) { verifier.findings(on: $0) }
    if let path = search.find(from: leaf) { return verified(path, chain, judgement) }
    let (path, building) = ReportPath(judgement: judgement).build(from: leaf)
    var findings = verifier.findings(on: path, building: building)
    // A complete path that broke a rule says more than one that a wrong hint left without an end.
    if findings.isEmpty || (!path.isAnchored && !search.firstFailure.isEmpty) { findings = search.firstFailure }
    if findings.isEmpty || (judgement.budget.isExceeded && building.isEmpty) {
      findings.append(Refusal(rule: .workBudgetExceeded, depth: 0, certificate: leaf.certificate))
    }
    return refused(findings, chain, leaf.certificate, judgement.now)
  }

  private func verified(_ path: CandidatePath, _ chain: PresentedChain, _ judgement: Judgement) -> Verdict {
    var none: [Refusal] = []
    let verifiedChain = VerifiedChain(
      certificates: path.certificates.map(\.certificate),
      policies: PolicyRule.policies(of: path, policy, &none))
    let ends = path.certificates.map(\.certificate.notAfter) + [judgement.revocationHoldsUntil]
    return Verdict(
      outcome: .verified(verifiedChain), findings: [], presented: chain, leaf: path.leaf.certificate,
      madeAt: judgement.now, validUntil: ends.reduce(judgement.now + policy.verdictLife, min))
  }

  /// Refusals are kept briefly: a certificate becomes valid, a clock is set.
  private static let refusalLife = Duration.seconds(30)

  private func refused(
    _ findings: [Refusal], _ chain: PresentedChain, _ leaf: Certificate?, _ now: UnixTime
  ) -> Verdict {
    let starts = findings.compactMap(\.certificate?.notBefore).filter { $0 > now }.map { UnixTime($0.seconds - 1) }
    return Verdict(
      outcome: .refused(findings[findings.count - 1]), findings: findings, presented: chain, leaf: leaf, madeAt: now,
      validUntil: starts.reduce(now + Self.refusalLife, min))
  }
}
