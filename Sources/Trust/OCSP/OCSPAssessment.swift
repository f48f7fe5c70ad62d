import PKI

/// What an OCSP response amounts to for one certificate: a value.
public struct OCSPAssessment: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    case good
    case revoked(at: UnixTime, reason: RevocationReason?)
    case unknown
    case failed(OCSPFailure)
  }

  public let outcome: Outcome
  /// The last second in which this holds; for a failure the moment it was found.
  public let validUntil: UnixTime
  /// Nil for a failure.
  public let thisUpdate: UnixTime?

  public init(outcome: Outcome, validUntil: UnixTime, thisUpdate: UnixTime?) {
    self.outcome = outcome
    self.validUntil = validUntil
    self.thisUpdate = thisUpdate
  }

  public static func failed(_ failure: OCSPFailure, at now: UnixTime) -> OCSPAssessment {
    OCSPAssessment(outcome: .failed(failure), validUntil: now, thisUpdate: nil)
  }

  public var isGood: Bool { outcome == .good }

  /// Why `certificate` at `depth` of its path is refused; nil when it is good.
  public func refusal(of certificate: Certificate, depth: Int) -> Refusal? {
    switch outcome {
    case .good: nil
    case .revoked(let date, let reason):
      Refusal(
        rule: .revoked, depth: depth, certificate: certificate,
        detail: "\(date.rfc3339) \((reason ?? .unspecified).name), by OCSP")
    case .unknown: Refusal(rule: .statusUnknown, depth: depth, certificate: certificate)
    case .failed(let failure):
      Refusal(rule: .statusRequestFailed, depth: depth, certificate: certificate, detail: "\(failure)")
    }
  }
}
