import HTTPWire
import NIOCore

extension HTTPConnectionHandler {
  /// Bodies up to this are copied behind the head, so that a response is one write; larger ones are passed on as they are.
  private static let copyLimit = 16 << 10
  /// How much is gathered before it is written without being asked.
  private static let gatherLimit = 64 << 10

  var isWritable: Bool {
    stage == .open && isChannelWritable && output.readableBytes < Self.gatherLimit
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
    passOn()
    guard wroteUnflushed else { return }
    wroteUnflushed = false
    isSending = true
    context?.flush()
    isSending = false
  }

  private func passOn() {
    guard output.readableBytes > 0 else { return }
    guard let context, stage != .closed else { return output.clear() }
    let bytes = output
    output = ByteBuffer()
    context.write(wrapOutboundOut(bytes), promise: nil)
    wroteUnflushed = true
  }
}
