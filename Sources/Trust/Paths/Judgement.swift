import PKI

/// What the rules share while one chain is judged: the questions, the answers so far, and what they cost.
final class Judgement {
  let policy: VerificationPolicy
  let now: UnixTime
  let snapshot: TrustSnapshot
  /// Certificates the peer sent, and those of other untrusted sources.
  let untrusted: CertificateIndex
  var budget: WorkBudget
  private var signatures: [SignaturePair: Bool] = [:]
  private var vouched: [ExaminedCertificate: Bool] = [:]
  /// The earliest nextUpdate of the CRLs relied upon, grace included, and the earliest end of their signers.
  var revocationHoldsUntil = UnixTime(.max)
  /// CRL signers whose own paths are being built, to cut circles.
  var signersInProgress: Set<ExaminedCertificate> = []
  var provenSigners: [ExaminedCertificate: PublicKeyIdentity?] = [:]

  init(
    policy: VerificationPolicy, now: UnixTime, snapshot: TrustSnapshot, untrusted: CertificateIndex,
    budget: WorkBudget = WorkBudget(.whole)
  ) {
    self.policy = policy
    self.now = now
    self.snapshot = snapshot
    self.untrusted = untrusted
    self.budget = budget
  }

  /// A CRL counts for no longer than the path to whom it is believed from.
  func relyOn(_ signer: CandidatePath) {
    revocationHoldsUntil = signer.certificates.map(\.certificate.notAfter).reduce(revocationHoldsUntil, min)
  }

  private struct SignaturePair: Hashable {
    var subject: ExaminedCertificate
    var key: PublicKeyIdentity
  }

  /// Whether `key` made the signature of `subject`; each question is paid for once. False when the budget is spent.
  ///
  /// - Parameter key: of a certificate of the snapshot, or of one that is vouched for.
  func isSigned(_ subject: ExaminedCertificate, by key: PublicKeyIdentity) -> Bool {
    guard subject.couldBeSigned(by: key) else { return false }
    let pair = SignaturePair(subject: subject, key: key)
    if let known = signatures[pair] { return known }
    guard !policy.algorithms.isTooLarge(key.key.type), budget.spendSignature(by: key) else { return false }
    let holds = subject.certificate.isSigned(by: key.key)
    signatures[pair] = holds
    return holds
  }

  /// The same of a CRL, which remembers the answer for those who come later.
  func isSigned(_ list: RevocationList, by key: PublicKeyIdentity) -> Bool {
    if let known = list.remembered(key) { return known }
    guard !policy.algorithms.isTooLarge(key.key.type), budget.spendListSignature(by: key) else { return false }
    return list.isSigned(by: key)
  }

  /// How many certificates it takes at least to come from a certificate issued by a name to an anchor, the anchor
  /// counted; nothing for names from which no way leads there. Nil for the few certificates of an ordinary chain, whose
  /// every way is shorter than the measuring.
  private(set) lazy var distances = untrusted.all.count > Self.ordinaryChain ? measureDistances() : nil

  private static let ordinaryChain = 8

  private func measureDistances() -> [DistinguishedNameKey: Int] {
    var distances: [DistinguishedNameKey: Int] = [:]
    for name in snapshot.anchorIndex.names { distances[name] = 1 }
    if policy.acceptsPartialChain { for name in snapshot.intermediateIndex.names { distances[name] = 1 } }
    let issued = Dictionary(grouping: untrusted.all + snapshot.intermediateIndex.all, by: \.issuer)
    var reached = Array(distances.keys)
    while !reached.isEmpty {
      var next: [DistinguishedNameKey] = []
      for name in reached {
        for certificate in issued[name] ?? [] where distances[certificate.subject] == nil {
          distances[certificate.subject] = (distances[name] ?? 0) + 1
          next.append(certificate.subject)
        }
      }
      reached = next
    }
    return distances
  }
}

/// Who presents a chain chooses its keys, and with them what a signature under one costs. So a key is asked only where
/// signatures tie it to a certificate of the snapshot, from there downwards: a stranger's key is never computed with.
extension Judgement {
  /// Whether a certificate of the snapshot vouches for `certificate`, directly or through others that were sent.
  func vouches(for certificate: ExaminedCertificate) -> Bool {
    if let known = vouched[certificate] { return known }
    let above = above(certificate)
    while let next = above.first(where: { vouched[$0] != true && isIssuedByVouched($0) }) {
      vouched[next] = true
      if next == certificate { return true }
    }
    if !budget.isExceeded { vouched[certificate] = false }
    return false
  }

  /// `certificate` and those sent that may stand above it, by name, the likely ones first.
  private func above(_ certificate: ExaminedCertificate) -> [ExaminedCertificate] {
    guard mayBeIntermediate(certificate) else { return [] }
    var found = [certificate]
    var names: Set<DistinguishedNameKey> = []
    var position = 0
    while position < found.count {
      let subject = found[position]
      position += 1
      guard names.insert(subject.issuer).inserted else { continue }
      let issuers = untrusted.named(subject.issuer).filter { $0 != certificate && mayBeIntermediate($0) }
      guard budget.spendCandidates(issuers.count) else { return [] }
      found += issuers.filter { $0.keyHint(of: subject) == .names }
      found += issuers.filter { $0.keyHint(of: subject) != .names }
    }
    return found
  }

  /// What costs nothing is asked before what costs a signature.
  private func mayBeIntermediate(_ certificate: ExaminedCertificate) -> Bool {
    certificate.canIssue(at: now) && !certificate.claimsOwnSignature && !snapshot.contains(certificate)
  }

  private func isIssuedByVouched(_ certificate: ExaminedCertificate) -> Bool {
    let trusted = snapshot.anchorIndex.named(certificate.issuer) + snapshot.intermediateIndex.named(certificate.issuer)
    let sent = untrusted.named(certificate.issuer).filter { vouched[$0] == true }
    return (trusted + sent).contains { issuer in
      // The same name and key once more leads nowhere (RFC 4158 §5.2).
      guard !(issuer.subject == certificate.subject && issuer.sharesKey(with: certificate)) else { return false }
      return mayHaveSigned(issuer, certificate)
    }
  }

  /// - Parameter issuer: of the snapshot, or vouched for.
  func mayHaveSigned(_ issuer: ExaminedCertificate, _ subject: ExaminedCertificate) -> Bool {
    // Without its parameters the key cannot be asked yet; the finished path is.
    if issuer.inheritsParameters { return true }
    return issuer.key.map { isSigned(subject, by: $0) } ?? false
  }

  /// Whether the key at `depth` of a path may be asked: signatures hold from the snapshot's first certificate down to it.
  func isVouched(_ path: CandidatePath, _ keys: WorkingKeys, at depth: Int) -> Bool {
    guard path.trustedFrom < path.certificates.count else { return false }
    var proven = path.trustedFrom
    while proven > depth {
      guard let key = keys[proven], isSigned(path.certificates[proven - 1], by: key) else { return false }
      proven -= 1
    }
    return true
  }
}
