import NIOCore
import NIOEmbedded
import PKI
import Testing

@testable import Gateway

@Suite("Trust that ends with time")
struct TrustEndTests {
  /// Counts what it is told.
  private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var count = 0
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event is TrustChanged { count += 1 }
    }
  }

  private func channel(_ listener: Listener) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel(handler: listener)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    return channel
  }

  @Test("a connection is told in the second after its end, once, however far the clock jumps")
  func told() throws {
    for jump in [0, 1, 5, 1_000_000_000] {
      let (ends, listener) = (TrustEnds(), Listener())
      let watch = TrustWatch(try channel(listener), ends)
      ends.look(at: 990)
      watch.follow(until: UnixTime(1000))
      ends.look(at: 999)
      ends.look(at: 1000)
      #expect(listener.count == 0)
      ends.look(at: 1001 + Int64(jump))
      ends.look(at: 1002 + Int64(jump))
      #expect(listener.count == 1)
    }
  }

  @Test("the earliest end counts until it was looked into; what is past already is told at the next look")
  func earliest() throws {
    let (ends, listener) = (TrustEnds(), Listener())
    let watch = TrustWatch(try channel(listener), ends)
    watch.follow(until: UnixTime(2000))
    watch.follow(until: UnixTime(1000))
    watch.follow(until: UnixTime(3000))
    ends.look(at: 1001)
    #expect(listener.count == 1)
    watch.restart()
    watch.follow(until: UnixTime(2000))
    ends.look(at: 1999)
    #expect(listener.count == 1)
    ends.look(at: 2001)
    #expect(listener.count == 2)
    watch.restart()
    watch.follow(until: UnixTime(500))
    ends.look(at: 2002)
    #expect(listener.count == 3)
  }

  @Test("a closed connection is forgotten, and a trust without end is not watched")
  func closed() throws {
    let (ends, listener) = (TrustEnds(), Listener())
    let channel = try channel(listener)
    let watch = TrustWatch(channel, ends)
    watch.follow(until: UnixTime(.max))
    watch.follow(until: UnixTime(1000))
    #expect(!ends.isEmpty)
    _ = try channel.finish()
    #expect(ends.isEmpty)
    ends.look(at: 5000)
    #expect(listener.count == 0)
  }

  @Test("the clock stops with the last connection")
  func clock() throws {
    let (ends, listener) = (TrustEnds(), Listener())
    let channel = try channel(listener)
    let watch = TrustWatch(channel, ends)
    watch.follow(until: UnixTime(1))
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(listener.count == 1)
    #expect(ends.isEmpty)
    watch.restart()
    watch.follow(until: UnixTime(2))
    channel.embeddedEventLoop.advanceTime(by: .seconds(2))
    #expect(listener.count == 2)
  }
}
