import HTTPWire
import NIOCore

extension HTTPConnectionHandler {
  /// Bodies up to this are copied behind the head, so that a response is one write; larger ones are passed on as they are.
  private static let copyLimit = 16 << 10
  /// How much is gathered before it is written without being asked.
  private static let gatherLimit = 64 << 10

  var isWritable: Bool {
    guard let context, stage == .open else { return false }
    return output.readableBytes < Self.gatherLimit && context.channel.isWritable
  }

  /// Writes what `encode` puts into the buffer.
  /// - Returns: how many bytes that were.
  @discardableResult
  func write(_ encode: (inout ByteBuffer) -> Void) -> Int {
    guard stage == .open else { return 0 }
    let before = output.readableBytes
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
    guard let context, !context.channel.isWritable else { return }
    flushNow()
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
