import PKI
import Trust

/// What is known of one certificate's status, and until when.
struct RememberedStatus {
  private var assessment: OCSPAssessment?
  private var staleAt = UnixTime(.max)

  /// After a failure so long passes before the responder is asked again.
  private static let pause = Duration.seconds(10)

  /// What still counts; nil after its last second.
  func current(at now: UnixTime) -> OCSPAssessment? { assessment.flatMap { now <= $0.validUntil ? $0 : nil } }

  /// Whether a fresh answer is wanted while the old one serves: from three quarters of its life on.
  func isStale(at now: UnixTime) -> Bool { assessment != nil && staleAt <= now }

  /// A failure neither takes anything away from what is known nor makes it last longer.
  mutating func learn(_ answer: OCSPAssessment, at now: UnixTime) {
    if case .failed = answer.outcome {
      staleAt = now + Self.pause
      return
    }
    assessment = answer
    let life = answer.validUntil.seconds - now.seconds
    staleAt = UnixTime(now.seconds + life / 4 * 3)
  }
}
