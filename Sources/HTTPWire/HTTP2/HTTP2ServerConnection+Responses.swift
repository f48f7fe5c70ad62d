import NIOCore

/// Commands. Those for a stream that is gone do nothing.
extension HTTP2ServerConnection {
  /// Sends 100, 103 and their like.
  public mutating func sendInformational(_ id: HTTP2StreamID, _ head: HTTPResponseHead) {
    guard streams.index(of: id) != nil else { return }
    writeHead(id, head, end: false)
  }

  /// Sends the head; with `end` there is no body. Fields of the connection are left out.
  public mutating func sendHead(_ id: HTTP2StreamID, _ head: HTTPResponseHead, end: Bool) {
    guard let index = streams.index(of: id), !streams[index].sentHead else { return }
    streams[index].sentHead = true
    if end { letBodyFinish(at: index) }
    writeHead(id, head, end: end)
    if end { endResponse(at: index) }
  }

  /// Sets the largest DATA payload, in bytes (`http2_chunk_size`): 8,192 until then.
  public mutating func setChunkSize(_ id: HTTP2StreamID, _ bytes: Int) {
    guard let index = streams.index(of: id) else { return }
    streams[index].chunkSize = max(bytes, 1)
  }

  /// Queues a part of the body.
  public mutating func sendBody(_ id: HTTP2StreamID, _ body: ByteBuffer) {
    guard let index = streams.index(of: id) else { return }
    streams[index].queue.appendForNow(body)
    queuedBytes += body.readableBytes
    takeTurnIfPossible(index)
  }

  /// All of the body has been queued.
  public mutating func finish(_ id: HTTP2StreamID, trailers: HTTPFields? = nil) {
    guard let index = streams.index(of: id), case .open = streams[index].ending else { return }
    streams[index].ending = .end(trailers: trailers)
    takeTurnIfPossible(index)
  }

  /// How long a request's header block was as it came, in bytes.
  public func blockLength(of id: HTTP2StreamID) -> Int {
    streams.index(of: id).map { streams[$0].blockLength } ?? 0
  }

  /// Ends a stream before its time.
  public mutating func reset(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode) {
    guard let index = streams.index(of: id), !streams[index].isDiscarding else { return }
    output.writeHTTP2Reset(id, code)
    recentResets.insert(id)
    removeStream(at: index)
  }

  /// Tells clients that still send bodies to answered requests to stop (RFC 9113 §8.1).
  public mutating func resetDiscarding() {
    for index in streams.indices.reversed() where streams[index].isDiscarding {
      output.writeHTTP2Reset(streams[index].id, .noError)
      recentResets.insert(streams[index].id)
      removeStream(at: index)
    }
  }

  /// The consumer is done with so many bytes of the body: the client may send as many more.
  public mutating func acknowledge(_ id: HTTP2StreamID, bytes: Int) {
    guard let index = streams.index(of: id), bytes > 0 else { return }
    streams[index].unacknowledged -= bytes
    streams[index].owed += bytes
    creditConnection(bytes)
    let owed = streams[index].owed
    guard !streams[index].isRemoteClosed, owed >= max(1, limits.streamWindow / 2) else { return }
    output.writeHTTP2WindowUpdate(id, increment: owed)
    streams[index].receiveWindow += owed
    streams[index].owed = 0
  }

  /// Tells the client to open no more streams; those it opens before it hears of it are served.
  public mutating func beginShutdown() {
    guard shutdown == .none, phase != .failed else { return }
    shutdown = .announced
    output.writeHTTP2GoAway(last: .maximum, .noError)
    output.writeHTTP2Ping(Self.shutdownPing, isAck: false)
  }

  /// From now on no new stream is served. Happens by itself when the client has answered `beginShutdown`'s PING.
  public mutating func finishShutdown() {
    if case .final = shutdown { return }
    guard phase != .failed else { return }
    shutdown = .final(last: highestStream)
    output.writeHTTP2GoAway(last: highestStream, .noError)
  }

