import ConfigModel
import HTTPWire
import NIOCore

/// A client's HTTP/2 connection: runs the machine and gives every stream its exchange.
final class HTTP2Connection: ConnectionDriver {
  /// Lets go of this driver when the channel is gone.
  let channel: HTTPConnectionHandler
  private var machine: HTTP2ServerConnection
  private var exchanges: [HTTP2StreamID: HTTP2Exchange] = [:]
  private(set) var requests = 0
  private var isRunning = false
  private var isEnding = false
  private var shutdownDeadline: NIODeadline?
  /// When clients that still send to answered requests are told to stop.
  private var discardDeadline: NIODeadline?
  private var idleDeadline: NIODeadline?
  private var isShutDown = false

  init(_ channel: HTTPConnectionHandler) {
    self.channel = channel
    machine = HTTP2ServerConnection(limits: channel.connection.server.block.connection.http2Limits)
    channel.setIdle(true)
    idleDeadline = channel.now + TimeAmount(channel.connection.server.block.connection.clientHeaderTimeout)
    run()
    channel.flush()
  }

  private var core: ConnectionFacts { channel.connection.server.root.connectionFacts }
  var isIdle: Bool { exchanges.isEmpty }
  var sendTimeout: TimeAmount { core.sendTimeout }

  // MARK: - Events of the channel

  func received(_ bytes: ByteBuffer) {
    let now = Duration.nanoseconds(Int64(truncatingIfNeeded: channel.now.uptimeNanoseconds))
    machine.receive(bytes, at: now)
    run()
  }

  func readCompleted() { channel.holdsReads = !channel.isWritable && !isEnding }

  func becameWritable() {
    run()
    channel.holdsReads = false
    channel.flush()
  }

  func sendTimedOut() { failAll(.sendTimeout) }

  func closed() {
    isEnding = true
    failAll(.clientClosed)
  }

  func drain(grace: TimeAmount) {
    guard !isShutDown else { return }
    beginShutdown()
    if grace <= .zero {
      machine.finishShutdown()
      shutdownDeadline = nil
    } else {
      shutdownDeadline = channel.now + grace
    }
    run()
    channel.flush()
  }

  func timerFired(at now: NIODeadline) {
    if let shutdownDeadline, now >= shutdownDeadline {
      self.shutdownDeadline = nil
      machine.finishShutdown()
    }
    if let discardDeadline, now >= discardDeadline {
      self.discardDeadline = nil
      machine.resetDiscarding()
    }
    if let idleDeadline, now >= idleDeadline, exchanges.isEmpty {
      self.idleDeadline = nil
      beginShutdown()
      machine.finishShutdown()
    }
    for exchange in Array(exchanges.values) { exchange.checkDeadlines(now) }
    run()
    channel.flush()
  }

  // MARK: - Running

  /// Handles the machine's events and sends its output until neither makes more of the other.
  func run() {
    guard !isRunning else { return }
    isRunning = true
    repeat { handleEvents() } while sendOutput()
    isRunning = false
    if machine.discardingStreams > 0, discardDeadline == nil { discardDeadline = channel.now + .seconds(1) }
    if machine.isDrained { end() }
    setTimer()
  }

  private func handleEvents() {
    while true {
      switch machine.next() {
      case .needsMore: return
      case .request(let id, let head, let end): serve(id, head, hasBody: !end)
      case .malformedRequest(let id, let head, let status): refuse(id, head, status)
      case .body(let id, let part): exchanges[id]?.received(part)
      case .bodyEnd(let id, let trailers): exchanges[id]?.receivedEnd(trailers)
      case .malformedBody(let id): exchanges[id]?.bodyFailed()
      case .streamReset(let id, _): exchanges[id]?.fail(.clientClosed)
      case .writable(let id): exchanges[id]?.becameWritable()
      case .responseSent(let id): exchanges[id]?.sent()
      case .peerGoingAway: machine.finishShutdown()
      case .failed(let error): failed(error)
      }
    }
  }

  /// - Returns: whether anything was sent.
  private func sendOutput() -> Bool {
    var hasSent = false
    while channel.isWritable, let bytes = machine.takeOutput(limit: 32 << 10) {
      channel.write(bytes)
      hasSent = true
    }
    return hasSent
  }

