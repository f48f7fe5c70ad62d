import HTTPWire
import NIOCore

// The head of the upstream's response.
extension ProxiedRequest {
  func takeHead(_ head: HTTPResponseHead, _ framing: HTTP1ResponseFraming) {
    responseFraming = framing
    note {
      $0.status = head.status
      $0.headerTime = NIODeadline.now().since(tryStart)
    }
    request.response.upstreamFields = head.fields
    request.trace("http upstream status: \(head.status)")
    if head.status >= 300, goesToNextPeer(head) || isIntercepted(head) { return }
    if framing == .tunnel, !mayTunnel(head) {
      log(.error, "upstream switched protocols without being asked")
      return failed(.invalidHeader)
    }
    if redirectsInternally(head) { return }
    stage = .readingBodyOfResponse
    stopSendingBody()
    guard !isClientGone else { return endIfBodyless() }
    do throws(EvaluationFailure) {
      try fillResponse(head, framing)
    } catch {
      return unfillable()
    }
    hasPassedHead = true
    if framing == .tunnel { return startTunnel() }
    let isBodyless = framing == .none || request.isHeaderOnly
    if isBodyless { finishBodyless() } else if !request.sendHead(admission) { answeredElsewhere() }
  }

  /// Whether the whole request was sent, and the upstream agreed to a protocol that it was offered.
  private func mayTunnel(_ head: HTTPResponseHead) -> Bool {
    head.status == 101 && isBodySent && hasBodyEnded && offer.accepts(head.fields)
  }

  /// A header filter made another answer of it.
  private func answeredElsewhere() {
    abandonUpstream()
    finish()
  }

  private func finishBodyless() {
    finishEmptyBody()
    releaseConnection()
    finish()
    request.sendHead(admission, end: true)
  }

  private func endIfBodyless() {
    guard responseFraming == .none else { return }
    releaseConnection()
    finish()
  }

  /// Reads the end of a body that has no bytes, so that the connection can be kept.
  private func finishEmptyBody() {
    if responseFraming == .length(0) { _ = connection?.decoder.next() }
  }

  /// Once the response has begun, the rest of the request interests nobody.
  private func stopSendingBody() {
    guard !isBodySent else { return }
    waiting.removeAll()
    guard request.bodyConsumer === self else { return }
    request.bodyConsumer = nil
    hasBodyEnded = true
    request.dropBody()
  }

  // MARK: Other ways out

  private func goesToNextPeer(_ head: HTTPResponseHead) -> Bool {
    switch head.status {
    case 403, 404, 429, 500, 502, 503, 504: break
    default: return false
    }
    let failure = NextUpstreamRule.Failure.status(head.status)
    guard handler.nextUpstream.allowsNext(after: failure, progress, triesNeeded: 2) else { return false }
    failed(failure)
    return true
  }

  /// `proxy_intercept_errors`, where there is an error page for the status.
  private func isIntercepted(_ head: HTTPResponseHead) -> Bool {
    guard settings.interceptErrors, !isClientGone,
      request.effective.errorPages.page(for: head.status) != nil
    else { return false }
    if head.status == 401 {
      for value in head.fields.all("www-authenticate") {
        request.response.fields.append(name: "WWW-Authenticate", value: value)
      }
    }
    finishEmptyBody()
    releaseConnection()
    fail(status: head.status)
    return true
  }

  // MARK: Fields

  /// What the configuration makes of the fields could not be found out: none of them is passed on.
  private func unfillable() {
    abandonUpstream()
    request.response.location = nil
    request.response.contentType = nil
    fail(status: 500)
  }

  private func fillResponse(_ head: HTTPResponseHead, _ framing: HTTP1ResponseFraming) throws(EvaluationFailure) {
    let filter = UpstreamFieldFilter(handler: handler, request: request, isHTTP2: request.head.version >= .http2)
    try filter.fill(&request.response, from: head.fields)
    request.response.status = head.status
    request.response.reason = head.reason
    request.response.disablesNotModified = true
    request.response.allowsRanges = settings.forceRanges
    switch framing {
    case .length(let length): request.response.contentLength = length
    case .none:
      request.response.contentLength = head.fields.withFirst("content-length") { decimalNumber($0) } ?? nil
    case .chunked, .untilClose, .tunnel: request.response.contentLength = nil
    }
    if let wish = filter.buffering(head.fields) { isBuffering = wish }
  }
}
