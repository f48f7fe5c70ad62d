#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
import HTTPWire
import NIOCore
import Upstreams

// What goes wrong between the choice of a peer and the end of its response.
extension ProxiedRequest {
  /// A try failed before its response's head was passed on: the next peer, or the end.
  func failed(_ failure: NextUpstreamRule.Failure) {
    guard stage != .done, var selection, let destination else { return }
    count(failure.counted)
    if failure == .timeout { log(.error, "upstream timed out (110: Connection timed out)") }
    let group = destination.upstream.group
    let outcome: PeerOutcome = failure.outcomeIsFailure ? .failed : .passedOn
    if case .temporarilyDisabled = group.release(&selection, outcome, now: NIODeadline.now().uptime) {
      log(.warn, "upstream server temporarily disabled")
    }
    if isReused, failure == .error { group.returnTry(&selection) }
    self.selection = selection
    closeTry { $0.status = failure.status }
    if isClientGone { return finish() }
    if handler.nextUpstream.allowsNext(after: failure, progress) {
      connect()
    } else {
      fail(status: failure.status)
    }
  }

  func count(_ outcome: UpstreamCounters.Outcome) {
    destination?.upstream.counters.count(outcome, ordinal: request.connection.counters.ordinal)
  }

  var progress: NextUpstreamRule.Progress {
    NextUpstreamRule.Progress(
      triesLeft: selection?.triesLeft ?? 0, isSent: isSent, method: request.method, isBodyStreamed: streamsBody,
      elapsed: NIODeadline.now().since(firstTryStart))
  }

  /// Ends the current try's connection and writes down how it went.
  private func closeTry(_ change: (inout UpstreamTry) -> Void) {
    noteTraffic()
    note(change)
    connection?.close()
    connection = nil
  }

  /// The request ends for another reason than the peer's: its connection is closed.
  func abandonUpstream() {
    dialNumber += 1
    releasePeer()
    closeTry { _ in }
  }

  /// The peer's part in the request is over, and it has done well.
  func releasePeer() {
    guard let destination, var selection = selection.take() else { return }
    _ = destination.upstream.group.release(&selection, .answered, now: NIODeadline.now().uptime)
    self.selection = consume selection
  }

  func noteTraffic() {
    guard let last = request.response.upstreamTries.indices.last, request.response.upstreamTries[last].address != nil,
      request.response.upstreamTries[last].responseTime == nil
    else { return }
    request.response.upstreamTries[last].responseTime = NIODeadline.now().since(tryStart)
    guard let connection else { return }
    request.response.upstreamTries[last].bytesSent = connection.bytesSent
    request.response.upstreamTries[last].bytesReceived = connection.bytesReceived
  }

  func noteClientAbort() {
    switch stage {
    case .connecting, .sending, .readingHead, .readingBodyOfResponse:
      log(.info, "client prematurely closed connection, so upstream connection is closed too")
    case .readingBody, .resolving, .tunnel, .done: break
    }
  }

  // MARK: The connection

  /// The connection broke: said so by the system, or by the engine.
  func connectionFailed(_ error: any Error) {
    let operation = stage == .connecting ? "connect" : stage == .sending ? "writev" : "recv"
    if let error = error as? IOError {
      log(.error, "\(operation)() failed (\(error.errnoCode): \(errorText(error.errnoCode)))")
    } else {
      log(.error, "upstream connection failed (\(error))")
    }
    if hasPassedHead { breakOff() } else { failed(.error) }
  }

  func timedOut() {
    guard stage != .done else { return }
    guard hasPassedHead else { return failed(.timeout) }
    log(.error, "upstream timed out (110: Connection timed out)")
    breakOff()
  }

  // MARK: The response

  /// The decoder gave up.
  func responseFailed(_ error: HTTP1ResponseError) {
    log(.error, Self.text(of: error))
    if hasPassedHead { return breakOff() }
    failed(error == .closedEarly ? .error : .invalidHeader)
  }

  /// The response ends before its time, which the client shall see.
  func breakOff() {
    count(.brokenOff)
    abandonUpstream()
    finish()
    guard !isClientGone else { return }
    request.exchange.flush()
    request.abortResponse()
  }

  private static func text(of error: HTTP1ResponseError) -> String {
    switch error {
    case .malformedStatusLine: "upstream sent no valid HTTP/1.0 header"
    case .malformedField: "upstream sent invalid header"
    case .headTooLarge: "upstream sent too big header"
    case .repeatedContentLength: "upstream sent duplicate header line: \"Content-Length\""
    case .malformedContentLength: "upstream sent invalid \"Content-Length\" header"
    case .unknownTransferEncoding: "upstream sent unknown \"Transfer-Encoding\""
    case .conflictingFraming:
      "upstream sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time"
    case .malformedChunk: "upstream sent invalid chunked response"
    case .excessiveFraming: "upstream sent too long chunk extensions or too small chunks"
    case .tooManyInterimHeads: "upstream sent too many 1xx responses"
    case .closedEarly: "upstream prematurely closed connection"
    case .unexpectedBytes: "upstream prematurely sent response"
    }
  }
}

/// The system's words for an error.
func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
