import ConfigModel
import ConfigSyntax
import Synchronization
import Upstreams

/// The upstreams of one configuration: its `upstream` blocks, and the servers that `proxy_pass` names itself.
///
/// Filled while the configuration is made ready; afterwards only looked up in.
final class UpstreamRegistry: Sendable {
  /// Host in lower case; no port for `upstream` blocks.
  private struct Name: Hashable {
    var host: [UInt8]
    var port: Int?
  }

  private let upstreams = Mutex<[Name: UpstreamRuntime]>([:])

  private let counters: UpstreamCounterRegistry
  /// Of hosts that requests name: too many to be told apart.
  var dynamicCounters: UpstreamCounters { counters.counters(of: "variable") }

  init(counters: UpstreamCounterRegistry = UpstreamCounterRegistry()) { self.counters = counters }

  /// Makes every `upstream` block ready; once, before any `proxy_pass` is.
  ///
  /// - Throws: `host not found in upstream "x"` at the server's line.
  func define(_ blocks: [UpstreamBlock], compile: CompileContext) throws(Diagnostic) {
    for block in blocks {
      let upstream = try Self.runtime(of: block, counters: counters.counters(of: block.name), compile: compile)
      let name = Name(host: block.name.utf8.map(lowerCased), port: nil)
      upstreams.withLock { $0[name] = upstream }
    }
  }

  /// The upstream that a URL of the configuration names: a block, or the host itself, looked up now.
  ///
  /// - Throws: `host not found in upstream "x"`, `upstream "x" may not have port 80`.
  func upstream(_ url: UpstreamURL, defaultPort: Int, at position: SourcePosition) throws(Diagnostic) -> UpstreamRuntime
  {
    if let known = find(url, defaultPort: defaultPort) {
      return known
    }
    let host = url.host.asText
    if !url.isUnix, upstreams.withLock({ $0[Name(host: url.host.map(lowerCased), port: nil)] }) != nil {
      throw Diagnostic("upstream \"\(host)\" may not have port \(url.port ?? defaultPort)", at: position)
    }
    let addresses = Self.addresses(url, defaultPort: defaultPort)
    if addresses.isEmpty { throw Diagnostic("host not found in upstream \"\(host)\"", at: position) }
    let name = url.isUnix ? "unix:\(host)" : host
    let label = url.isUnix ? name : "\(host):\(url.port ?? defaultPort)"
    let made = UpstreamRuntime(implicit: name, addresses: addresses, counters: counters.counters(of: label))
    upstreams.withLock { $0[Self.name(of: url, defaultPort: defaultPort)] = made }
    return made
  }

  /// What is known under a URL's host and port; for URLs that become known with the request.
  func find(_ url: UpstreamURL, defaultPort: Int) -> UpstreamRuntime? {
    upstreams.withLock { upstreams in
      if url.port == nil, !url.isUnix, let block = upstreams[Name(host: url.host.map(lowerCased), port: nil)] {
        return block
      }
      return upstreams[Self.name(of: url, defaultPort: defaultPort)]
    }
  }

  /// Closes idle connections: another configuration has taken over.
  func retire() {
    for upstream in upstreams.withLock({ Array($0.values) }) { upstream.retire() }
  }

  private static func name(of url: UpstreamURL, defaultPort: Int) -> Name {
    url.isUnix
      ? Name(host: Array("unix:".utf8) + url.host, port: 0)
      : Name(host: url.host.map(lowerCased), port: url.port ?? defaultPort)
  }

  private static func addresses(_ url: UpstreamURL, defaultPort: Int) -> [UpstreamAddress] {
    if url.isUnix { return UpstreamAddress(unixPath: url.host.asText).map { [$0] } ?? [] }
    return HostLookup.addresses(of: url.host.asText, port: url.port ?? defaultPort)
  }

  private static func runtime(
    of block: UpstreamBlock, counters: UpstreamCounters, compile: CompileContext
  ) throws(Diagnostic) -> UpstreamRuntime {
    var peers: [PeerSettings] = []
    var addresses: [UpstreamAddress] = []
    for server in block.servers {
      let found = try resolve(server)
      addresses += found
      peers += found.map { _ in
        PeerSettings(
          server: server.address, weight: server.weight, maxFails: server.maxFails, failTimeout: server.failTimeout,
          maxConnections: server.maxConnections, isBackup: server.isBackup, isDown: server.isDown)
      }
    }
    let hashKey = try block.hashKey.map { key throws(Diagnostic) in try compile.template(key) }
    return UpstreamRuntime(
      name: block.name, peers: peers, addresses: addresses, balancing: block.method, hashKey: hashKey,
      keepalive: block.keepaliveLimits, counters: counters)
  }

  private static func resolve(_ server: UpstreamBlock.Server) throws(Diagnostic) -> [UpstreamAddress] {
    let url: UpstreamURL
    do throws(UpstreamURL.Fault) {
      url = try UpstreamURL(server.address.utf8)
    } catch {
      throw Diagnostic("\(error.rawValue) in upstream \"\(server.address)\"", at: server.position)
    }
    let found = addresses(url, defaultPort: 80)
    if found.isEmpty {
      throw Diagnostic("host not found in upstream \"\(server.address)\"", at: server.position)
    }
    return found
  }
}

extension UpstreamBlock {
  fileprivate var method: Upstreams.Balancing {
    switch balancing {
    case .roundRobin: .roundRobin
    case .leastConnections: .leastConnections
    case .ipHash: .addressHash
    case .random(let two): .random(two: two)
    case .hash(_, let consistent): consistent ? .consistentHash : .hash
    }
  }

  fileprivate var hashKey: Template? {
    guard case .hash(let key, _) = balancing else { return nil }
    return key
  }

  fileprivate var keepaliveLimits: KeepaliveLimits? {
    guard keepalive > 0 else { return nil }
    return KeepaliveLimits(
      idleConnections: keepalive, requests: keepaliveRequests, lifetime: keepaliveTime, idleTimeout: keepaliveTimeout)
  }
}