  static let shutdownPing: UInt64 = 0x6472_6169_6e69_6e67
}

// MARK: - Writing

extension HTTP2ServerConnection {
  private mutating func writeHead(_ id: HTTP2StreamID, _ head: HTTPResponseHead, end: Bool) {
    var block = scratch
    block.removeAll(keepingCapacity: true)
    encoder.beginBlock(into: &block)
    HTTPDecimal(head.status).withFieldBytes { status in
      encoder.encode(name: (":status" as StaticString).fieldBytes, value: status, indexing: .incremental, into: &block)
    }
    head.fields.forEach { name, value in
      guard !HTTP2FieldPolicy.isOfConnection(name) else { return }
      encoder.encode(name: name, value: value, indexing: HTTP2FieldPolicy.indexing(name), into: &block)
    }
    output.writeHTTP2Headers(block, stream: id, endStream: end, maximumFrame: peerMaximumFrame)
    scratch = block
  }

  private mutating func writeTrailers(_ id: HTTP2StreamID, _ trailers: HTTPFields) {
    var block = scratch
    block.removeAll(keepingCapacity: true)
    encoder.beginBlock(into: &block)
    trailers.forEach { name, value in
      guard name.first != 0x3A, !HTTP2FieldPolicy.isOfConnection(name) else { return }
      encoder.encode(name: name, value: value, indexing: .none, into: &block)
    }
    output.writeHTTP2Headers(block, stream: id, endStream: true, maximumFrame: peerMaximumFrame)
    scratch = block
  }

  /// Gives every waiting stream a chunk in turn, until `limit` or the connection's window is reached.
  mutating func writeBodies(limit: Int) {
    defer { tellOfRoom() }
    while output.readableBytes < limit, let id = turns.next() {
      guard let index = streams.index(of: id) else { continue }
      streams[index].isReady = false
      guard !streams[index].queue.isEmpty else {
        writeEnd(at: index)
        continue
      }
      guard sendWindow > 0 else {
        streams[index].isReady = true
        turns.append(id)
        return
      }
      writeChunk(at: index)
    }
  }

  private mutating func writeChunk(at index: Int) {
    let id = streams[index].id
    let window = min(sendWindow, streams[index].sendWindow)
    let length = min(streams[index].queue.count, streams[index].chunkSize, peerMaximumFrame, window)
    guard length > 0 else { return }
    var ends = false
    if length == streams[index].queue.count, case .end(trailers: nil) = streams[index].ending { ends = true }
    if ends { letBodyFinish(at: index) }
    let flags = ends ? HTTP2FrameHeader.endStream : 0
    output.writeHTTP2(HTTP2FrameHeader(length: length, type: HTTP2FrameType.data, flags: flags, streamID: id))
    streams[index].queue.move(length, to: &output)
    queuedBytes -= length
    streams[index].sendWindow -= length
    sendWindow -= length
    usefulBytes += length
    if ends { return endResponse(at: index) }
    takeTurnIfPossible(index)
  }

  private mutating func writeEnd(at index: Int) {
    guard case .end(let trailers) = streams[index].ending else { return }
    let id = streams[index].id
    letBodyFinish(at: index)
    if let trailers {
      writeTrailers(id, trailers)
    } else {
      let flags = HTTP2FrameHeader.endStream
      output.writeHTTP2(HTTP2FrameHeader(length: 0, type: HTTP2FrameType.data, flags: flags, streamID: id))
    }
    endResponse(at: index)
  }

  /// Opens the windows for the rest of the request's body, ahead of the response's end: there are clients that read no more
  /// once they have the response, neither a window nor a reset, and would wait for good in the middle of their body.
  ///
  /// What the connection's window is opened for beyond its size is owed by the client: as it comes, or as other bodies are
  /// consumed, the window goes back to its size.
  private mutating func letBodyFinish(at index: Int) {
    let stream = streams[index]
    guard !stream.isRemoteClosed, !stream.isMalformed, let left = stream.bodyLeft else { return }
    let missing = left - stream.receiveWindow
    guard missing > 0, left - owed <= limits.discardWindow, receiveWindow + left <= 0x7FFF_FFFF else { return }
    output.writeHTTP2WindowUpdate(stream.id, increment: missing)
    streams[index].receiveWindow = left
    output.writeHTTP2WindowUpdate(.connection, increment: left)
    receiveWindow += left
    owed -= left
  }

