import HTTPWire
import NIOCore

// The request on its way to the upstream.
extension ProxiedRequest {
  /// A body of this size goes out with the head, in one write.
  private static let smallBody = 16384
  private static let filePart = 65536

  /// A connection is there: the head and what there is of the body are written.
  func sendRequest() {
    guard let connection, let destination else { return }
    stage = .sending
    settleStreamedFraming()
    bodyOffset = 0
    isBodySent = false
    guard let head = requestHead(destination) else {
      request.log(.error, "zero length URI to proxy")
      abandonUpstream()
      return fail(status: 500)
    }
    isSent = true
    if streamsBody { sendHeadOfStream(head, connection) } else { sendBuffered(head, connection) }
  }

  /// Writes the method, and tells the decoder of it: it decides how the response ends.
  private func appendMethod(to head: inout [UInt8]) {
    var method = request.method
    if let template = handler.method { method = HTTPMethod(bytes: request.evaluate(template)) }
    method.withName { head.append(contentsOf: $0) }
    connection?.decoder.expectResponse(to: method)
  }

  /// `nil` where there is no URI to ask for.
  private func requestHead(_ destination: ProxyDestination) -> ByteBuffer? {
    var head: [UInt8] = []
    head.reserveCapacity(512 + request.head.fields.encodedLength)
    appendMethod(to: &head)
    head.append(UInt8(ascii: " "))
    let start = head.count
    destination.uri.append(request.proxySubject, to: &head)
    if head.count == start { return nil }
    let isHTTP10 = settings.httpVersion == .http1_0
    head.append(ascii: isHTTP10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n")
    handler.headers.append(
      to: &head, for: request, proxyHost: destination.authority.host, framing: framing, needsHost: !isHTTP10)
    head.append(ascii: "\r\n")
    return ByteBuffer(bytes: head)
  }

  private func sendHeadOfStream(_ head: ByteBuffer, _ connection: UpstreamConnection) {
    var first = head
    while let bytes = waiting.popFirst() {
      if framing == .chunked { HTTP1Encoder.writeChunk(bytes, into: &first) } else { first.writeImmutableBuffer(bytes) }
    }
    connection.send(first)
    restartTimer()
    if hasBodyEnded { finishStreaming() } else { resumeBody() }
  }

  private func sendBuffered(_ head: ByteBuffer, _ connection: UpstreamConnection) {
    guard let body, body.count > 0 else {
      connection.send(head)
      return requestIsSent()
    }
    if body.count <= Self.smallBody, let bytes = body.inMemory {
      var whole = head
      whole.writeImmutableBuffer(bytes)
      bodyOffset = body.count
      connection.send(whole)
      return requestIsSent()
    }
    connection.send(head)
    sendMoreBody()
  }

  /// Writes as much of a buffered body as the connection takes for now.
  func sendMoreBody() {
    guard let connection, let body, isSent, !isBodySent, !streamsBody else { return }
    while connection.isWritable {
      do throws(RequestBodyBuffer.FileError) {
        guard let part = try body.read(from: bodyOffset, upTo: Self.filePart) else { return requestIsSent() }
        bodyOffset += part.readableBytes
        connection.send(part)
      } catch {
        request.log(.crit, "\(error.operation)() \"\(error.path)\" failed (\(error.code): \(errorText(error.code)))")
        abandonUpstream()
        return fail(status: 500)
      }
    }
    restartTimer()
  }

  /// The last byte has been handed to the transport.
  func requestIsSent() {
    isBodySent = true
    if stage == .sending { stage = .readingHead }
    restartTimer()
  }

  /// Counts the time again: until the peer takes more, or sends something.
  func restartTimer() {
    guard let connection else { return }
    let isWriting = !isBodySent && !connection.isWritable
    if stage == .sending, !isWriting, streamsBody, !isBodySent { return connection.timer.clear() }
    connection.timer.set(isWriting || stage == .sending ? settings.sendTimeout : settings.readTimeout)
  }
}

extension HTTPMethod {
  init(bytes: [UInt8]) { self = bytes.withUnsafeBytes { HTTPMethod(name: $0) } }
}
