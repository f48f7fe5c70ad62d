import Cryptography
import PKI

/// How a chain is judged. Two equal policies give equal verdicts.
public struct VerificationPolicy: Hashable, Sendable {
  public var purpose: Purpose
  /// Intermediate CAs allowed between leaf and anchor, those that are self-issued not counted (RFC 5280 §6.1.4 (l)):
  /// `ssl_verify_depth`.
  public var maximumDepth: Int
  /// Certificates a peer may send, the leaf counted: `ssl_verify_chain_limit`.
  public var maximumCertificates: Int
  public var revocation: RevocationMode
  /// How long after its nextUpdate a CRL still counts.
  public var crlGrace: Duration
  /// What the leaf must be named; nil for a client, whom nobody expects by name.
  public var identity: ReferenceIdentity?
  /// Any certificate of the snapshot ends a path, not only self-signed ones (X509_V_FLAG_PARTIAL_CHAIN).
  public var acceptsPartialChain: Bool
  public var policies: PolicyInputs
  public var algorithms: AlgorithmPolicy
  public var profile: VerifierProfile
  /// Below which no wildcard may stand directly; nil: no wildcard can be judged by `strict`.
  public var publicSuffixes: PublicSuffixList?
  /// A verdict is never remembered for longer.
  public var verdictLife: Duration
  /// What a verdict may cost.
  public var allowance: WorkAllowance

  public init(
    purpose: Purpose, maximumDepth: Int = 1, maximumCertificates: Int = 10, revocation: RevocationMode = .off,
    crlGrace: Duration = .zero, identity: ReferenceIdentity? = nil, acceptsPartialChain: Bool = false,
    policies: PolicyInputs = PolicyInputs(), algorithms: AlgorithmPolicy = .standard,
    profile: VerifierProfile = .compatible, publicSuffixes: PublicSuffixList? = nil,
    verdictLife: Duration = .seconds(3600), allowance: WorkAllowance = .whole
  ) {
    self.purpose = purpose
    self.maximumDepth = maximumDepth
    self.maximumCertificates = maximumCertificates
    self.revocation = revocation
    self.crlGrace = crlGrace
    self.identity = identity
    self.acceptsPartialChain = acceptsPartialChain
    self.policies = policies
    self.algorithms = algorithms
    self.profile = profile
    self.publicSuffixes = publicSuffixes
    self.verdictLife = verdictLife
    self.allowance = allowance
  }

  /// `maximumDepth` within what is searched: OpenSSL's 100 at most, since every level is a call in a call.
  var searchDepth: Int { min(max(maximumDepth, 0), 100) }

  /// SHA-256 over every field: sessions and verdicts made under another policy do not compare equal.
  public var fingerprint: [UInt8] {
    var hasher = SHA256Hasher()
    for field in Mirror(reflecting: self).children {
      let bytes = Array("\(field.label ?? "") \(field.value)".utf8)
      withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hasher.update($0) }
      hasher.update(bytes)
    }
    return hasher.finalize()
  }
}

/// What the leaf is used for.
public enum Purpose: String, Hashable, Sendable, CaseIterable {
  case client
  case server
  case any
}

/// Which certificates of a path need a CRL.
public enum RevocationMode: String, Hashable, Sendable, CaseIterable {
  case off
  /// The leaf alone.
  case leaf
  /// Every certificate; a missing CRL refuses (X509_V_FLAG_CRL_CHECK_ALL, what `ssl_crl` means in nginx).
  case chain
  /// Every certificate whose issuer has a CRL here.
  case ifPresent
}