  private func serve(_ id: HTTP2StreamID, _ head: HTTPRequestHead, hasBody: Bool) {
    begin(id, head, hasBody: hasBody).start()
    if requests >= core.keepaliveRequests || isOld { beginShutdown() }
  }

  private func refuse(_ id: HTTP2StreamID, _ head: HTTPRequestHead, _ status: Int) {
    let reason = status == 494 ? "client sent too large request" : "client sent invalid HTTP/2 request"
    begin(id, head, hasBody: false).refuse(status: status, reason: reason)
  }

  private func begin(_ id: HTTP2StreamID, _ head: HTTPRequestHead, hasBody: Bool) -> Request {
    requests += 1
    channel.counters.requestBegan()
    channel.setIdle(false)
    idleDeadline = nil
    let exchange = HTTP2Exchange(self, id, head, hasBody: hasBody, requestNumber: requests)
    exchanges[id] = exchange
    let request = Request(exchange: exchange, head: head, server: channel.connection.server)
    exchange.request = request
    return request
  }

  private var isOld: Bool { channel.now - channel.connection.acceptedAt >= core.keepaliveTime }

  // MARK: - Ending

  private func beginShutdown() {
    guard !isShutDown else { return }
    isShutDown = true
    machine.beginShutdown()
    shutdownDeadline = channel.now + .seconds(1)
  }

  private func failed(_ error: HTTP2Error) {
    let log = channel.connection.server.root.errorLog
    if log.accepts(.info) {
      log.write(
        .info, connection: channel.connection.number,
        "client broke HTTP/2 (\(error.rule)), client: \(String(decoding: channel.connection.remoteText, as: UTF8.self))"
      )
    }
    failAll(.clientClosed)
  }

  private func failAll(_ reason: RequestFailure) {
    let all = exchanges.values
    exchanges = [:]
    for exchange in all { exchange.fail(reason) }
  }

  private func end() {
    guard !isEnding else { return }
    isEnding = true
    channel.linger(limit: core.lingeringTime, pause: .seconds(1))
  }

  /// The exchange is over, its request told.
  func exchangeEnded(_ id: HTTP2StreamID) {
    exchanges[id] = nil
    guard exchanges.isEmpty, !isEnding else { return }
    channel.setIdle(true)
    idleDeadline = channel.now + core.keepaliveTimeout
  }

  private func setTimer() {
    var earliest = exchanges.isEmpty ? idleDeadline : nil
    if let shutdownDeadline { earliest = min(earliest ?? shutdownDeadline, shutdownDeadline) }
    if let discardDeadline { earliest = min(earliest ?? discardDeadline, discardDeadline) }
    for exchange in exchanges.values {
      if let deadline = exchange.deadline { earliest = min(earliest ?? deadline, deadline) }
    }
    guard channel.stage == .open else { return }
    if let earliest { channel.setTimer(earliest) } else { channel.clearTimer() }
  }
}

// MARK: - Commands of exchanges

extension HTTP2Connection {
  func sendInformational(_ id: HTTP2StreamID, _ head: HTTPResponseHead) { machine.sendInformational(id, head) }
  func sendHead(_ id: HTTP2StreamID, _ head: HTTPResponseHead, end: Bool) { machine.sendHead(id, head, end: end) }
  func setChunkSize(_ id: HTTP2StreamID, _ bytes: Int) { machine.setChunkSize(id, bytes) }
  func sendBody(_ id: HTTP2StreamID, _ body: ByteBuffer) { machine.sendBody(id, body) }
  func finish(_ id: HTTP2StreamID, _ trailers: HTTPFields?) { machine.finish(id, trailers: trailers) }
  func acknowledge(_ id: HTTP2StreamID, _ bytes: Int) { machine.acknowledge(id, bytes: bytes) }
  func reset(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode) { machine.reset(id, code) }
  func blockLength(of id: HTTP2StreamID) -> Int { machine.blockLength(of: id) }
  func hasRoom(for id: HTTP2StreamID) -> Bool { machine.hasRoom(for: id) }
  func room(for id: HTTP2StreamID) -> Int { machine.room(for: id) }

  /// Sends what the commands made, at the end of the read that is being handled, or now.
  func flush() {
    run()
    channel.flush()
  }
}
