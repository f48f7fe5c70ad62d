import Cryptography
import Synchronization

/// Random secrets from which the keys of session tickets are derived, replaced as they age.
///
/// One keyring may serve many contexts: keys are derived per policy, so no two policies ever share one.
public final class TLSTicketKeyring: Sendable {
  private struct State {
    var secrets: [[UInt8]] = []
    var newestSince: Int64 = .min
    var generation: UInt64 = 0
  }

  private let state = Mutex(State())
  private let rotationSeconds: Int64
  private let kept: Int

  /// - Parameters:
  ///   - rotation: how long a secret seals new tickets.
  ///   - kept: how many secrets, the newest included, still open tickets.
  public init(rotation: Duration = .seconds(12 * 3600), kept: Int = 3) {
    rotationSeconds = max(1, rotation.components.seconds)
    self.kept = max(1, kept)
  }

  /// Makes the next secret now; tickets under the older ones still open.
  public func rotate() {
    state.withLock { $0.newestSince = .min }
  }

  /// The number that changes with the secrets.
  func generation(at now: Int64) -> UInt64 {
    state.withLock { state in
      if state.newestSince == .min || now - state.newestSince >= rotationSeconds { addSecret(to: &state, now: now) }
      return state.generation
    }
  }

  /// The secrets, newest first.
  func secrets() -> [[UInt8]] { state.withLock { $0.secrets } }

  private func addSecret(to state: inout State, now: Int64) {
    state.secrets.insert(secureRandomBytes(48), at: 0)
    state.secrets = Array(state.secrets.prefix(kept))
    state.newestSince = now
    state.generation += 1
  }
}
