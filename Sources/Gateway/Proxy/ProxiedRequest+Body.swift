import HTTPWire
import NIOCore

// The client's body on its way to the upstream.
extension ProxiedRequest: RequestBodyConsumer {
  func startBody() {
    if let template = handler.body { return replaceBody(by: .stored(made(from: template))) }
    if !settings.passRequestBody { return replaceBody(by: bodyThatIsMissing) }
    if let stored = request.proxiedBody { return takeBody(.stored(stored)) }
    if request.phases.bodyDiscarded { return takeBody(bodyThatIsMissing) }
    streamsBody = !settings.requestBuffering && canStreamBody
    request.readBody(into: self)
    if streamsBody, stage == .readingBody { resolve() }
  }

  /// The client's body stays here.
  private func replaceBody(by other: UpstreamBody) {
    if request.bodyConsumer == nil, !request.discardBody() {
      hasBodyEnded = true
      return finish()
    }
    takeBody(other)
  }

  private func takeBody(_ whole: UpstreamBody) {
    hasBodyEnded = true
    body = whole
    resolve()
  }

  /// `proxy_set_body`.
  private func made(from template: CompiledTemplate) -> RequestBodyBuffer {
    let made = RequestBodyBuffer(memoryLimit: .max, directory: "")
    try? made.append(ByteBuffer(bytes: request.evaluate(template)))
    return made
  }

  /// None is sent: `Content-Length: 0` where the client announced one.
  private var bodyThatIsMissing: UpstreamBody {
    request.declaredBodyLength != nil || request.isChunked ? .empty : .none
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
    if let collected { return collected }
    let core = request.effective.settings.core
    let directory = core.clientBodyTempPath ?? handler.prefix + "client_body_temp"
    let made = RequestBodyBuffer(
      memoryLimit: core.clientBodyBufferSize.bytes, directory: directory, keepsFile: core.clientBodyInFileOnly == .on)
    collected = made
    return made
  }

  func receivedBodyEnd(trailers: HTTPFields?) {
    hasBodyEnded = true
    request.bodyConsumer = nil
    if streamsBody {
      // It is gone: an error page that is proxied gets none.
      request.phases.bodyDiscarded = true
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
    guard request.effective.settings.core.clientBodyInFileOnly != .off else { return false }
    return collected != nil || bodyThatIsMissing.framing != .none
  }

  private func bodyIsComplete() {
    request.proxiedBody = collected
    request.bufferedBody = collected?.inMemory
    takeBody(collected.map { .stored($0) } ?? bodyThatIsMissing)
  }

  func requestFailed(_ reason: RequestFailure) {
    guard stage != .done else { return }
    if reason == .clientClosed { noteClientAbort() }
    abandonUpstream()
    finish()
  }

  // MARK: Streaming

  /// What is announced of a body that is still arriving, or has arrived before there was a connection.
  var streamedBody: UpstreamBody {
    hasBodyEnded && waiting.isEmpty ? bodyThatIsMissing : .streamed(length: request.declaredBodyLength)
  }

  private func stream(_ bytes: ByteBuffer) {
    remember(bytes)
    guard isSent, let connection else {
      waiting.append(bytes)
      pauseBodyIfFull()
      return
    }
    guard countStreamed(bytes) else { return }
    connection.send(framed(bytes))
    restartTimer()
    if !connection.isWritable { pauseBody() }
  }

  /// - Returns: `false` where more came than the head announced: the connection is given up.
  func countStreamed(_ bytes: ByteBuffer) -> Bool {
    streamedCount += bytes.readableBytes
    guard case .length(let length) = body.framing, streamedCount > length else { return true }
    bodyBroke("more")
    return false
  }

  private func bodyBroke(_ what: String) {
    log(.alert, "the client's body has \(what) bytes than its length says")
    isBodySent = false
    if hasPassedHead { return breakOff() }
    abandonUpstream()
    fail(status: 400)
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
    guard body.framing == .chunked else { return bytes }
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
    if case .length(let length) = body.framing, streamedCount < length { return bodyBroke("fewer") }
    if body.framing == .chunked, let connection {
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
