import PKI

/// A path under judgement: nothing is proven by having one.
struct CandidatePath {
  /// Leaf first.
  var certificates: [ExaminedCertificate]
  /// Ends in a certificate that is trusted by itself.
  var isAnchored: Bool
  /// Depth of the first certificate that came from the snapshot; `certificates.count` when none did.
  var trustedFrom: Int

  var leaf: ExaminedCertificate { certificates[0] }
  var top: ExaminedCertificate { certificates[certificates.count - 1] }
  var topDepth: Int { certificates.count - 1 }

  /// The issuer of the certificate at `depth`, which for a self-signed top is the top.
  func issuer(of depth: Int) -> ExaminedCertificate? {
    if depth < topDepth { return certificates[depth + 1] }
    return certificates[depth].isSelfIssued ? certificates[depth] : nil
  }
}

/// What the rules share while one chain is judged: the questions, the answers so far, and what they cost.
final class Judgement {
  let policy: VerificationPolicy
  let now: UnixTime
  let snapshot: TrustSnapshot
  /// Certificates the peer sent, and those of other untrusted sources.
  let untrusted: CertificateIndex
  var budget = WorkBudget()
  private var signatures: [SignaturePair: Bool] = [:]
  /// The earliest nextUpdate of the CRLs relied upon, grace included, and the earliest end of their signers.
  var revocationHoldsUntil = UnixTime(.max)
  /// CRL signers whose own paths are being built, to cut circles.
  var signersInProgress: Set<ExaminedCertificate> = []
  var provenSigners: [ExaminedCertificate: PublicKeyIdentity?] = [:]

  init(policy: VerificationPolicy, now: UnixTime, snapshot: TrustSnapshot, untrusted: CertificateIndex) {
    self.policy = policy
    self.now = now
    self.snapshot = snapshot
    self.untrusted = untrusted
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
  func isSigned(_ subject: ExaminedCertificate, by key: PublicKeyIdentity) -> Bool {
    let pair = SignaturePair(subject: subject, key: key)
    if let known = signatures[pair] { return known }
    guard !policy.algorithms.isTooLarge(key.key.type), budget.spendSignature() else { return false }
    let holds = subject.certificate.isSigned(by: key.key)
    signatures[pair] = holds
    return holds
  }

  /// The same of a CRL, which remembers the answer for those who come later.
  func isSigned(_ list: RevocationList, by key: PublicKeyIdentity) -> Bool {
    if let known = list.remembered(key) { return known }
    guard !policy.algorithms.isTooLarge(key.key.type), budget.spendSignature() else { return false }
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

/// Bounds the work one chain may cause, whatever graph its certificates form.
struct WorkBudget {
  private(set) var signatures = 128
  /// Issuers looked at.
  private(set) var candidates = 1 << 15
  private(set) var judgements = 256
  private(set) var nameComparisons = 1 << 18
  private(set) var signerPaths = 16
  /// Something was left undone for want of budget.
  private(set) var isExceeded = false

  private mutating func spend(_ count: WritableKeyPath<WorkBudget, Int>, _ amount: Int = 1) -> Bool {
    guard self[keyPath: count] >= amount else {
      isExceeded = true
      return false
    }
    self[keyPath: count] -= amount
    return true
  }

  mutating func spendSignature() -> Bool { spend(\.signatures) }
  mutating func spendCandidates(_ amount: Int) -> Bool { spend(\.candidates, amount) }
  mutating func spendJudgement() -> Bool { spend(\.judgements) }
  mutating func spendNameComparisons(_ amount: Int) -> Bool { spend(\.nameComparisons, amount) }
  mutating func spendSignerPath() -> Bool { spend(\.signerPaths) }
}
