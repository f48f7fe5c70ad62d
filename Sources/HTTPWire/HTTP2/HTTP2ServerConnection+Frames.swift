import NIOCore

extension HTTP2ServerConnection {
  /// Reads one frame, or the preface; `false` where it has not come whole.
  mutating func readFrame() throws(HTTP2Error) -> Bool {
    switch phase {
    case .failed: return false
    case .preface: return try readPreface()
    case .open: break
    }
    guard let header = HTTP2FrameHeader(peeking: input.bytes) else { return false }
    try check(header)
    guard input.readableBytes >= HTTP2FrameHeader.size + header.length else { return false }
    input.skip(HTTP2FrameHeader.size)
    let payload = input.take(header.length)
    receivedBytes += HTTP2FrameHeader.size + header.length
    try received(header, payload)
    if receivedBytes / 8 > usefulBytes + 1 << 20 { throw HTTP2Error(.enhanceYourCalm, .controlFlood) }
    return true
  }

  private mutating func readPreface() throws(HTTP2Error) -> Bool {
    let expected = Self.preface.fieldBytes
    let matches = input.withUnsafeReadableBytes { bytes in
      expected.prefix(bytes.count).elementsEqual(bytes.prefix(expected.count))
    }
    guard matches else { throw HTTP2Error(.protocolError, .preface) }
    guard input.readableBytes >= expected.count else { return false }
    input.skip(expected.count)
    // Deviation: SETTINGS need not come first (RFC 9113 §3.4 wants it), nor at all; nginx serves such clients.
    phase = .open
    return true
  }

  private mutating func check(_ header: HTTP2FrameHeader) throws(HTTP2Error) {
    guard header.length <= HTTP2Limits.frameSize else { throw HTTP2Error(.frameSizeError, .frameTooLarge) }
    if let openBlock {
      guard header.type == HTTP2FrameType.continuation, header.streamID == openBlock.id else {
        throw HTTP2Error(.protocolError, .continuationExpected)
      }
    }
  }

  private mutating func received(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    switch header.type {
    case HTTP2FrameType.data: try receivedData(header, payload)
    case HTTP2FrameType.headers: try receivedHeaders(header, payload)
    case HTTP2FrameType.priority: try receivedPriority(header, payload)
    case HTTP2FrameType.rstStream: try receivedReset(header, payload)
    case HTTP2FrameType.settings: try receivedSettings(header, payload)
    case HTTP2FrameType.pushPromise: throw HTTP2Error(.protocolError, .pushPromise)
    case HTTP2FrameType.ping: try receivedPing(header, payload)
    case HTTP2FrameType.goAway: try receivedGoAway(header, payload)
    case HTTP2FrameType.windowUpdate: try receivedWindowUpdate(header, payload)
    case HTTP2FrameType.continuation: try receivedContinuation(header, payload)
    default: break
    }
  }

  /// Frames that belong to a stream, which must have been opened (RFC 9113 §5.1, "idle").
  func requireOpened(_ id: HTTP2StreamID) throws(HTTP2Error) {
    guard id != .connection else { throw HTTP2Error(.protocolError, .streamIDZero) }
    guard id.isClients, id <= highestStream else { throw HTTP2Error(.protocolError, .streamIDIdle) }
  }

  private func requireConnection(_ header: HTTP2FrameHeader) throws(HTTP2Error) {
    guard header.streamID == .connection else { throw HTTP2Error(.protocolError, .streamIDNotZero) }
  }

  private func require(_ isRight: Bool) throws(HTTP2Error) {
    guard isRight else { throw HTTP2Error(.frameSizeError, .frameLength) }
  }

  // MARK: - Frames of the connection

  private mutating func receivedPing(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    try requireConnection(header)
    try require(header.length == 8)
    let data = payload.getInteger(at: payload.readerIndex, as: UInt64.self) ?? 0
    if header.has(HTTP2FrameHeader.ack) {
      if data == Self.shutdownPing { finishShutdown() }
      return
    }
    guard budgets.pings.spend(at: now) else { throw HTTP2Error(.enhanceYourCalm, .pingFlood) }
    output.writeHTTP2Ping(data, isAck: true)
  }

