import HTTPWire
import NIOCore

/// Carries no request: it lets variables be asked for before there is one.
final class HandshakeExchange: Exchange {
  let eventLoop: EventLoop
  let connection: ClientConnection
  var events: RequestEvents?
  let isWritable = false
  let bodyBytesSent = 0
  let bytesSent = 0
  let requestLength = 0
  let requestsOnConnection = 0

  init(_ connection: ClientConnection, eventLoop: EventLoop) {
    self.connection = connection
    self.eventLoop = eventLoop
  }

  func sendInformational(_ head: HTTPResponseHead) {}
  func send(_ head: HTTPResponseHead, by warrant: Warrant, end: Bool) {}
  func send(_ body: ByteBuffer) {}
  func finish(trailers: HTTPFields?) {}
  func flush() {}
  func abort() {}
  func disableKeepAlive() {}
  func resumeBody() {}
  func pauseBody() {}
  func discardBody() -> Bool { true }
  func upgradeToTunnel() -> ClientTunnel? { nil }
}
