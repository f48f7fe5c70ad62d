import NIOCore
import Synchronization

/// The counters of all event loops.
final class CounterRegistry: Sendable {
  private let loops = Mutex<[ObjectIdentifier: ConnectionCounters]>([:])

  /// Where connections of `loop` count.
  func counters(of loop: EventLoop) -> ConnectionCounters {
    loops.withLock { loops in
      if let known = loops[ObjectIdentifier(loop)] { return known }
      let made = ConnectionCounters(ordinal: loops.count) { [weak self] in self?.totals() }
      loops[ObjectIdentifier(loop)] = made
      return made
    }
  }

  /// All loops together, as they are now.
  func totals() -> CounterTotals {
    CounterTotals(loops.withLock { Array($0.values) })
  }
}

/// Numbers read once, so that what belongs together is shown together.
struct CounterTotals {
  private var values = [Int](repeating: 0, count: CounterCell.count)

  init(_ loops: [ConnectionCounters]) {
    for loop in loops {
      for index in values.indices { values[index] += loop.value(CounterCell(index: index)) }
    }
  }

  subscript(_ cell: CounterCell) -> Int { values[cell.index] }

  /// Requests that were answered, or given up.
  var endedRequests: Int {
    HTTPProtocolLabel.allCases.reduce(0) { sum, version in
      sum + StatusClass.allCases.reduce(0) { $0 + self[.response(version, $1)] }
    }
  }

  /// Requests under way: nginx's "Writing". The loops are read one after the other while they count on.
  var openRequests: Int { max(0, self[.requests] - endedRequests) }
}
