import Synchronization

/// The ticket keys of one context: from files, or from a keyring that rotates.
final class TicketKeySet: Sendable {
  private enum Source: Sendable {
    case files
    case keyring(TLSTicketKeyring)
  }

  private struct State {
    var keys: [TicketKey]
    var generation: UInt64
  }

  private let source: Source
  private let policyID: [UInt8]
  private let state: Mutex<State>

  /// - Parameter files: nginx's key files, 48 or 80 bytes each; the first seals. Empty: the keyring's secrets.
  init(files: [[UInt8]], keyring: TLSTicketKeyring, policyID: [UInt8]) throws(TLSConfigurationError) {
    for (index, file) in files.enumerated() where file.count != 48 && file.count != 80 {
      throw .invalidTicketKeyLength(index: index, length: file.count)
    }
    source = files.isEmpty ? .keyring(keyring) : .files
    self.policyID = policyID
    state = Mutex(State(keys: files.compactMap { TicketKey(secret: $0, policyID: policyID) }, generation: 0))
  }

  /// Keys in force at `now`, the sealing one first.
  func keys(at now: Int64) -> [TicketKey] {
    guard case .keyring(let keyring) = source else { return state.withLock { $0.keys } }
    let generation = keyring.generation(at: now)
    return state.withLock { state in
      if state.generation != generation {
        state.keys = keyring.secrets().compactMap { TicketKey(secret: $0, policyID: policyID) }
        state.generation = generation
      }
      return state.keys
    }
  }
}
