import HTTPWire
import NIOCore

extension Request {
  /// Whether the body is not to be sent: HEAD, 204 and 304. The exchange drops it in any case.
  var isHeaderOnly: Bool { head.method == .head || response.status == 204 || response.status == 304 }

  /// Runs the header filters over `response` and sends the head.
  ///
  /// - Parameters:
  ///   - admission: to the place where the request stands.
  ///   - end: there is no body.
  /// - Returns: `false` where the request was answered in another way (412, 416): the handler must stop.
  @discardableResult
  func sendHead(_ admission: Admission, end: Bool = false) -> Bool {
    if !response.headSent, !admission.isGood(for: self) {
      log(.alert, "an answer of a place that did not judge the client is held back")
      finalize(status: 500)
      return false
    }
    return sendHead(by: .admission(admission), end: end)
  }

  /// The same for the gateway's own pages.
  @discardableResult
  func sendHead(by warrant: Warrant, end: Bool = false) -> Bool {
    if response.headSent { return true }
    if phases.errorStatus != 0 {
      response.status = phases.errorStatus
      response.reason = nil
    }
    guard passesPreconditions() else { return false }
    applyHeaderSettings()
    guard selectRanges() else { return false }
    response.fields = finalFields()
    response.headSent = true
    trace("http response: \(response.status), \(response.contentLength.map { "\($0) bytes" } ?? "length not known")")
    let head = HTTPResponseHead(
      status: response.status, reason: response.reason, version: .http1_1, fields: response.fields)
    if end { response.isFinished = true }
    exchange.send(head, by: warrant, end: end)
    return true
  }

  func sendBody(_ body: ByteBuffer) {
    guard !response.isFinished else { return }
    exchange.send(body)
  }

  /// The body is complete.
  func finishBody(trailers: HTTPFields? = nil) {
    guard !response.isFinished else { return }
    response.isFinished = true
    producer = nil
    exchange.finish(trailers: addedTrailers(to: trailers))
  }

  /// The response can't be completed: what has been sent stays cut off, so that the client sees it.
  func abortResponse(status: Int? = nil) {
    guard !response.isFinished else { return }
    if let status, exchange.bytesSent == 0 { response.status = status }
    exchange.abort()
  }
}

extension Exchange {
  /// A buffer that holds `bytes`.
  func buffer(_ bytes: [UInt8]) -> ByteBuffer { ByteBuffer(bytes: bytes) }
}
