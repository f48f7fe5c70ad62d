import ConfigModel
import HTTPWire

/// `proxy_next_upstream`: after which failures a request goes on to the next peer.
struct NextUpstreamRule: Sendable {
  /// Why a try failed.
  enum Failure: Hashable, Sendable {
    case error
    case timeout
    case invalidHeader
    case status(Int)
    /// No live peer is left.
    case noLive

    /// What the client is told where no other peer is asked.
    var status: Int {
      switch self {
      case .timeout: 504
      case .status(let status): status
      case .error, .invalidHeader, .noLive: 502
      }
    }

    /// Whether the peer is to blame.
    var outcomeIsFailure: Bool { self != .status(403) && self != .status(404) }
  }

  private let conditions: Set<NextUpstream>
  /// 0: as many as there are peers.
  let tries: Int
  /// 0: no limit.
  let timeout: Duration

  init(_ settings: ProxySettings) {
    conditions = settings.nextUpstream
    tries = settings.nextUpstreamTries
    timeout = settings.nextUpstreamTimeout
  }

  /// What has happened to the request before.
  struct Progress {
    var triesLeft: Int
    var isSent: Bool
    var method: HTTPMethod
    /// The body is passed on as it arrives, and can't be sent again.
    var isBodyStreamed: Bool
    var elapsed: Duration
  }

  func allowsNext(after failure: Failure, _ progress: Progress, triesNeeded: Int = 1) -> Bool {
    guard progress.triesLeft >= triesNeeded, let condition = Self.condition(of: failure),
      !conditions.contains(.off), conditions.contains(condition)
    else { return false }
    if progress.isSent {
      if progress.isBodyStreamed { return false }
      if Self.changesState(progress.method), !conditions.contains(.nonIdempotent) { return false }
    }
    return timeout == .zero || progress.elapsed < timeout
  }

  private static func changesState(_ method: HTTPMethod) -> Bool {
    method == .post || method == .lock || method == .patch
  }

  private static func condition(of failure: Failure) -> NextUpstream? {
    switch failure {
    case .error: .error
    case .timeout: .timeout
    case .invalidHeader: .invalidHeader
    case .noLive: nil
    case .status(let status): NextUpstream(rawValue: "http_\(status)")
    }
  }
}
