import ConfigModel
import Synchronization

/// What all generations of one gateway share: open logs, sessions, the counter of connections.
final class GatewayShared: Sendable {
  let logs = LogFiles()
  let tls = SharedTLSState()
  let counters = CounterRegistry()
  let upstreamCounters = UpstreamCounterRegistry()
  let status = GatewayStatus()
  private let connections = Atomic<UInt64>(0)

  var events: EventCounters { tls.events }

  /// `$connection` of the next connection.
  func nextConnectionNumber() -> UInt64 {
    connections.add(1, ordering: .relaxed).newValue
  }
}
