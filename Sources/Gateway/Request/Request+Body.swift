import HTTPWire
import NIOCore

extension Request {
  /// Starts the delivery of the request's body.
  func readBody(into consumer: RequestBodyConsumer) {
    bodyConsumer = consumer
    exchange.resumeBody()
  }

  /// Nobody wants the body: it is read and dropped, so that the connection can be kept.
  ///
  /// - Returns: `false` where it turned out malformed, and the request was answered so.
  @discardableResult
  func discardBody() -> Bool {
    if dropBody() || response.headSent || phases.errorStatus != 0 { return true }
    finalize(status: 400)
    return false
  }

  /// The same, where there is an answer already.
  ///
  /// - Returns: `false` where the body turned out malformed.
  @discardableResult
  func dropBody() -> Bool {
    guard bodyConsumer == nil, !phases.bodyDiscarded else { return true }
    phases.bodyDiscarded = true
    return exchange.discardBody()
  }

  /// `client_max_body_size`; `nil`: no limit.
  var maximumBodySize: Int? { effective.facts.maximumBodySize }
}

extension Request: RequestEvents {
  func received(body: ByteBuffer) {
    bodyBytesReceived += body.readableBytes
    if let maximumBodySize, bodyBytesReceived > maximumBodySize, let consumer = bodyConsumer {
      log(.error, "client intended to send too large chunked body: \(bodyBytesReceived) bytes")
      refuseBody(from: consumer, reason: .bodyTooLarge, status: 413)
      return
    }
    bodyConsumer?.received(body: body)
  }

  func receivedBodyEnd(trailers: HTTPFields?) {
    bodyConsumer?.receivedBodyEnd(trailers: trailers)
  }

  func requestFailed(_ reason: RequestFailure) {
    if let consumer = bodyConsumer {
      bodyConsumer = nil
      consumer.requestFailed(reason)
    }
    guard !response.isFinished else { return }
    // An error page must not wait for the rest.
    dropBody()
    switch reason {
    case .malformedBody: finalize(status: 400)
    case .bodyTimeout: finalize(status: 408)
    case .bodyTooLarge: finalize(status: 413)
    case .clientClosed, .sendTimeout: finalize(status: 499)
    }
  }

  private func refuseBody(from consumer: RequestBodyConsumer, reason: RequestFailure, status: Int) {
    bodyConsumer = nil
    consumer.requestFailed(reason)
    dropBody()
    finalize(status: status)
  }

  func responseWritable() {
    producer?.responseWritable()
  }

  func exchangeEnded() {
    if let producer, !response.isFinished {
      self.producer = nil
      producer.responseAborted()
    }
    producer = nil
    bodyConsumer = nil
    writeAccessLogs()
  }
}
