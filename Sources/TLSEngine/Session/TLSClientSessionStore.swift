import CNIOBoringSSL
import Synchronization

/// Sessions that a client may offer again, by a key of the caller's making; those of TLS 1.3 once (RFC 8446 §C.4).
final class TLSClientSessionStore: Sendable {
  private struct State: @unchecked Sendable {
    var sessions: [String: OpaquePointer] = [:]
    var order: [String] = []
  }

  private let state = Mutex(State())
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  deinit {
    state.withLock { state in
      for session in state.sessions.values { SSL_SESSION_free(session) }
      state.sessions = [:]
    }
  }

  /// Takes over a reference to `session` and returns true, or leaves it to the caller.
  func store(_ session: OpaquePointer, under key: String) -> Bool {
    guard capacity > 0 else { return false }
    nonisolated(unsafe) let session = session
    state.withLock { state in
      if let old = state.sessions.updateValue(session, forKey: key) {
        SSL_SESSION_free(old)
      } else {
        state.order.append(key)
      }
      while state.order.count > capacity {
        if let oldest = state.sessions.removeValue(forKey: state.order.removeFirst()) { SSL_SESSION_free(oldest) }
      }
    }
    return true
  }

  /// Hands out the session under `key`, with a reference.
  func take(_ key: String) -> OpaquePointer? {
    nonisolated(unsafe) var taken: OpaquePointer?
    state.withLock { state in
      guard let session = state.sessions[key] else { return }
      taken = session
      if SSL_SESSION_should_be_single_use(session) == 0 {
        SSL_SESSION_up_ref(session)
      } else {
        state.sessions[key] = nil
        state.order.removeAll { $0 == key }
      }
    }
    return taken
  }
}
