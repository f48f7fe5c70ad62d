import ConfigModel
import ConfigSyntax
import NIOCore
import NIOEmbedded
import TLSEngine
import Testing

@testable import Gateway

/// What was opened as somebody, to somebody, under some trust, is of no use for a request of another.
@Suite("Connections to upstreams that are kept apart")
struct UpstreamIsolationTests {
  private typealias Key = UpstreamConnection.Key

  private func address(_ port: Int) throws -> UpstreamAddress {
    try #require(UpstreamAddress(numericHost: "127.0.0.1", port: port))
  }

  private func identity() throws -> UpstreamIdentity {
    UpstreamIdentity(context: try TLSClientContext(TLSClientConfiguration()))
  }

  @Test("a kept connection serves requests of its very address, certificate, name and source, and of no other")
  func pool() throws {
    let (own, other) = (try identity(), try identity())
    let key = Key(address: try address(1), tls: own, serverName: "a", localAddress: "127.0.0.2")
    let strangers: [Key] = [
      Key(address: try address(2), tls: own, serverName: "a", localAddress: "127.0.0.2"),
      Key(address: try address(1), tls: other, serverName: "a", localAddress: "127.0.0.2"),
      Key(address: try address(1), tls: nil, serverName: "a", localAddress: "127.0.0.2"),
      Key(address: try address(1), tls: own, serverName: "b", localAddress: "127.0.0.2"),
      Key(address: try address(1), tls: own, serverName: nil, localAddress: "127.0.0.2"),
      Key(address: try address(1), tls: own, serverName: "a", localAddress: nil),
    ]
    let pool = ConnectionPool(
      limits: KeepaliveLimits(idleConnections: 9, requests: 9, lifetime: .seconds(3600), idleTimeout: .seconds(60)))
    let kept = UpstreamConnection(key: key, eventLoop: EmbeddedEventLoop())
    pool.keep(kept)
    for stranger in strangers { #expect(pool.take(stranger) == nil, "\(stranger)") }
    #expect(pool.count == 1)
    #expect(pool.take(key) === kept)
    #expect(pool.take(key) == nil, "nobody shares it")
    kept.close()
  }

  @Test("sessions are those of an address and a name, and new trust begins with none")
  func sessions() throws {
    let position = SourcePosition(file: "test", line: 1)
    var settings = ProxyTLSSettings()
    settings.$serverName.set(true, at: position)
    let host = ConfigurationHost(read: { _ in Array("events {} http { }".utf8) })
    let read = try ConfigurationReader(host: host).read(file: "nginx.conf", prefix: "/")
    let compile = CompileContext(configuration: read.configuration, logs: LogFiles(), prefix: "/") {
      _, _, _, _ throws(Diagnostic) in throw Diagnostic("no content", at: nil)
    }
    let tls = try UpstreamTLS(settings, compile: compile)
    func offer(_ port: Int, _ name: String?) throws -> (session: String?, context: TLSClientContext) {
      let key = Key(address: try address(port), tls: nil, serverName: name)
      let offer = tls.offer(for: key, judge: tls.judge(for: key))
      return (offer.sessionKey, offer.context)
    }
    let first = try offer(1, "a")
    #expect(first.session != nil)
    #expect(try offer(1, "a").session == first.session && offer(1, "a").context === first.context)
    for (port, name) in [(1, "b"), (2, "a"), (1, nil)] as [(Int, String?)] {
      #expect(try offer(port, name).session != first.session, "\(port) \(name ?? "none")")
    }
    try tls.compose()
    #expect(try offer(1, "a").context !== first.context)
    settings.$sessionReuse.set(false, at: position)
    let without = try UpstreamTLS(settings, compile: compile)
    let key = Key(address: try address(1), tls: nil, serverName: "a")
    #expect(without.offer(for: key, judge: without.judge(for: key)).sessionKey == nil)
  }
}
