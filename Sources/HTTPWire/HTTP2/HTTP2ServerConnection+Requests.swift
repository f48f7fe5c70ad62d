import NIOCore

extension HTTP2ServerConnection {
  // MARK: - HEADERS and CONTINUATION

  mutating func receivedHeaders(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    let id = header.streamID
    guard id != .connection else { throw HTTP2Error(.protocolError, .streamIDZero) }
    guard id.isClients else { throw HTTP2Error(.protocolError, .streamIDEven) }
    var fragment = try unpadded(header, payload)
    var dependsOnItself = false
    if header.has(HTTP2FrameHeader.priority) {
      guard let parent = fragment.readInteger(as: UInt32.self), fragment.readInteger(as: UInt8.self) != nil else {
        throw HTTP2Error(.frameSizeError, .frameLength)
      }
      dependsOnItself = HTTP2StreamID(parent) == id
    }
    usefulBytes += fragment.readableBytes
    let endsStream = header.has(HTTP2FrameHeader.endStream)
    guard header.has(HTTP2FrameHeader.endHeaders) else {
      openBlock = HTTP2OpenBlock(
        id: id, endsStream: endsStream, dependsOnItself: dependsOnItself, bytes: Array(fragment.readableBytesView))
      return
    }
    try receivedBlock(fragment, id, endsStream: endsStream, dependsOnItself: dependsOnItself)
  }

  mutating func receivedContinuation(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    guard var block = openBlock.take() else { throw HTTP2Error(.protocolError, .continuationUnexpected) }
    usefulBytes += payload.readableBytes
    let isLast = header.has(HTTP2FrameHeader.endHeaders)
    // The smaller the frames, the sooner the budget ends: a block has no need of many small ones.
    if !isLast, payload.readableBytes < 1024, !budgets.emptyFrames.spend(at: now) {
      throw HTTP2Error(.enhanceYourCalm, .emptyFrameFlood)
    }
    block.bytes.append(contentsOf: payload.readableBytesView)
    guard block.bytes.count <= limits.maximumHead.addingSaturated(HTTP2Limits.frameSize) else {
      throw HTTP2Error(.enhanceYourCalm, .headerBlockTooLarge)
    }
    guard isLast else {
      openBlock = block
      return
    }
    try receivedBlock(
      ByteBuffer(bytes: block.bytes), block.id, endsStream: block.endsStream, dependsOnItself: block.dependsOnItself)
  }

  private mutating func receivedBlock(
    _ block: ByteBuffer, _ id: HTTP2StreamID, endsStream: Bool, dependsOnItself: Bool
  ) throws(HTTP2Error) {
    if streams.index(of: id) != nil {
      return try receivedTrailers(block, id, endsStream: endsStream)
    }
    var builder = HTTP2HeadBuilder(limits: limits, isTrailers: false)
    try decode(block, into: &builder)
    guard id > highestStream else {
      if recentResets.contains(id) { return }
      // RFC 9113 §5.1.1, and §5.1 for the stream that was opened last.
      throw HTTP2Error(id == highestStream ? .streamClosed : .protocolError, .streamIDReused)
    }
    highestStream = id
    if case .final = shutdown { return recentResets.insert(id) }
    if dependsOnItself { return try streamError(id, .protocolError) }
    guard streams.count < limits.maximumConcurrentStreams else { return try streamError(id, .refusedStream) }
    try open(id, &builder, blockLength: block.readableBytes, endsStream: endsStream)
  }

  private mutating func open(
    _ id: HTTP2StreamID, _ builder: inout HTTP2HeadBuilder, blockLength: Int, endsStream: Bool
  ) throws(HTTP2Error) {
    var (head, verdict) = builder.finish()
    // Until the client has acknowledged our settings it counts with the protocol's first window.
    let window = isSettingsAcknowledged ? limits.streamWindow : max(limits.streamWindow, 65535)
    var stream = HTTP2Stream(id: id, receiveWindow: window, sendWindow: peerInitialWindow)
    stream.blockLength = blockLength
    stream.bodyLeft = builder.contentLength
    stream.isRemoteClosed = endsStream
    if endsStream, let length = builder.contentLength, length > 0, verdict == .good { verdict = .malformed }
    stream.isMalformed = verdict == .malformed
    streams.insert(stream)
    guard verdict == .good else {
      guard budgets.resets.spend(at: now) else { throw HTTP2Error(.enhanceYourCalm, .resetFlood) }
      return emit(.malformedRequest(id, head, status: verdict == .malformed ? 400 : 494))
    }
    emit(.request(id, head, end: endsStream))
  }

