import HTTPWire
import NIOCore

// The upstream's response on its way to the client.
extension ProxiedRequest: UpstreamConnectionOwner {
  func upstreamReceived() {
    if let tunnel { return tunnel.receivedFromUpstream() }
    restartTimer()
    pump()
  }

  func upstreamReadComplete() {
    if stage == .readingBodyOfResponse, !isClientGone { request.exchange.flush() }
  }

  func upstreamWritable() {
    if let tunnel { return tunnel.upstreamWritable() }
    guard !isBodySent else { return restartTimer() }
    if streamsBody { resumeBody() } else { sendMoreBody() }
  }

  func upstreamTimedOut() {
    if let tunnel { return tunnel.timedOut() }
    timedOut()
  }

  func upstreamClosed(_ error: (any Error)?) {
    if let tunnel { return tunnel.upstreamClosed() }
    if let error { return connectionFailed(error) }
    upstreamEnded = true
    connection?.decoder.receivedEOF()
    pump()
  }

  /// Handles what has come until there is no more of it, or the client takes no more.
  func pump() {
    while !isBlocked, tunnel == nil, let connection {
      switch connection.decoder.next() {
      case .needsMore: return
      case .informational: continue
      case .head(let head, let framing): takeHead(head, framing)
      case .body(let bytes): pass(bytes)
      case .end(let trailers): responseEnded(trailers)
      case .failed(let error): responseFailed(error)
      }
    }
  }

  private func pass(_ bytes: ByteBuffer) {
    note { $0.responseLength += bytes.readableBytes }
    guard !isClientGone else { return }
    request.sendBody(bytes)
    guard stage == .readingBodyOfResponse, !request.exchange.isWritable else { return }
    isBlocked = true
    connection?.pauseReading()
    connection?.timer.clear()
  }

  private func responseEnded(_ trailers: HTTPFields?) {
    request.response.upstreamTrailers = trailers
    warnOfExcess()
    releaseConnection()
    finish()
    guard !isClientGone else { return }
    var passed = settings.passTrailers ? trailers : nil
    passed?.removeAll { name, _ in handler.hidden.contains(name) }
    request.finishBody(trailers: passed)
  }

  private func warnOfExcess() {
    guard let connection, connection.decoder.hasUnreadBytes else { return }
    let message =
      responseFraming == .chunked
      ? "upstream sent data after final chunk"
      : "upstream sent more data than specified in \"Content-Length\" header"
    log(.warn, message)
  }

  /// The response is complete: the connection is kept where it may be.
  func releaseConnection() {
    releasePeer()
    noteTraffic()
    guard let connection, let destination else { return }
    self.connection = nil
    if isBodySent, connection.isOpen, connection.decoder.canReuseConnection,
      let pool = destination.upstream.pool(on: eventLoop)
    {
      pool.keep(connection)
    } else {
      connection.close()
    }
  }
}

extension ProxiedRequest: ResponseProducer {
  func responseWritable() {
    if let tunnel { return tunnel.clientWritable() }
    guard isBlocked else { return }
    isBlocked = false
    connection?.resumeReading()
    restartTimer()
    pump()
    upstreamReadComplete()
  }

  func responseAborted() {
    guard stage != .done else { return }
    if settings.ignoreClientAbort, connection != nil || stage == .connecting, tunnel == nil {
      return goOnAlone()
    }
    noteClientAbort()
    abandonUpstream()
    finish()
  }

  /// `proxy_ignore_client_abort`: the upstream is heard out.
  private func goOnAlone() {
    isClientGone = true
    isBlocked = false
    connection?.resumeReading()
    pump()
  }
}
