import Foundation

/// A few threads for what may wait for a disk, with a bounded queue before them. Started with the first work.
///
/// Unchecked: all that changes is touched under the condition's lock.
final class WorkerThreads: @unchecked Sendable {
  /// Seconds; whoever wakes looks again.
  private static let longestSleep: TimeInterval = 3600

  private let condition = NSCondition()
  private let count: Int
  private let limit: Int
  private var waiting: [@Sendable () -> Void] = []
  private var next = 0
  private var started = 0
  private var idle = 0
  private var isOver = false

  init(count: Int, waiting limit: Int) {
    self.count = count
    self.limit = limit
  }

  /// Queues `work`; `false` when so much waits that it would come too late.
  func perform(_ work: @escaping @Sendable () -> Void) -> Bool {
    condition.withLock {
      guard !isOver, waiting.count - next < limit else { return false }
      waiting.append(work)
      if waiting.count - next > idle, started < count { startThread() }
      condition.signal()
      return true
    }
  }

  /// What waits is still done; then the threads end.
  func stop() {
    condition.withLock {
      isOver = true
      condition.broadcast()
    }
  }

  private func startThread() {
    started += 1
    Thread.detachNewThread { [self] in
      while let work = take() { work() }
    }
  }

  private func take() -> (@Sendable () -> Void)? {
    condition.withLock {
      idle += 1
      defer { idle -= 1 }
      while next == waiting.count, !isOver { _ = condition.wait(until: Date() + Self.longestSleep) }
      guard next < waiting.count else { return nil }
      let work = waiting[next]
      next += 1
      if next == waiting.count {
        waiting.removeAll(keepingCapacity: true)
        next = 0
      }
      return work
    }
  }
}