  private mutating func receivedTrailers(
    _ block: ByteBuffer, _ id: HTTP2StreamID, endsStream: Bool
  ) throws(HTTP2Error) {
    var builder = HTTP2HeadBuilder(limits: limits, isTrailers: true)
    try decode(block, into: &builder)
    guard let index = streams.index(of: id) else { return }
    guard !streams[index].isRemoteClosed else { return try streamError(id, .streamClosed) }
    guard endsStream, let trailers = builder.finishTrailers() else { return try streamError(id, .protocolError) }
    try endRequest(at: index, trailers: trailers.isEmpty ? nil : trailers)
  }

  /// Reads a block to its end, for the table's sake, whatever becomes of the request.
  private mutating func decode(_ block: ByteBuffer, into builder: inout HTTP2HeadBuilder) throws(HTTP2Error) {
    var text = scratch
    scratch = []
    var isReadable = true
    block.withUnsafeReadableBytes { bytes in
      var position = 0
      do throws(HPACKError) {
        while let nameLength = try decoder.next(bytes, at: &position, into: &text) {
          text.withUnsafeBytes { builder.add($0, nameLength: nameLength) }
          if builder.isHopeless { break }
        }
      } catch {
        isReadable = false
      }
    }
    scratch = text
    guard isReadable else { throw HTTP2Error(.compressionError, .compression) }
    guard !builder.isHopeless else { throw HTTP2Error(.enhanceYourCalm, .headerBlockTooLarge) }
  }

  // MARK: - DATA

  mutating func receivedData(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    let id = header.streamID
    let body = try unpadded(header, payload)
    try requireOpened(id)
    guard header.length <= receiveWindow else { throw HTTP2Error(.flowControlError, .windowExceeded) }
    receiveWindow -= header.length
    usefulBytes += body.readableBytes
    guard let index = streams.index(of: id) else {
      creditConnection(header.length)
      return recentResets.contains(id) ? () : try streamError(id, .streamClosed)
    }
    guard let error = take(body, flowLength: header.length, at: index) else {
      return try finishData(header, body, at: index)
    }
    creditConnection(header.length)
    if error == .protocolError { return try refuseBody(at: index) }
    try streamError(id, error)
  }

  /// What has no answer yet may get one before its stream is reset.
  private mutating func refuseBody(at index: Int) throws(HTTP2Error) {
    let id = streams[index].id
    guard !streams[index].sentHead, !streams[index].isMalformed else { return try streamError(id, .protocolError) }
    guard budgets.resets.spend(at: now) else { throw HTTP2Error(.enhanceYourCalm, .resetFlood) }
    streams[index].isMalformed = true
    streams[index].bodyLeft = nil
    emit(.malformedBody(id))
  }

  /// Accounts for a DATA frame; the error where it breaks a rule of the stream.
  private mutating func take(_ body: ByteBuffer, flowLength: Int, at index: Int) -> HTTP2ErrorCode? {
    if streams[index].isRemoteClosed { return .streamClosed }
    if flowLength > streams[index].receiveWindow { return .flowControlError }
    if let left = streams[index].bodyLeft {
      if body.readableBytes > left { return .protocolError }
      streams[index].bodyLeft = left - body.readableBytes
    }
    streams[index].receiveWindow -= flowLength
    return nil
  }

  private mutating func finishData(
    _ header: HTTP2FrameHeader, _ body: ByteBuffer, at index: Int
  ) throws(HTTP2Error) {
    let ends = header.has(HTTP2FrameHeader.endStream)
    if streams[index].isDiscarding {
      creditConnection(header.length)
      return ends ? removeStream(at: index) : ()
    }
    streams[index].unacknowledged += header.length
    let padding = header.length - body.readableBytes
    if padding > 0 { acknowledge(header.streamID, bytes: padding) }
    if body.readableBytes > 0 {
      if streams[index].isMalformed {
        acknowledge(header.streamID, bytes: body.readableBytes)
      } else {
        emit(.body(header.streamID, body))
      }
    } else if !ends, !budgets.emptyFrames.spend(at: now) {
      throw HTTP2Error(.enhanceYourCalm, .emptyFrameFlood)
    }
    if ends { try endRequest(at: index, trailers: nil) }
  }

  private mutating func endRequest(at index: Int, trailers: HTTPFields?) throws(HTTP2Error) {
    if let left = streams[index].bodyLeft, left > 0 { return try refuseBody(at: index) }
    if streams[index].isDiscarding { return removeStream(at: index) }
    streams[index].isRemoteClosed = true
    if !streams[index].isMalformed { emit(.bodyEnd(streams[index].id, trailers: trailers)) }
  }

  private func unpadded(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) -> ByteBuffer {
    guard header.has(HTTP2FrameHeader.padded) else { return payload }
    var rest = payload
    guard let padding = rest.readInteger(as: UInt8.self) else { throw HTTP2Error(.frameSizeError, .frameLength) }
    guard let inner = rest.readSlice(length: rest.readableBytes - Int(padding)), rest.readableBytes == padding else {
      throw HTTP2Error(.protocolError, .padding)
    }
    return inner
  }
}
