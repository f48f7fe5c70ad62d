import HTTPWire
import NIOCore
import Transport

extension HTTPConnectionHandler {
  /// Bodies up to this are copied behind the head, so that a response is one write; larger ones are passed on as they are.
  private static let copyLimit = 16 << 10
  /// Every how many flushes, less one, it is looked at how full the transport is: a mask.
  private static let flushesUnseen: UInt8 = 31
  /// How much is gathered before it is written without being asked.
  private static let gatherLimit = 64 << 10

  /// How much one connection may send before the others of its event loop have their turn, in bytes and in time.
  private static let turnLimit = 256 << 10
  private static let turnTime = TimeAmount.milliseconds(5)

  var isWritable: Bool {
    stage == .open && isChannelWritable && !isTurnOver && output.readableBytes < Self.gatherLimit
  }

  /// Writes what `encode` puts into the buffer.
  ///
  /// - Parameter space: how many bytes to make room for; 0: what is there will do.
  /// - Returns: how many bytes that were.
  @discardableResult
  func write(space: Int = 0, _ encode: (inout ByteBuffer) -> Void) -> Int {
    guard stage == .open else { return 0 }
    let before = output.readableBytes
    if before == 0, output.capacity < space { output = ByteBufferAllocator().buffer(capacity: space) }
    encode(&output)
    let written = output.readableBytes - before
    if output.readableBytes >= Self.gatherLimit {
      passOn()
      flushIfFull()
    }
    return written
  }

  func write(_ bytes: ByteBuffer) {
    guard stage == .open else { return }
    if bytes.readableBytes <= Self.copyLimit {
      _ = write { $0.writeImmutableBuffer(bytes) }
      return
    }
    passOn()
    context?.write(wrapOutboundOut(bytes), promise: nil)
    wroteUnflushed = true
    count(bytes.readableBytes)
    flushIfFull()
  }

  /// What is full and not flushed would stay full.
  private func flushIfFull() {
    if !isChannelWritable { flushNow() }
  }

  /// Sends at the end of the read that is being handled, or now.
  func flush() {
    if !defersFlush { flushNow() }
  }

  func flushNow() {
    // Small pieces would pile up one by one before a client that takes nothing.
    if isDraining, stage == .open, !wroteUnflushed, output.readableBytes < Self.copyLimit { return }
    passOn()
    guard wroteUnflushed else { return }
    wroteUnflushed = false
    isSending = true
    context?.flush()
    isSending = false
    flushes &+= 1
    if flushes & Self.flushesUnseen == 0 { gatherIfFull() }
  }

  /// Looks whether the transport has taken what it was given; if not, output is gathered until it has.
  private func gatherIfFull() {
    guard !isDraining, stage == .open, let context, bufferedBytes > 0 else { return }
    isDraining = true
    let drained = context.eventLoop.makePromise(of: Void.self)
    drained.futureResult.assumeIsolated().whenComplete { [self] _ in
      isDraining = false
      if stage == .open { flushNow() }
    }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: drained)
  }

  private func passOn() {
    guard output.readableBytes > 0 else { return }
    guard let context, stage != .closed else { return output.clear() }
    let bytes = output
    output = ByteBuffer()
    context.write(wrapOutboundOut(bytes), promise: nil)
    wroteUnflushed = true
    count(bytes.readableBytes)
  }
}

// MARK: - Turns

extension HTTPConnectionHandler {
  /// The event loop calls anew.
  func beginTurn() {
    if !isTurnOver { turnBytes = 0 }
  }

  private func count(_ bytes: Int) {
    // The clock is looked at only where there is more than a small response.
    if turnBytes <= Self.copyLimit, turnBytes + bytes > Self.copyLimit { turnBegan = .now() }
    turnBytes += bytes
    guard !isTurnOver, turnBytes > Self.gatherLimit, stage == .open, let context else { return }
    guard turnBytes >= Self.turnLimit || NIODeadline.now() - turnBegan > Self.turnTime else { return }
    isTurnOver = true
    LoopTurns.of(context.eventLoop).wait { [self] in continueTurn() }
  }

  private func continueTurn() {
    isTurnOver = false
    turnBytes = 0
    if stage == .open, isWritable { driver?.becameWritable() }
    flushNow()
  }
}
