import NIOCore
import PKI
import Synchronization

/// When the trust in the clients of open connections ends by itself: a certificate expires, a CRL passes its nextUpdate.
///
/// One clock for all connections, looked at once a second while there are any; a connection that comes and goes costs one
/// entry. Wall time is compared, not counted: a clock that is set takes effect.
final class TrustEnds: Sendable {
  fileprivate struct State {
    /// Connections by the first second in which their trust no longer holds.
    var channels: [Int64: [ObjectIdentifier: Channel]] = [:]
    var lastLook: Int64 = .min
    var isTicking = false
  }

  private let state = Mutex(State())

  /// From `second` on `channel` is told that its trust may have changed.
  func add(_ channel: Channel, at second: Int64) {
    let starts = state.withLock { state in
      state.channels[second, default: [:]][ObjectIdentifier(channel)] = channel
      // What is due already is told at the next look.
      state.lastLook = min(state.lastLook, second - 1)
      defer { state.isTicking = true }
      return !state.isTicking
    }
    if starts { tick(on: channel.eventLoop) }
  }

  func remove(_ channel: Channel, at second: Int64) {
    state.withLock { state in
      state.channels[second]?.removeValue(forKey: ObjectIdentifier(channel))
      if state.channels[second]?.isEmpty == true { state.channels.removeValue(forKey: second) }
    }
  }

  /// Nobody waits for anything.
  var isEmpty: Bool { state.withLock { $0.channels.isEmpty } }

  private func tick(on loop: EventLoop) {
    loop.scheduleTask(in: .seconds(1)) { [self] in
      look(at: WallClock.now.seconds)
      let goesOn = state.withLock { state in
        state.isTicking = !state.channels.isEmpty
        return state.isTicking
      }
      if goesOn { tick(on: loop) }
    }
  }

  /// Tells those whose time has come.
  func look(at now: Int64) {
    let due = state.withLock { state in
      defer { state.lastLook = now }
      return state.takeDue(at: now)
    }
    for channel in due { channel.pipeline.fireUserInboundEventTriggered(TrustChanged()) }
  }
}

extension TrustEnds.State {
  fileprivate mutating func takeDue(at now: Int64) -> [Channel] {
    guard now > lastLook else { return [] }
    let isFar = lastLook == .min || now - lastLook > Int64(channels.count)
    let seconds = isFar ? channels.keys.filter { $0 <= now } : Array((lastLook + 1)...now)
    return seconds.flatMap { second in channels.removeValue(forKey: second).map { Array($0.values) } ?? [] }
  }
}

/// One connection's entry among the ends of trust; confined to its event loop.
final class TrustWatch {
  private let ends: TrustEnds
  private let channel: Channel
  /// The first second in which the trust no longer holds.
  private var second: Int64?
  private var removesItself = false

  init(_ channel: Channel, _ ends: TrustEnds) {
    self.channel = channel
    self.ends = ends
  }

  /// Sees to it that the connection is told once `end` has passed, or what it was to be told before.
  func follow(until end: UnixTime) {
    guard end.seconds < .max, channel.isActive else { return }
    let wanted = end.seconds + 1
    if let second {
      if second <= wanted { return }
      ends.remove(channel, at: second)
    }
    second = wanted
    ends.add(channel, at: wanted)
    removeAtEnd()
  }

  /// What was to be told was told: the next `follow` counts.
  func restart() {
    if let second { ends.remove(channel, at: second) }
    second = nil
  }

  private func removeAtEnd() {
    guard !removesItself else { return }
    removesItself = true
    let watch = NIOLoopBound(self, eventLoop: channel.eventLoop)
    channel.closeFuture.whenComplete { _ in watch.value.restart() }
  }
}
