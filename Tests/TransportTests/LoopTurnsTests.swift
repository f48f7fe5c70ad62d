import Foundation
import NIOCore
import Synchronization
import Testing
import Transport

@Suite("Turns of an event loop", .timeLimit(.minutes(1)))
struct LoopTurnsTests {
  @Test("who waits again comes behind all others")
  func order() async throws {
    let loops = EventLoops(count: 1)
    let loop = loops.group.next()
    let seen = Mutex<[String]>([])
    let done = loop.makePromise(of: Void.self)
    loop.execute {
      let turns = LoopTurns.of(loop)
      func run(_ name: String, _ left: Int) {
        seen.withLock { $0.append(name) }
        if left > 1 { turns.wait { run(name, left - 1) } } else if name == "c" { done.succeed() }
      }
      for name in ["a", "b", "c"] { turns.wait { run(name, 3) } }
    }
    try await done.futureResult.get()
    #expect(seen.withLock { $0 } == ["a", "b", "c", "a", "b", "c", "a", "b", "c"])
    await withCheckedContinuation { done in loops.shutDown { _ in done.resume() } }
  }

  @Test("sockets are looked at between turns, however much work waits")
  func sockets() async throws {
    let loops = EventLoops(count: 1)
    let loop = loops.group.next()
    let isOver = Mutex(false)
    loop.execute {
      let turns = LoopTurns.of(loop)
      func work() {
        usleep(7000)
        if !isOver.withLock({ $0 }) { turns.wait(work) }
      }
      for _ in 0..<3 { turns.wait(work) }
    }
    let (server, client) = (Sightings(), Sightings())
    let listener = try await Listener.bind(
      to: SocketAddress(ipAddress: "127.0.0.1", port: 0), on: loops
    ) { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(Application(server))
        channel.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
      }
    }.get()
    let address = try #require(listener.localAddress)
    let channel = try await loop.flatSubmit {
      Connector.connect(to: address, timeout: .seconds(20), on: loop) {
        try $0.pipeline.syncOperations.addHandler(Application(client, echoes: false))
      }
    }.get()
    #expect(await client.wait { $0.text == "hello" })
    isOver.withLock { $0 = true }
    try await channel.close()
    try await listener.close().get()
    await withCheckedContinuation { done in loops.shutDown { _ in done.resume() } }
  }
}
