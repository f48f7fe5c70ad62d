import ConfigModel
import Dispatch
import NIOCore
import Synchronization
import Transport

/// The generations that have connections: the one that serves, and those before it that are being drained.
final class LivingGenerations: Sendable {
  private let generations = Mutex<[GatewayRuntime]>([])

  /// The oldest first.
  var all: [GatewayRuntime] { generations.withLock { $0 } }

  /// `next` serves from now on. It judges the clients of older connections, too, and they are looked at again.
  func begin(_ next: GatewayRuntime) {
    let older = generations.withLock { generations in
      defer { generations.append(next) }
      return generations
    }
    for runtime in older { runtime.bequeathClients(to: next) }
    for runtime in older { runtime.trustChanged() }
  }

  /// - Returns: whether it was the last.
  func end(_ runtime: GatewayRuntime) -> Bool {
    generations.withLock { generations in
      generations.removeAll { $0 === runtime }
      return generations.isEmpty
    }
  }

  /// CAs, CRLs or certificates were replaced: each connection looks whether this concerns it. Most compare a pointer.
  func trustChanged() {
    for runtime in all { runtime.trustChanged() }
  }

  /// The same, until every connection has looked, five seconds at most. For a thread that may wait, never an event loop.
  func trustChangedAndSeen() {
    trustChanged()
    var loops: [ObjectIdentifier: EventLoop] = [:]
    for runtime in all {
      runtime.connections.forEach { loops[ObjectIdentifier($0.eventLoop)] = $0.eventLoop }
    }
    let seen = DispatchGroup()
    // Behind the events on each loop.
    for loop in loops.values {
      seen.enter()
      loop.execute { seen.leave() }
    }
    _ = seen.wait(timeout: .now() + .seconds(5))
  }
}

extension GatewayRuntime {
  fileprivate func trustChanged() {
    connections.forEach { $0.pipeline.fireUserInboundEventTriggered(TrustChanged()) }
  }

  /// The clients of each server are judged by the server of the same name and port of another generation. Where there is
  /// none, the server that they came to goes on judging them.
  fileprivate func bequeathClients(to next: GatewayRuntime) {
    for server in servers {
      guard let tls = server.tls else { continue }
      tls.succeeded(by: next.successor(of: server)?.tls)
    }
  }

  private func successor(of server: ServerRuntime) -> ServerRuntime? {
    let ports = server.ports
    let candidates = servers.filter { $0.tls != nil && !$0.ports.isDisjoint(with: ports) }
    let names = server.nameKeys
    return candidates.first { $0.nameKeys == names } ?? candidates.first { !$0.nameKeys.isDisjoint(with: names) }
  }
}

extension ServerRuntime {
  /// Where it listens, whatever the address.
  fileprivate var ports: Set<String> {
    Set(
      block.listens.map { listen in
        switch listen.address {
        case .ip(_, let port): "\(port)"
        case .unix(let path): path
        }
      })
  }

  /// The names, wherever in the file they stand.
  fileprivate var nameKeys: Set<String> {
    Set(block.names.map { if case .regex(let source) = $0 { "~\(source.pattern)" } else { "\($0)" } })
  }
}
