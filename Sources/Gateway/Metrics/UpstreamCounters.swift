import Synchronization

/// What is counted of one upstream, across reloads: tries, and those that failed.
final class UpstreamCounters: Sendable {
  enum Outcome: Int, CaseIterable {
    case tried
    case error, timeout, invalidHeader, status, noLive, brokenOff

    var label: String {
      switch self {
      case .tried: "tried"
      case .error: "error"
      case .timeout: "timeout"
      case .invalidHeader: "invalid_header"
      case .status: "http_status"
      case .noLive: "no_live"
      case .brokenOff: "broken_off"
      }
    }
  }

  /// Loops count in different places; places are a pair of cache lines apart.
  private static let places = 16
  private static let distance = 16

  let name: String
  nonisolated(unsafe) private let cells: UnsafeMutablePointer<Atomic<Int>>

  init(name: String) {
    self.name = name
    let bytes = Self.places * Self.distance * MemoryLayout<Atomic<Int>>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
    cells = memory.bindMemory(to: Atomic<Int>.self, capacity: Self.places * Self.distance)
    for index in 0..<Self.places * Self.distance { (cells + index).initialize(to: Atomic(0)) }
  }

  deinit { UnsafeMutableRawPointer(cells).deallocate() }

  /// - Parameter ordinal: of the event loop that counts.
  func count(_ outcome: Outcome, ordinal: Int) {
    cells[ordinal % Self.places * Self.distance + outcome.rawValue].wrappingAdd(1, ordering: .relaxed)
  }

  func value(_ outcome: Outcome) -> Int {
    (0..<Self.places).reduce(0) { $0 + cells[$1 * Self.distance + outcome.rawValue].load(ordering: .relaxed) }
  }
}

/// The counters of upstreams by name; a reload finds those of before.
final class UpstreamCounterRegistry: Sendable {
  private let upstreams = Mutex<[String: UpstreamCounters]>([:])

  func counters(of name: String) -> UpstreamCounters {
    upstreams.withLock { upstreams in
      if let known = upstreams[name] { return known }
      let made = UpstreamCounters(name: name)
      upstreams[name] = made
      return made
    }
  }

  var all: [UpstreamCounters] { upstreams.withLock { Array($0.values) }.sorted { $0.name < $1.name } }
}

extension NextUpstreamRule.Failure {
  var counted: UpstreamCounters.Outcome {
    switch self {
    case .error: .error
    case .timeout: .timeout
    case .invalidHeader: .invalidHeader
    case .status: .status
    case .noLive: .noLive
    }
  }
}
