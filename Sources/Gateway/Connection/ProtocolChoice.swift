import HTTPWire
import NIOCore

/// Waits for the first bytes of a plain connection: HTTP/2 begins with its preface (RFC 9113 §3.3), anything else is
/// HTTP/1.1.
final class ProtocolChoice: ConnectionDriver {
  private unowned let channel: HTTPConnectionHandler
  private var bytes = ByteBuffer()

  init(_ channel: HTTPConnectionHandler) {
    self.channel = channel
    channel.setIdle(true)
    channel.setTimer(channel.now + TimeAmount(channel.connection.server.block.connection.clientHeaderTimeout))
  }

  var isIdle: Bool { true }
  var sendTimeout: TimeAmount { .seconds(60) }

  func received(_ new: ByteBuffer) {
    bytes.writeImmutableBuffer(new)
    guard let isHTTP2 = HTTP2ServerConnection.isPreface(bytes) else { return }
    let driver: ConnectionDriver = isHTTP2 ? HTTP2Connection(channel) : HTTP1Connection(channel)
    channel.begin(with: driver)
    driver.received(bytes)
  }

  func readCompleted() {}
  func becameWritable() {}
  func sendTimedOut() {}
  func closed() {}

  func timerFired(at now: NIODeadline) { channel.close() }

  func drain(grace: TimeAmount) {
    guard grace > .zero else { return channel.close() }
    channel.setTimer(channel.now + grace)
  }
}
