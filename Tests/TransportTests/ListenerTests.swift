import Foundation
import NIOCore
import Synchronization
import Testing
import Transport

@Suite("Listeners, connectors, names", .timeLimit(.minutes(1)))
struct ListenerTests {
  /// Accepts, notes, says which generation it is.
  private func initializer(_ seen: Sightings, _ greeting: String) -> Listener.Initializer {
    { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(Application(seen))
        channel.writeAndFlush(ByteBuffer(string: greeting), promise: nil)
      }
    }
  }

  private func connect(_ loops: EventLoops, _ address: SocketAddress, _ seen: Sightings) async throws -> Channel {
    let loop = loops.group.next()
    return try await loop.flatSubmit {
      Connector.connect(to: address, timeout: .seconds(5), on: loop) {
        try $0.pipeline.syncOperations.addHandler(Application(seen, echoes: false))
      }
    }.get()
  }

  /// A child process of another test may hold a copy of a closed socket until it ends; nobody accepts from that.
  private func isRefused(_ loops: EventLoops, _ address: SocketAddress, _ seen: Sightings) async -> Bool {
    for _ in 0..<100 {
      guard (try? await connect(loops, address, seen)) != nil else { return true }
      try? await Task.sleep(for: .milliseconds(100))
    }
    return false
  }

  private func shutDown(_ loops: EventLoops) async {
    await withCheckedContinuation { done in loops.shutDown { _ in done.resume() } }
  }

  @Test("a listener is handed over to a new generation without closing", arguments: [1, 2], [false, true])
  func handOver(threads: Int, reusePort: Bool) async throws {
    let loops = EventLoops(count: threads)
    var options = ListenerOptions()
    options.reusePort = reusePort
    // Each loop's socket must have the same port, which the system chooses only for the first.
    let port = reusePort ? 23_400 + threads : 0
    let (server, client) = (Sightings(), Sightings())
    let listener = try await Listener.bind(
      to: SocketAddress(ipAddress: "127.0.0.1", port: port), options: options, on: loops,
      initializer: initializer(server, "one ")
    ).get()
    let address = try #require(listener.localAddress)
    _ = try await connect(loops, address, client)
    #expect(await client.wait { $0.text == "one " })
    listener.serve(with: initializer(server, "two "))
    _ = try await connect(loops, address, client)
    #expect(await client.wait { $0.text == "one two " })
    try await listener.close().get()
    #expect(await isRefused(loops, address, client))
    #expect(client.all.text == "one two ")
    await shutDown(loops)
  }

  @Test("the way to a connection's initializer gets no longer with the connections that were")
  func depth() async throws {
    let loops = EventLoops(count: 1)
    let stack = StackMarks()
    let listener = try await Listener.bind(
      to: SocketAddress(ipAddress: "127.0.0.1", port: 0), on: loops,
      initializer: { channel in
        stack.mark()
        return channel.eventLoop.makeSucceededVoidFuture()
      }
    ).get()
    let address = try #require(listener.localAddress)
    for _ in 0..<100 { try await connect(loops, address, Sightings()).close().get() }
    while stack.depths.count < 100 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(try #require(stack.depths.max()) - #require(stack.depths.dropFirst().min()) < 2048)
    try await listener.close().get()
    await shutDown(loops)
  }

  @Test("an address in use is an error, and nothing stays bound")
  func inUse() async throws {
    let loops = EventLoops(count: 1)
    let first = try await Listener.bind(
      to: SocketAddress(ipAddress: "127.0.0.1", port: 0), on: loops, initializer: initializer(Sightings(), "")
    ).get()
    let address = try #require(first.localAddress)
    let error = await #expect(throws: IOError.self) {
      _ = try await Listener.bind(to: address, on: loops, initializer: initializer(Sightings(), "")).get()
    }
    #expect(error?.errnoCode == EADDRINUSE)
    await shutDown(loops)
  }

  @Test("IPv6 and unix sockets serve alike")
  func families() async throws {
    let loops = EventLoops(count: 1)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("cs-\(UUID().uuidString.prefix(8))").path
    for address in [try SocketAddress(ipAddress: "::1", port: 0), try SocketAddress(unixDomainSocketPath: path)] {
      let client = Sightings()
      let listener = try await Listener.bind(to: address, on: loops, initializer: initializer(Sightings(), "hi")).get()
      _ = try await connect(loops, #require(listener.localAddress), client)
      #expect(await client.wait { $0.text == "hi" })
      try await listener.close().get()
    }
    try? FileManager.default.removeItem(atPath: path)
    await shutDown(loops)
  }

  @Test("draining asks every connection and tells when the last is gone")
  func drain() async throws {
    let loops = EventLoops(count: 2)
    let (server, client) = (Sightings(), Sightings())
    let registry = ConnectionRegistry()
    let listener = try await Listener.bind(to: SocketAddress(ipAddress: "127.0.0.1", port: 0), on: loops) { channel in
      channel.eventLoop.makeCompletedFuture {
        registry.add(channel)
        try channel.pipeline.syncOperations.addHandler(Application(server))
      }
    }.get()
    for _ in 0..<5 { _ = try await connect(loops, #require(listener.localAddress), client) }
    for _ in 0..<200 where registry.count < 5 { try await Task.sleep(for: .milliseconds(10)) }
    await withCheckedContinuation { done in registry.drain(isUrgent: true) { done.resume() } }
    #expect(registry.count == 0)
    #expect(server.all.drains == 5)
    #expect(await client.wait { $0.closed == 5 })
    await shutDown(loops)
  }

  @Test("names are resolved off the loop; unknown ones are named in the error")
  func names() async throws {
    let loops = EventLoops(count: 1)
    let resolver = NameResolver()
    let loop = loops.group.next()
    let addresses = try await resolver.addresses(of: "localhost", port: 80, on: loop).get()
    #expect(addresses.contains { $0.ipAddress == "127.0.0.1" || $0.ipAddress == "::1" })
    #expect(addresses.allSatisfy { $0.port == 80 })
    let error = await #expect(throws: NameResolutionError.self) {
      _ = try await resolver.addresses(of: "no such name", port: 80, on: loop).get()
    }
    #expect(error?.host == "no such name")
    resolver.shutDown()
    await shutDown(loops)
  }

  @Test("a refused connection is an error")
  func refused() async throws {
    let loops = EventLoops(count: 1)
    await #expect(throws: (any Error).self) {
      _ = try await connect(loops, SocketAddress(ipAddress: "127.0.0.1", port: 1), Sightings())
    }
    await shutDown(loops)
  }
}

/// Where the stack stood each time, as one thread saw it.
private final class StackMarks: Sendable {
  private let marks = Mutex<[UInt]>([])
  var depths: [UInt] { marks.withLock { $0 } }

  func mark() {
    var here: UInt8 = 0
    let address = withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
    marks.withLock { $0.append(address) }
  }
}
