import PKI
import Synchronization

/// Which configuration serves, and how the last reloads went.
final class GatewayStatus: Sendable {
  struct Reloads: Sendable {
    var succeeded = 0
    var failed = 0
    /// The start counts as a success.
    var lastSucceeded = true
    var lastAttempt: UnixTime
    var lastSuccess: UnixTime
  }

  let startedAt: UnixTime
  private let state: Mutex<(runtime: GatewayRuntime?, reloads: Reloads)>

  init(at now: UnixTime = UnixTime(WallClock.now.seconds)) {
    startedAt = now
    state = Mutex((nil, Reloads(lastAttempt: now, lastSuccess: now)))
  }

  /// `nil` until the gateway serves.
  var runtime: GatewayRuntime? { state.withLock { $0.runtime } }
  var reloads: Reloads { state.withLock { $0.reloads } }

  func started(_ runtime: GatewayRuntime) { state.withLock { $0.runtime = runtime } }

  func reloaded(_ runtime: GatewayRuntime) {
    let now = UnixTime(WallClock.now.seconds)
    state.withLock { state in
      state.runtime = runtime
      state.reloads.succeeded += 1
      state.reloads.lastSucceeded = true
      state.reloads.lastAttempt = now
      state.reloads.lastSuccess = now
    }
  }

  func reloadFailed() {
    let now = UnixTime(WallClock.now.seconds)
    state.withLock { state in
      state.reloads.failed += 1
      state.reloads.lastSucceeded = false
      state.reloads.lastAttempt = now
    }
  }
}
