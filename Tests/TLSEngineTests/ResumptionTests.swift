import Cryptography
import Synchronization
import TLSEngine
import Testing

@Suite("Resumption")
struct ResumptionTests {
  /// How sessions are kept.
  enum Means: String, CaseIterable { case tickets, ticketFile, cache }

  final class Clock: Sendable {
    let now = Mutex(TLSServerConfiguration.systemTime())
    func advance(_ seconds: Int64) { now.withLock { $0 += seconds } }
  }

  private func configuration(_ means: Means, _ version: TLSVersion) throws -> TLSServerConfiguration {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    server.maximumVersion = version
    server.clientCertificate = .requested
    server.tickets = means != .cache
    if means == .ticketFile { server.ticketKeys = [.init(repeating: 7, count: 80), .init(repeating: 8, count: 48)] }
    if means == .cache { server.sessionCache = TLSSessionCache(bytes: 1 << 20) }
    return server
  }

  private func setup(_ server: TLSServerConfiguration) throws -> Setup {
    try Setup(server, TLSClientConfiguration(credentials: [try SelfSigned.credential(name: "client")]))
  }

  @Test(
    "a session comes back by every means, with its chain and its time", arguments: Means.allCases,
    [
      TLSVersion.tls1_2, .tls1_3,
    ])
  func resumes(means: Means, version: TLSVersion) throws {
    let setup = try setup(configuration(means, version))
    let first = try #require(try setup.connect(sessionKey: "k").server.facts)
    #expect(!first.isResumed)
    let second = try setup.connect(sessionKey: "k")
    let facts = try #require(second.server.facts)
    #expect(facts.isResumed)
    #expect(second.client.facts?.isResumed == true)
    #expect(facts.peerChain == first.peerChain)
    #expect(facts.peerChainHash == first.peerChainHash && facts.peerChainHash.count == 32)
    #expect(setup.serverSide.offered.last?.chainHash == first.peerChainHash)
    #expect(setup.serverSide.judged.count == 1)
    let third = try setup.connect(sessionKey: "k")
    #expect(third.server.facts?.isResumed == true)
    #expect(third.server.facts?.peerChainHash == first.peerChainHash)
    #expect(setup.serverSide.offered.last?.chainHash == first.peerChainHash)
  }

  @Test("the delegate's no leads to a full handshake", arguments: Means.allCases, [TLSVersion.tls1_2, .tls1_3])
  func refused(means: Means, version: TLSVersion) throws {
    let setup = try setup(configuration(means, version))
    _ = try setup.connect(sessionKey: "k")
    setup.serverSide.resumes = false
    let wire = try setup.connect(sessionKey: "k")
    #expect(wire.server.facts?.isResumed == false)
    #expect(setup.serverSide.offered.count >= 1)
    #expect(setup.serverSide.judged.count == 2)
  }

  @Test(
    "a session made under another policy is never resumed, whatever is shared", arguments: Means.allCases,
    [
      TLSVersion.tls1_2, .tls1_3,
    ])
  func otherPolicy(means: Means, version: TLSVersion) throws {
    var server = try configuration(means, version)
    var setup = try setup(server)
    _ = try setup.connect(sessionKey: "k")
    server.policyID = [UInt8](repeating: 9, count: 32)
    setup.server = try TLSServerContext(server)
    setup.serverSide.fallback = setup.server
    let wire = try setup.connect(sessionKey: "k")
    #expect(wire.server.facts?.isResumed == false)
    #expect(setup.serverSide.offered.isEmpty)
  }

  @Test(
    "a session of one vhost is not resumed on another, by tickets or cache", arguments: Means.allCases,
    [
      TLSVersion.tls1_2, .tls1_3,
    ])
  func otherName(means: Means, version: TLSVersion) throws {
    let first = try configuration(means, version)
    var second = first
    second.policyID = [UInt8](repeating: 5, count: 32)
    let setup = try setup(first)
    setup.serverSide.contexts["b.example"] = try TLSServerContext(second)
    let a = try setup.connect(name: "a.example", sessionKey: "k")
    #expect(a.server.facts != nil)
    let b = try setup.connect(name: "b.example", sessionKey: "k")
    #expect(b.server.facts?.isResumed == false)
    let again = try setup.connect(name: "b.example", sessionKey: "k")
    #expect(again.server.facts?.isResumed == true)
    let back = try setup.connect(name: "a.example", sessionKey: "k")
    #expect(back.server.facts?.isResumed == false)
  }

  @Test(
    "a context made anew under the same policy, keyring and cache resumes", arguments: Means.allCases,
    [
      TLSVersion.tls1_2, .tls1_3,
    ])
  func reload(means: Means, version: TLSVersion) throws {
    let server = try configuration(means, version)
    var setup = try setup(server)
    _ = try setup.connect(sessionKey: "k")
    setup.server = try TLSServerContext(server)
    setup.serverSide.fallback = setup.server
    #expect(try setup.connect(sessionKey: "k").server.facts?.isResumed == true)
  }

