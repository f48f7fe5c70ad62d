import NIOCore
import NIOPosix

/// Shares an event loop among those that have more to do than one turn allows.
///
/// A task that schedules itself anew runs again before the loop looks at its sockets, so that one busy connection would
/// keep out all others. Here whoever waits is called in order, for a few milliseconds, and then only after the loop has
/// looked at its sockets.
public final class LoopTurns {
  /// How long the waiting may run before sockets are looked at again.
  private static let longestRun = TimeAmount.milliseconds(5)
  /// Enough for the loop to see nothing due, and look at its sockets.
  private static let pause = TimeAmount.microseconds(100)
  /// Each thread sees its own.
  nonisolated(unsafe) private static let ofThread = ThreadSpecificVariable<LoopTurns>()

  private let loop: EventLoop
  private var waiting: CircularBuffer<() -> Void> = []
  private var isScheduled = false

  private init(_ loop: EventLoop) { self.loop = loop }

  /// Those of `loop`, which must be the calling one.
  public static func of(_ loop: EventLoop) -> LoopTurns {
    loop.preconditionInEventLoop()
    if let known = ofThread.currentValue, known.loop === loop { return known }
    let made = LoopTurns(loop)
    ofThread.currentValue = made
    return made
  }

  /// Calls `work` once, in one of the next turns.
  public func wait(_ work: @escaping () -> Void) {
    waiting.append(work)
    schedule()
  }

  private func schedule() {
    guard !isScheduled, !waiting.isEmpty else { return }
    isScheduled = true
    loop.assumeIsolated().scheduleTask(in: Self.pause) { [self] in run() }
  }

  private func run() {
    let end = NIODeadline.now() + Self.longestRun
    // Who waits again comes behind all others.
    for _ in 0..<waiting.count {
      waiting.removeFirst()()
      if NIODeadline.now() >= end { break }
    }
    isScheduled = false
    schedule()
  }
}
