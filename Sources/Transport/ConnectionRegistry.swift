import NIOCore
import Synchronization

/// Fired on every connection when its generation is to end: finish what is begun, begin nothing, close.
public struct DrainRequested: Hashable, Sendable {
  /// Whether idle connections are to close now. If not, a peer that is about to ask again gets the time to do so.
  public var isUrgent: Bool

  public init(isUrgent: Bool) { self.isUrgent = isUrgent }
}

/// The open connections of one generation, so that they can be drained.
public final class ConnectionRegistry: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: Channel] = [:]
    var drain: DrainRequested?
    var waiting: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  public init() {}

  public var count: Int { state.withLock { $0.channels.count } }

  /// Counts `channel` until it closes. One that comes while draining is asked to drain at once.
  public func add(_ channel: Channel) {
    let key = ObjectIdentifier(channel)
    let drain = state.withLock { state in
      state.channels[key] = channel
      return state.drain
    }
    channel.closeFuture.whenComplete { _ in self.remove(key) }
    if let drain { channel.pipeline.fireUserInboundEventTriggered(drain) }
  }

  /// Asks every connection to finish; `emptied` is called once when none is left.
  ///
  /// - Parameter isUrgent: idle connections close now.
  public func drain(isUrgent: Bool, emptied: @escaping @Sendable () -> Void) {
    let request = DrainRequested(isUrgent: isUrgent)
    let channels: [Channel] = state.withLock { state in
      state.drain = request
      state.waiting.append(emptied)
      return Array(state.channels.values)
    }
    for channel in channels { channel.pipeline.fireUserInboundEventTriggered(request) }
    tellIfEmpty()
  }

  /// Closes what is still open.
  public func closeAll() {
    for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
  }

  /// Runs `body` for each open channel, on the calling thread.
  public func forEach(_ body: (Channel) -> Void) {
    state.withLock { Array($0.channels.values) }.forEach(body)
  }

  private func remove(_ key: ObjectIdentifier) {
    state.withLock { _ = $0.channels.removeValue(forKey: key) }
    tellIfEmpty()
  }

  private func tellIfEmpty() {
    let waiting = state.withLock { state -> [@Sendable () -> Void] in
      guard state.drain != nil, state.channels.isEmpty else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for tell in waiting { tell() }
  }
}
