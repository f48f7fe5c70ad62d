import PKI
import Synchronization

/// What verification says of a chain a peer presented: a value, remembered by the chain's hash.
public final class Verdict: Sendable {
  public enum Outcome: Sendable {
    case verified(VerifiedChain)
    /// The finding OpenSSL leaves behind when told to go on after each: its last. `$ssl_client_verify` shows it.
    case refused(Refusal)
  }

  public let outcome: Outcome
  /// Everything found wrong on the path that was judged, in the order OpenSSL reports; empty when verified.
  public let findings: [Refusal]
  public let presented: PresentedChain
  /// The first certificate presented, also of a refused chain, if it could be read.
  public let leaf: Certificate?
  public let madeAt: UnixTime
  /// The last second in which the verdict still holds.
  public let validUntil: UnixTime
  private let names = Mutex<ClientIdentity?>(nil)

  init(
    outcome: Outcome, findings: [Refusal], presented: PresentedChain, leaf: Certificate?, madeAt: UnixTime,
    validUntil: UnixTime
  ) {
    self.outcome = outcome
    self.findings = findings
    self.presented = presented
    self.leaf = leaf
    self.madeAt = madeAt
    self.validUntil = validUntil
  }

  public var isVerified: Bool {
    if case .verified = outcome { true } else { false }
  }

  public var refusal: Refusal? {
    if case .refused(let refusal) = outcome { refusal } else { nil }
  }

  public var chain: VerifiedChain? {
    if case .verified(let chain) = outcome { chain } else { nil }
  }

  /// What OpenSSL stops at when it is not told to go on: it decides the alert.
  public var firstFinding: Refusal? { findings.first ?? refusal }

  /// `$ssl_client_verify`: `SUCCESS` or `FAILED:reason`.
  public var verifyText: String {
    guard let refusal else { return "SUCCESS" }
    return "FAILED:" + refusal.opensslText
  }

  /// This verdict with what was found wrong afterwards, at `moment`: no more than a refusal for as long as it is held.
  public func refusing(_ refusal: Refusal, at moment: UnixTime) -> Verdict {
    Verdict(
      outcome: .refused(refusal), findings: findings + [refusal], presented: presented, leaf: leaf, madeAt: moment,
      validUntil: moment)
  }

  /// Whether nothing about this verdict can have changed by itself. A clock set back forgets it.
  public func holds(at now: UnixTime) -> Bool { madeAt <= now && now <= validUntil }

  /// The names of the verified leaf, read on first use; empty when the chain is refused.
  public var identity: ClientIdentity {
    names.withLock { known in
      if let known { return known }
      let identity = isVerified ? leaf.map(ClientIdentity.init) ?? .none : .none
      known = identity
      return identity
    }
  }
}

/// A path from a leaf to an anchor under which every rule held; only the verifier makes one.
public struct VerifiedChain: Sendable {
  /// Leaf first, anchor last.
  public let certificates: [Certificate]
  /// The policies the path is good for (RFC 5280 §6.1.6); nil stands for any.
  public let policies: Set<OID>?

  init(certificates: [Certificate], policies: Set<OID>?) {
    self.certificates = certificates
    self.policies = policies
  }
}
