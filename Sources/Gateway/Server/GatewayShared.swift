import ConfigModel
import ContentService
import Synchronization

/// What all generations of one gateway share: open logs, sessions, the counter of connections, the CAs beside it.
final class GatewayShared: Sendable {
  /// `nil` where the program has none.
  let services: (any AuthorityServices)?
  let logs = LogFiles()
  let tls = SharedTLSState()
  let counters = CounterRegistry()
  let upstreamCounters = UpstreamCounterRegistry()
  let status = GatewayStatus()
  let trustEnds = TrustEnds()
  let generations = LivingGenerations()
  let intake = CRLIntake()
  let trust: TrustKeeper
  private let connections = Atomic<UInt64>(0)

  init(services: (any AuthorityServices)? = nil) {
    self.services = services
    trust = TrustKeeper(generations, events: tls.events)
  }

  var events: EventCounters { tls.events }

  /// `$connection` of the next connection.
  func nextConnectionNumber() -> UInt64 {
    connections.add(1, ordering: .relaxed).newValue
  }
}

extension ServiceReport.Level {
  var logLevel: LogLevel {
    switch self {
    case .alert: .alert
    case .error: .error
    case .warning: .warn
    case .notice: .notice
    }
  }
}
