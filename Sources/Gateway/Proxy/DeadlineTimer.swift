import NIOCore

/// A deadline that is moved far more often than it is reached.
///
/// One task stands in the event loop's queue and looks, when it runs, whether the deadline has moved on: setting a later one
/// costs a store.
final class DeadlineTimer {
  private let eventLoop: EventLoop
  private var deadline: NIODeadline?
  private var scheduled: Scheduled<Void>?
  private var scheduledFor = NIODeadline.distantFuture
  /// The time set last, as NIO counts it: nearly always the next one is the same.
  private var converted = (time: Duration.zero, amount: TimeAmount.zero)
  var onDeadline: (() -> Void)?

  init(eventLoop: EventLoop) { self.eventLoop = eventLoop }

  /// Calls `onDeadline` in `time`, unless it is set anew or cleared before.
  func set(_ time: Duration) {
    if time != converted.time { converted = (time, TimeAmount(time)) }
    let deadline = NIODeadline.now() + converted.amount
    self.deadline = deadline
    guard scheduled == nil || deadline < scheduledFor else { return }
    scheduled?.cancel()
    schedule(deadline)
  }

  func clear() { deadline = nil }

  /// Lets go of the event loop too; for the end.
  func cancel() {
    deadline = nil
    onDeadline = nil
    scheduled?.cancel()
    scheduled = nil
  }

  private func schedule(_ time: NIODeadline) {
    scheduledFor = time
    scheduled = eventLoop.assumeIsolated().scheduleTask(deadline: time) { [weak self] in self?.look() }
  }

  private func look() {
    scheduled = nil
    guard let deadline else { return }
    guard deadline <= .now() else { return schedule(deadline) }
    self.deadline = nil
    onDeadline?()
  }
}

extension TimeAmount {
  /// Clamped to what NIO counts in nanoseconds.
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    guard seconds < 9_000_000_000 else {
      self = .hours(2_000_000)
      return
    }
    self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}

extension NIODeadline {
  /// The time since an earlier moment.
  func since(_ start: NIODeadline) -> Duration { .nanoseconds((self - start).nanoseconds) }

  /// The time since the clock's own beginning, for machines that are told the time.
  var uptime: Duration { .nanoseconds(Int64(uptimeNanoseconds)) }
}