  @Test("a session that is too old is not resumed", arguments: Means.allCases, [TLSVersion.tls1_2, .tls1_3])
  func expiry(means: Means, version: TLSVersion) throws {
    let clock = Clock()
    var server = try configuration(means, version)
    server.now = { clock.now.withLock { $0 } }
    let setup = try setup(server)
    _ = try setup.connect(sessionKey: "k")
    clock.advance(301)
    #expect(try setup.connect(sessionKey: "k").server.facts?.isResumed == false)
    #expect(setup.serverSide.offered.isEmpty)
  }

  @Test("a session of a time to come is not resumed", arguments: Means.allCases, [TLSVersion.tls1_2, .tls1_3])
  func clockSetBack(means: Means, version: TLSVersion) throws {
    let clock = Clock()
    var server = try configuration(means, version)
    server.now = { clock.now.withLock { $0 } }
    let setup = try setup(server)
    _ = try setup.connect(sessionKey: "k")
    clock.advance(-1)
    #expect(try setup.connect(sessionKey: "k").server.facts?.isResumed == false)
    #expect(setup.serverSide.offered.isEmpty)
  }

  @Test("renewed sessions keep the time of the full handshake")
  func createdIsKept() throws {
    let clock = Clock()
    var server = try configuration(.tickets, .tls1_3)
    server.now = { clock.now.withLock { $0 } }
    let setup = try setup(server)
    let start = server.now()
    for _ in 0..<3 {
      _ = try setup.connect(sessionKey: "k")
      clock.advance(200)
    }
    #expect(setup.serverSide.offered.map(\.created) == [start, start])
  }

  @Test("rotated keys still open; keys rotated out do not")
  func rotation() throws {
    var server = try configuration(.tickets, .tls1_3)
    let keyring = TLSTicketKeyring(kept: 2)
    server.ticketKeyring = keyring
    let setup = try setup(server)
    _ = try setup.connect(sessionKey: "k")
    keyring.rotate()
    #expect(try setup.connect(sessionKey: "k").server.facts?.isResumed == true)
    for _ in 0..<2 {
      keyring.rotate()
      _ = try setup.connect(sessionKey: "other")
    }
    #expect(try setup.connect(sessionKey: "k").server.facts?.isResumed == false)
  }

  @Test("keys are replaced when their time is over, and open no ticket after the time of the next")
  func rotationByTime() throws {
    let clock = Clock()
    var server = try configuration(.tickets, .tls1_3)
    server.now = { clock.now.withLock { $0 } }
    server.ticketKeyring = TLSTicketKeyring(rotation: .seconds(10), kept: 2)
    let setup = try setup(server)
    for key in ["a", "b", "c"] { _ = try setup.connect(sessionKey: key) }
    clock.advance(9)
    #expect(try setup.connect(sessionKey: "a").server.facts?.isResumed == true)
    clock.advance(1)
    #expect(try setup.connect(sessionKey: "b").server.facts?.isResumed == true)
    clock.advance(10)
    #expect(try setup.connect(sessionKey: "c").server.facts?.isResumed == false)
    #expect(try setup.connect(sessionKey: "b").server.facts?.isResumed == true)
  }

  @Test("with neither tickets nor cache nothing is resumed", arguments: [TLSVersion.tls1_2, .tls1_3])
  func off(version: TLSVersion) throws {
    var server = try configuration(.tickets, version)
    server.tickets = false
    let setup = try setup(server)
    _ = try setup.connect(sessionKey: "k")
    #expect(try setup.connect(sessionKey: "k").server.facts?.isResumed == false)
  }

  @Test("a client asks about the server's certificate again when it resumes")
  func clientReverifies() throws {
    let setup = try setup(configuration(.tickets, .tls1_3))
    _ = try setup.connect(sessionKey: "k")
    setup.clientSide.decision = .reject(.certificateRevoked)
    let wire = try setup.connect(sessionKey: "k")
    #expect(wire.client.error == .peerRefused(.certificateRevoked))
  }

  @Test("the cache stays within its bounds and forgets the oldest")
  func cacheBounds() throws {
    var server = try configuration(.cache, .tls1_2)
    let cache = TLSSessionCache(bytes: 16 * 4096)
    server.sessionCache = cache
    let setup = try setup(server)
    for _ in 0..<200 { _ = try setup.connect(sessionKey: nil) }
    // Sixteen shards of 4096 bytes, no session under 512 with its overhead.
    #expect(cache.count > 10 && cache.count <= 16 * 8)
    cache.removeAll()
    #expect(cache.count == 0)
  }
}
