/// The ring of consistent hashing: 160 points for each unit of a server's weight, compatible with Cache::Memcached::Fast.
struct ConsistentRing: Sendable {
  private struct Point: Sendable {
    var hash: UInt32
    var server: Int
  }

  private let servers: [String]
  private let points: [Point]

  init(peers: [PeerSettings]) {
    servers = peers.map(\.server)
    var all: [Point] = []
    for (index, peer) in peers.enumerated() { Self.addPoints(of: peer, index, to: &all) }
    all.sort { ($0.hash, $0.server) < ($1.hash, $1.server) }
    points = all.enumerated().filter { $0.offset == 0 || all[$0.offset - 1].hash != $0.element.hash }.map(\.element)
  }

  /// The first point at or after the key's hash.
  func place(of key: [UInt8]) -> UInt64 {
    var crc = CRC32()
    crc.update(key)
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if points[middle].hash < crc.value { low = middle + 1 } else { high = middle }
    }
    return UInt64(low)
  }

  func server(at place: UInt64) -> String { servers[points[Int(place % UInt64(points.count))].server] }

  /// Each point hashes `host NUL port` and the point before it.
  private static func addPoints(of peer: PeerSettings, _ index: Int, to points: inout [Point]) {
    let (host, port) = hostAndPort(peer.server)
    var base = CRC32()
    base.update(host)
    base.update(CollectionOfOne(0))
    base.update(port)
    var previous: UInt32 = 0
    for _ in 0..<(peer.weight * 160) {
      var crc = base
      crc.update((0..<4).map { UInt8(truncatingIfNeeded: previous >> (8 * UInt32($0))) })
      previous = crc.value
      points.append(Point(hash: previous, server: index))
    }
  }

  private static func hostAndPort(_ server: String) -> (Substring.UTF8View, Substring.UTF8View) {
    if server.lowercased().hasPrefix("unix:") { return (server.dropFirst(5).utf8, server.suffix(0).utf8) }
    guard let colon = server.lastIndex(of: ":"),
      server[server.index(after: colon)...].utf8.allSatisfy({ (48...57).contains($0) })
    else { return (server[...].utf8, server.suffix(0).utf8) }
    return (server[..<colon].utf8, server[server.index(after: colon)...].utf8)
  }
}
