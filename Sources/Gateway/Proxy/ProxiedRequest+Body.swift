import HTTPWire
import NIOCore

// The client's body on its way to the upstream.
extension ProxiedRequest: RequestBodyConsumer {
  func startBody() {
    if request.proxiedBody != nil || handler.body != nil || !settings.passRequestBody || request.phases.bodyDiscarded {
      return startWithoutReading()
    }
    streamsBody = !settings.requestBuffering && canStreamBody
    request.readBody(into: self)
    if streamsBody, stage == .readingBody { resolve() }
  }

  /// The body was read for an earlier location, or is not to be passed on.
  private func startWithoutReading() {
    if let stored = request.proxiedBody {
      body = stored
      hasBodyEnded = true
      return bodyIsComplete()
    }
    hasBodyEnded = true
    if request.phases.bodyDiscarded, handler.body == nil {
      framing = emptyFraming == .none ? .none : .length(0)
      return resolve()
    }
    if request.bodyConsumer == nil, !request.discardBody() { return finish() }
    if let length = request.declaredBodyLength { framing = .length(length) }
    if let template = handler.body { takeTemplate(template) }
    resolve()
  }

  /// `proxy_set_body`.
  private func takeTemplate(_ template: CompiledTemplate) {
    let bytes = request.evaluate(template)
    let made = RequestBodyBuffer(memoryLimit: .max, directory: "")
    try? made.append(ByteBuffer(bytes: bytes))
    body = made
    framing = .length(bytes.count)
  }

  /// HTTP/1.0 has no chunks: a body of unknown length is read whole first.
  private var canStreamBody: Bool {
    settings.httpVersion == .http1_1 || request.declaredBodyLength != nil
  }

  func received(body bytes: ByteBuffer) {
    if streamsBody { return stream(bytes) }
    do throws(RequestBodyBuffer.FileError) {
      try bodyStore().append(bytes)
    } catch {
      bodyFileFailed(error)
    }
  }

  private func bodyFileFailed(_ error: RequestBodyBuffer.FileError) {
    request.log(.crit, "\(error.operation)() \"\(error.path)\" failed (\(error.code): \(errorText(error.code)))")
    fail(status: 500)
  }

  private func bodyStore() -> RequestBodyBuffer {
    if let body { return body }
    let core = request.effective.settings.core
    let directory = core.clientBodyTempPath ?? handler.prefix + "client_body_temp"
    let made = RequestBodyBuffer(
      memoryLimit: core.clientBodyBufferSize.bytes, directory: directory, keepsFile: core.clientBodyInFileOnly == .on)
    body = made
    return made
  }

  func receivedBodyEnd(trailers: HTTPFields?) {
    hasBodyEnded = true
    request.bodyConsumer = nil
    if streamsBody {
      if stage == .readingBody, framing == .none, waiting.isEmpty { framing = emptyFraming }
      if isSent { finishStreaming() }
      return
    }
    do throws(RequestBodyBuffer.FileError) {
      if isBodyForFile { try bodyStore().spill() }
      bodyIsComplete()
    } catch {
      bodyFileFailed(error)
    }
  }

  /// `client_body_in_file_only`: an empty body, too, is a file.
  private var isBodyForFile: Bool {
    request.effective.settings.core.clientBodyInFileOnly != .off && (body != nil || emptyFraming != .none)
  }

  private func bodyIsComplete() {
    if let body {
      framing = .length(body.count)
      request.proxiedBody = body
      request.bufferedBody = body.inMemory
    } else {
      framing = emptyFraming
    }
    resolve()
  }

  /// No body came: `Content-Length: 0` is passed on, its absence too.
  private var emptyFraming: ProxyHeaderPlan.BodyFraming {
    request.declaredBodyLength.map { .length($0) } ?? (request.isChunked ? .length(0) : .none)
  }

  func requestFailed(_ reason: RequestFailure) {
    guard stage != .done else { return }
    if reason == .clientClosed { noteClientAbort() }
    abandonUpstream()
    finish()
  }

  // MARK: Streaming

  /// How a body that is still arriving will be framed.
  func settleStreamedFraming() {
    guard streamsBody, !(hasBodyEnded && waiting.isEmpty) else { return }
    framing = request.declaredBodyLength.map { .length($0) } ?? .chunked
  }

  private func stream(_ bytes: ByteBuffer) {
    remember(bytes)
    guard isSent, let connection else {
      waiting.append(bytes)
      pauseBodyIfFull()
      return
    }
    connection.send(framed(bytes))
    restartTimer()
    if !connection.isWritable { pauseBody() }
  }

  /// Keeps a small body for `$request_body`, though it has been passed on.
  private func remember(_ bytes: ByteBuffer) {
    guard request.bodyBytesReceived <= request.effective.settings.core.clientBodyBufferSize.bytes else {
      request.bufferedBody = nil
      return
    }
    if request.bufferedBody == nil {
      request.bufferedBody = bytes
    } else {
      request.bufferedBody?.writeImmutableBuffer(bytes)
    }
  }

  /// As a chunk, where the body is chunked.
  func framed(_ bytes: ByteBuffer) -> ByteBuffer {
    guard framing == .chunked else { return bytes }
    var chunk = ByteBuffer()
    chunk.reserveCapacity(bytes.readableBytes + 24)
    HTTP1Encoder.writeChunk(bytes, into: &chunk)
    return chunk
  }

  private func pauseBodyIfFull() {
    if waiting.count >= request.effective.settings.core.clientBodyBufferSize.bytes { pauseBody() }
  }

  private func pauseBody() {
    guard !isBodyPaused, !hasBodyEnded else { return }
    isBodyPaused = true
    request.exchange.pauseBody()
  }

  func resumeBody() {
    guard isBodyPaused, !hasBodyEnded else { return }
    isBodyPaused = false
    request.exchange.resumeBody()
  }

  /// The streamed body has ended and everything before was written.
  func finishStreaming() {
    guard !isBodySent else { return }
    if framing == .chunked, let connection {
      var last = ByteBuffer()
      HTTP1Encoder.writeLastChunk(into: &last)
      connection.send(last)
    }
    requestIsSent()
  }
}

extension Request {
  var isChunked: Bool { head.fields.contains("transfer-encoding") || exchange.hasUnsizedBody }
}
