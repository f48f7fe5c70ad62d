import HTTPWire
import Synchronization
import TLSEngine
import Trust

/// What is counted of the connections of one event loop: requests, handshakes, verdicts.
///
/// Each loop has its own, on cache lines that nothing else lies on: counting is one relaxed addition that no other core
/// waits for. Whoever reads adds the loops up. May be used from any thread.
final class ConnectionCounters: Sendable {
  /// Two lines: x86 fetches them in pairs.
  private static let alignment = 128

  /// Where this loop stands among the loops, for counters that are kept in as many places.
  let ordinal: Int
  private let all: @Sendable () -> CounterTotals?
  nonisolated(unsafe) private let cells: UnsafeMutablePointer<Atomic<Int>>

  /// - Parameter all: the sums over all loops.
  init(ordinal: Int = 0, all: @escaping @Sendable () -> CounterTotals? = { nil }) {
    self.ordinal = ordinal
    self.all = all
    let size = MemoryLayout<Atomic<Int>>.stride * CounterCell.count
    let bytes = (size + Self.alignment - 1) / Self.alignment * Self.alignment
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment)
    cells = memory.bindMemory(to: Atomic<Int>.self, capacity: CounterCell.count)
    for index in 0..<CounterCell.count { (cells + index).initialize(to: Atomic(0)) }
  }

  deinit { UnsafeMutableRawPointer(cells).deallocate() }

  /// Of all event loops together.
  var totals: CounterTotals { all() ?? CounterTotals([self]) }

  /// Adds one: wrapping, because the checked addition is a loop of comparing and swapping.
  @inline(__always)
  func count(_ cell: CounterCell) { cells[cell.index].wrappingAdd(1, ordering: .relaxed) }

  @inline(__always)
  private func uncount(_ cell: CounterCell) { cells[cell.index].wrappingSubtract(1, ordering: .relaxed) }

  func value(_ cell: CounterCell) -> Int { cells[cell.index].load(ordering: .relaxed) }
}

extension ConnectionCounters {
  func connectionOpened() {
    count(.accepted)
    count(.active)
  }

  func connectionClosed() { uncount(.active) }
  func becameIdle() { count(.idle) }
  func becameBusy() { uncount(.idle) }
  /// The first bytes of a request came, and not yet its whole head.
  func headBegan() { count(.reading) }
  func headEnded() { uncount(.reading) }
  func requestBegan() { count(.requests) }
}

/// What is counted, as a place among the numbers of an event loop.
struct CounterCell {
  let index: Int

  static var accepted: Self { Self(index: 0) }
  /// Open connections, those in their handshake and the idle ones included.
  static var active: Self { Self(index: 1) }
  /// Connections that wait for a request.
  static var idle: Self { Self(index: 2) }
  static var reading: Self { Self(index: 3) }
  /// Begun.
  static var requests: Self { Self(index: 4) }
  static var verified: Self { Self(index: 5) }
  /// Asked for a certificate, and sent none.
  static var sentNoCertificate: Self { Self(index: 6) }
  static var verdictHits: Self { Self(index: 7) }
  static var verdictMisses: Self { Self(index: 8) }
  static var disconnects: Self { Self(index: 9) }
  /// Judged on another thread.
  static var hardVerdicts: Self { Self(index: 10) }
  /// Handshakes ended because too many hard verdicts were under way.
  static var hardVerdictsRefused: Self { Self(index: 11) }
  /// Connections that could not be accepted, for want of descriptors or memory.
  static var acceptFailures: Self { Self(index: 12) }
}

// MARK: - Rows of cells

extension CounterCell {
  private static let responsesStart = 16
  private static let handshakesStart = responsesStart + HTTPProtocolLabel.allCases.count * StatusClass.allCases.count
  private static let resumptionsStart = handshakesStart + TLSVersion.allCases.count * 2
  private static let requestRefusalsStart = resumptionsStart + ResumptionRefusal.allCases.count
  private static let rulesStart = requestRefusalsStart + RequestRefusal.allCases.count
  static let count = rulesStart + Rule.allCases.count

  private static let ruleOrdinals = Dictionary(uniqueKeysWithValues: Rule.allCases.enumerated().map { ($1, $0) })

  static func response(_ version: HTTPProtocolLabel, _ status: StatusClass) -> Self {
    Self(index: responsesStart + version.rawValue * StatusClass.allCases.count + status.rawValue)
  }

  static func handshake(_ version: TLSVersion, isResumed: Bool) -> Self {
    Self(index: handshakesStart + version.rawValue * 2 + (isResumed ? 1 : 0))
  }

  static func resumptionRefused(_ reason: ResumptionRefusal) -> Self {
    Self(index: resumptionsStart + reason.rawValue)
  }

  static func requestRefused(_ reason: RequestRefusal) -> Self { Self(index: requestRefusalsStart + reason.rawValue) }

  /// A certificate was refused for breaking this rule first.
  static func refused(_ rule: Rule) -> Self { Self(index: rulesStart + (ruleOrdinals[rule] ?? 0)) }
}

/// `protocol` of a request.
enum HTTPProtocolLabel: Int, CaseIterable {
  case http1_0, http1_1, http2

  @inline(__always)
  init(_ version: HTTPVersion) {
    self = version.major >= 2 ? .http2 : version.minor == 0 || version.major == 0 ? .http1_0 : .http1_1
  }

  var label: String {
    switch self {
    case .http1_0: "HTTP/1.0"
    case .http1_1: "HTTP/1.1"
    case .http2: "HTTP/2.0"
    }
  }
}

/// `status` of a request.
enum StatusClass: Int, CaseIterable {
  /// The client was gone, or the connection closed, before there was an answer.
  case none
  case informational, success, redirection, clientError, serverError

  @inline(__always)
  init(_ status: Int) { self = status >= 100 && status < 600 ? StatusClass(rawValue: status / 100) ?? .none : .none }

  var label: String { self == .none ? "none" : "\(rawValue)xx" }
}

/// Why a session was not resumed though its ticket was good.
enum ResumptionRefusal: Int, CaseIterable {
  /// Nothing is remembered of the client's chain: its trust was replaced, or it expired.
  case unknownVerdict
  /// The chain would be refused now.
  case refused
  /// A responder must be asked first, or has said no.
  case status

  var label: String {
    switch self {
    case .unknownVerdict: "unknown_verdict"
    case .refused: "refused"
    case .status: "ocsp"
    }
  }
}

/// Why a request was refused for its client.
enum RequestRefusal: Int, CaseIterable {
  case certificate, noCertificate, misdirected, denied, notAllowed

  var label: String {
    switch self {
    case .certificate: "certificate"
    case .noCertificate: "no_certificate"
    case .misdirected: "misdirected"
    case .denied: "ssl_client_deny"
    case .notAllowed: "ssl_client_allow"
    }
  }
}
