import Synchronization

/// Connections and requests, counted as nginx's `stub_status` does.
final class ConnectionCounters: Sendable {
  private let acceptedCount = Atomic<Int>(0)
  private let activeCount = Atomic<Int>(0)
  private let idleCount = Atomic<Int>(0)
  private let requestCount = Atomic<Int>(0)

  init() {}

  var accepted: Int { acceptedCount.load(ordering: .relaxed) }
  /// Open connections, the idle ones included.
  var active: Int { activeCount.load(ordering: .relaxed) }
  /// Connections that wait for a request.
  var idle: Int { idleCount.load(ordering: .relaxed) }
  var requests: Int { requestCount.load(ordering: .relaxed) }

  func connectionOpened() {
    acceptedCount.add(1, ordering: .relaxed)
    activeCount.add(1, ordering: .relaxed)
  }

  func connectionClosed() { activeCount.subtract(1, ordering: .relaxed) }
  func becameIdle() { idleCount.add(1, ordering: .relaxed) }
  func becameBusy() { idleCount.subtract(1, ordering: .relaxed) }
  func requestBegan() { requestCount.add(1, ordering: .relaxed) }
}
