import Cryptography

/// How much a verdict may cost.
public enum WorkAllowance: String, Hashable, Sendable {
  /// What an event loop does by itself: an ordinary chain, with room to spare.
  case brief
  /// What anybody may ask for by a handshake.
  case whole
  /// For the operator's own questions.
  case thorough
}

/// Bounds the work one chain may cause, whatever graph its certificates form.
struct WorkBudget {
  /// Of certificates.
  private(set) var signatures: Int
  /// Of CRLs, which remember the answer.
  private(set) var listSignatures: Int
  /// Of all signatures, in those of P-256.
  private(set) var cost: Int
  /// Issuers looked at.
  private(set) var candidates: Int
  private(set) var judgements: Int
  private(set) var nameComparisons: Int
  private(set) var signerPaths: Int
  /// Something was left undone for want of budget.
  private(set) var isExceeded = false

  init(_ allowance: WorkAllowance = .whole) {
    switch allowance {
    case .brief: self.init(signatures: 8, cost: 32, candidates: 1 << 8, judgements: 8, nameComparisons: 1 << 14)
    case .whole: self.init(signatures: 16, cost: 256, candidates: 1 << 12, judgements: 64, nameComparisons: 1 << 18)
    case .thorough:
      self.init(signatures: 128, cost: 1 << 12, candidates: 1 << 15, judgements: 256, nameComparisons: 1 << 18)
    }
  }

  private init(signatures: Int, cost: Int, candidates: Int, judgements: Int, nameComparisons: Int) {
    self.signatures = signatures
    listSignatures = signatures
    self.cost = cost
    self.candidates = candidates
    self.judgements = judgements
    self.nameComparisons = nameComparisons
    signerPaths = min(signatures, 16)
  }

  private mutating func spend(_ count: WritableKeyPath<WorkBudget, Int>, _ amount: Int = 1) -> Bool {
    guard self[keyPath: count] >= amount else {
      isExceeded = true
      return false
    }
    self[keyPath: count] -= amount
    return true
  }

  mutating func spendSignature(by key: PublicKeyIdentity) -> Bool { spend(\.signatures, by: key) }
  mutating func spendListSignature(by key: PublicKeyIdentity) -> Bool { spend(\.listSignatures, by: key) }

  /// A check that is not made costs nothing: both are there, or neither is spent.
  private mutating func spend(_ count: WritableKeyPath<WorkBudget, Int>, by key: PublicKeyIdentity) -> Bool {
    guard self[keyPath: count] > 0 else {
      isExceeded = true
      return false
    }
    return spend(\.cost, key.key.type.verificationCost) && spend(count)
  }

  mutating func spendCandidates(_ amount: Int) -> Bool { spend(\.candidates, amount) }
  mutating func spendJudgement() -> Bool { spend(\.judgements) }
  mutating func spendNameComparisons(_ amount: Int) -> Bool { spend(\.nameComparisons, amount) }
  mutating func spendSignerPath() -> Bool { spend(\.signerPaths) }
}

extension KeyType {
  /// What it costs to verify a signature under such a key, in those of P-256, on the high side (decision 18).
  var verificationCost: Int {
    switch self {
    case .p256: 1
    case .ed25519: 2
    case .p384: 6
    case .p521: 16
    // The square of the modulus.
    case .rsa(let bits): max(1, (bits * bits) >> 24)
    case .dsa(let bits): max(4, (bits * bits) >> 19)
    case .other: 16
    }
  }
}