  /// The response is out. A client that still sends may go on for a while, unheard: many take a reset, even without an
  /// error, for a failure of the response that came before it (RFC 9113 §8.1).
  private mutating func endResponse(at index: Int) {
    let stream = streams[index]
    emit(.responseSent(stream.id))
    if stream.isMalformed {
      output.writeHTTP2Reset(stream.id, .protocolError)
      recentResets.insert(stream.id)
    } else if !stream.isRemoteClosed {
      streams[index].isDiscarding = true
      discardingStreams += 1
      // What the consumer holds it will never acknowledge.
      creditConnection(stream.unacknowledged)
      streams[index].unacknowledged = 0
      return
    }
    removeStream(at: index)
  }

  /// Puts a stream in line if it has something that its window lets through.
  mutating func takeTurnIfPossible(_ index: Int) {
    guard !streams[index].isReady, streams[index].hasSomethingToSend else { return }
    guard streams[index].sendWindow > 0 || streams[index].queue.isEmpty else { return }
    streams[index].isReady = true
    turns.append(streams[index].id)
  }

  /// RFC 9113 §5.4.2. Making us reset costs the client as much as resetting.
  mutating func streamError(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode) throws(HTTP2Error) {
    guard budgets.resets.spend(at: now) else { throw HTTP2Error(.enhanceYourCalm, .resetFlood) }
    output.writeHTTP2Reset(id, code)
    recentResets.insert(id)
    guard let index = streams.index(of: id) else { return }
    let wasAnswered = streams[index].isDiscarding
    removeStream(at: index)
    if !wasAnswered { emit(.streamReset(id, code)) }
  }

  /// What the consumer has not acknowledged is given back to the connection's window.
  mutating func removeStream(at index: Int) {
    let unacknowledged = streams[index].unacknowledged
    if streams[index].isDiscarding { discardingStreams -= 1 }
    queuedBytes -= streams[index].queue.count
    if streams[index].awaitsRoom { streamsAwaitingRoom -= 1 }
    streams.remove(at: index)
    creditConnection(unacknowledged)
    tellOfRoom()
  }

  mutating func creditConnection(_ bytes: Int) {
    owed += bytes
    // Where unconsumed bodies hold most of the window, the rest is given back in smaller parts.
    guard owed >= min(limits.connectionWindow / 2, max(1, receiveWindow)) else { return }
    output.writeHTTP2WindowUpdate(.connection, increment: owed)
    receiveWindow += owed
    owed = 0
  }
}

/// How fields of a response are sent.
enum HTTP2FieldPolicy {
  /// RFC 9113 §8.2.2.
  static func isOfConnection(_ name: UnsafeRawBufferPointer) -> Bool {
    switch name.count {
    case 7: name.equalsIgnoringCase("upgrade")
    case 10: name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive")
    case 16: name.equalsIgnoringCase("proxy-connection")
    case 17: name.equalsIgnoringCase("transfer-encoding")
    default: false
    }
  }

  /// Values that change with every response would only push others out of the table.
  static func indexing(_ name: UnsafeRawBufferPointer) -> HPACKEncoder.Indexing {
    switch name.count {
    case 4 where name.equalsIgnoringCase("etag") || name.equalsIgnoringCase("date"): .none
    case 8 where name.equalsIgnoringCase("location"): .none
    case 10 where name.equalsIgnoringCase("set-cookie"): .never
    case 13 where name.equalsIgnoringCase("last-modified") || name.equalsIgnoringCase("content-range"): .none
    case 14 where name.equalsIgnoringCase("content-length"): .none
    default: .incremental
    }
  }
}