  private mutating func receivedGoAway(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    try requireConnection(header)
    try require(header.length >= 8)
    emit(.peerGoingAway)
  }

  private mutating func receivedSettings(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    try requireConnection(header)
    if header.has(HTTP2FrameHeader.ack) {
      try require(header.length == 0)
      isSettingsAcknowledged = true
      return
    }
    try require(header.length % 6 == 0)
    guard budgets.settings.spend(at: now) else { throw HTTP2Error(.enhanceYourCalm, .settingsFlood) }
    var rest = payload
    while let id = rest.readInteger(as: UInt16.self), let value = rest.readInteger(as: UInt32.self) {
      try apply(setting: id, value)
    }
    output.writeHTTP2SettingsAck()
  }

  private mutating func apply(setting id: UInt16, _ value: UInt32) throws(HTTP2Error) {
    switch id {
    case HTTP2SettingID.headerTableSize: encoder.setPeerTableSize(Int(value))
    case HTTP2SettingID.enablePush:
      guard value <= 1 else { throw HTTP2Error(.protocolError, .settingsValue) }
    case HTTP2SettingID.initialWindowSize:
      guard value <= 0x7FFF_FFFF else { throw HTTP2Error(.flowControlError, .settingsValue) }
      try changeInitialWindow(to: Int(value))
    case HTTP2SettingID.maxFrameSize:
      guard value >= 16384, value <= 0xFF_FFFF else { throw HTTP2Error(.protocolError, .settingsValue) }
      peerMaximumFrame = Int(value)
    default: break
    }
  }

  /// RFC 9113 §6.9.2.
  private mutating func changeInitialWindow(to size: Int) throws(HTTP2Error) {
    let difference = size - peerInitialWindow
    peerInitialWindow = size
    for index in streams.indices {
      streams[index].sendWindow += difference
      guard streams[index].sendWindow <= 0x7FFF_FFFF else {
        throw HTTP2Error(.flowControlError, .windowOverflow)
      }
      takeTurnIfPossible(index)
    }
    tellOfRoom()
  }

  // MARK: - Small frames of streams

  private mutating func receivedWindowUpdate(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    try require(header.length == 4)
    let increment = Int((payload.getInteger(at: payload.readerIndex, as: UInt32.self) ?? 0) & 0x7FFF_FFFF)
    if header.streamID == .connection {
      guard increment > 0 else { throw HTTP2Error(.protocolError, .zeroIncrement) }
      sendWindow += increment
      guard sendWindow <= 0x7FFF_FFFF else { throw HTTP2Error(.flowControlError, .windowOverflow) }
      return tellOfRoom()
    }
    try requireOpened(header.streamID)
    guard let index = streams.index(of: header.streamID) else { return }
    guard increment > 0 else { return try streamError(header.streamID, .protocolError) }
    streams[index].sendWindow += increment
    guard streams[index].sendWindow <= 0x7FFF_FFFF else {
      return try streamError(header.streamID, .flowControlError)
    }
    takeTurnIfPossible(index)
    tellOfRoom()
  }

  private mutating func receivedReset(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    try require(header.length == 4)
    try requireOpened(header.streamID)
    guard let index = streams.index(of: header.streamID) else { return }
    if streams[index].isDiscarding { return removeStream(at: index) }
    guard budgets.resets.spend(at: now) else { throw HTTP2Error(.enhanceYourCalm, .resetFlood) }
    let code = HTTP2ErrorCode(rawValue: payload.getInteger(at: payload.readerIndex, as: UInt32.self) ?? 0)
    removeStream(at: index)
    emit(.streamReset(header.streamID, code))
  }

  private mutating func receivedPriority(_ header: HTTP2FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) {
    guard header.streamID != .connection else { throw HTTP2Error(.protocolError, .streamIDZero) }
    guard budgets.priorities.spend(at: now) else { throw HTTP2Error(.enhanceYourCalm, .priorityFlood) }
    guard header.length == 5 else { return try streamError(header.streamID, .frameSizeError) }
    let parent = payload.getInteger(at: payload.readerIndex, as: UInt32.self) ?? 0
    if HTTP2StreamID(parent) == header.streamID { try streamError(header.streamID, .protocolError) }
  }
}
