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
    if streamsBody { body = streamedBody }
    streamedCount = 0
    bodyOffset = 0
    isBodySent = false
    let head: ByteBuffer
    do throws(RequestFault) {
      head = try requestHead(destination)
    } catch {
      request.log(.error, error.message)
      abandonUpstream()
      return fail(status: 500)
    }
    isSent = true
    if streamsBody { sendHeadOfStream(head, connection) } else { sendBuffered(head, connection) }
  }

  /// Why no head can be made.
  private enum RequestFault: Error {
    case noURI
    case badMethod([UInt8])

    var message: String {
      switch self {
      case .noURI: "zero length URI to proxy"
      case .badMethod(let name): "\"proxy_method\" came to \"\(name.asText)\", which no request can have"
      }
    }
  }

  /// `proxy_method`, where there is one. CONNECT asks for a tunnel, which only an upgrade makes here.
  private func method() throws(RequestFault) -> HTTPMethod {
    guard let template = handler.method else { return request.method }
    let name = request.evaluate(template)
    guard let method = HTTPMethod(token: name), method != .connect else { throw .badMethod(name) }
    return method
  }

  private func requestHead(_ destination: ProxyDestination) throws(RequestFault) -> ByteBuffer {
    let method = try method()
    var head: [UInt8] = []
    head.reserveCapacity(512 + request.head.fields.encodedLength)
    method.withName { head.append(contentsOf: $0) }
    // It decides how the response ends.
    connection?.decoder.expectResponse(to: method)
    head.append(UInt8(ascii: " "))
    let start = head.count
    destination.uri.append(request.proxySubject, to: &head)
    if head.count == start { throw .noURI }
    let isHTTP10 = settings.httpVersion == .http1_0
    offer = isHTTP10 ? .none : handler.headers.upgradeOffer(for: request)
    head.append(ascii: isHTTP10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n")
    handler.headers.append(
      to: &head, for: request, proxyHost: destination.authority.host, framing: body.framing, offer: offer,
      needsHost: !isHTTP10)
    head.append(ascii: "\r\n")
    return ByteBuffer(bytes: head)
  }

  private func sendHeadOfStream(_ head: ByteBuffer, _ connection: UpstreamConnection) {
    var first = head
    while let bytes = waiting.popFirst() {
      guard countStreamed(bytes) else { return }
      if body.framing == .chunked {
        HTTP1Encoder.writeChunk(bytes, into: &first)
      } else {
        first.writeImmutableBuffer(bytes)
      }
    }
    connection.send(first)
    restartTimer()
    if hasBodyEnded { finishStreaming() } else { resumeBody() }
  }

  private func sendBuffered(_ head: ByteBuffer, _ connection: UpstreamConnection) {
    guard let body = body.stored, body.count > 0 else {
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
    guard let connection, let body = body.stored, isSent, !isBodySent, !streamsBody else { return }
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
