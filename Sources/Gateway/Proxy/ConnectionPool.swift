import NIOCore

/// One event loop's idle connections to the peers of one upstream.
///
/// The connection used last is used first: it is the likeliest to be still open.
final class ConnectionPool {
  private let limits: KeepaliveLimits
  /// The one used last at the end. Not checked for exclusive access at run time: what is called while it is read looks
  /// at keys alone.
  @exclusivity(unchecked) private var idle: [UpstreamConnection] = []

  init(limits: KeepaliveLimits) { self.limits = limits }

  var count: Int { idle.count }

  /// A connection to where `key` leads, removed from the pool.
  func take(_ key: UpstreamConnection.Key) -> UpstreamConnection? {
    guard let index = idle.lastIndex(where: { $0.leads(to: key) }) else { return nil }
    return idle.remove(at: index)
  }

  /// Keeps a connection on which a response has ended, or closes it where the limits say so.
  func keep(_ connection: UpstreamConnection) {
    guard connection.requests < limits.requests, connection.age <= limits.lifetime else { return connection.close() }
    if idle.count >= limits.idleConnections, let oldest = idle.first {
      idle.removeFirst()
      oldest.close()
    }
    idle.append(connection)
    connection.becomeIdle(in: self, for: limits.idleTimeout)
  }

  /// The peer closed it, or it stood idle for too long.
  func remove(_ connection: UpstreamConnection) {
    idle.removeAll { $0 === connection }
  }

  func closeAll() {
    let all = idle
    idle.removeAll()
    for connection in all { connection.close() }
  }
}
