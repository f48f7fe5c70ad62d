import NIOCore

/// An HTTP/1.1 connection after a 101: bytes in both directions until one side ends.
final class HTTP1Tunnel: ClientTunnel {
  private var link: HTTP1Connection?
  private let exchange: HTTP1Exchange
  private var early: ByteBuffer
  private(set) var isPaused = false

  var onBytes: ((ByteBuffer) -> Void)? {
    didSet { deliverEarly() }
  }
  var onWritable: (() -> Void)?
  var onClose: (() -> Void)?

  /// - Parameter first: what the client sent behind its request.
  init(_ link: HTTP1Connection, _ exchange: HTTP1Exchange, first: ByteBuffer) {
    self.link = link
    self.exchange = exchange
    early = first
  }

  var isWritable: Bool { link?.channel.isWritable ?? false }

  func send(_ bytes: ByteBuffer) {
    guard let link else { return }
    link.channel.write(bytes)
    exchange.tunnelSent(bytes.readableBytes)
    link.channel.flush()
  }

  func pause() {
    isPaused = true
    link?.tunnelReadingChanged()
  }

  func resume() {
    guard isPaused else { return }
    isPaused = false
    deliverEarly()
    link?.tunnelReadingChanged()
  }

  func close() { finish() }

  func received(_ bytes: ByteBuffer) {
    early.writeImmutableBuffer(bytes)
    deliverEarly()
  }

  func becameWritable() { onWritable?() }

  /// The client is gone.
  func closed() {
    let tell = onClose
    onClose = nil
    tell?()
    finish()
  }

  private func deliverEarly() {
    guard !isPaused, early.readableBytes > 0, let onBytes else { return }
    let bytes = early
    early = ByteBuffer()
    onBytes(bytes)
  }

  private func finish() {
    guard let link else { return }
    self.link = nil
    onBytes = nil
    onWritable = nil
    onClose = nil
    link.tunnelEnded()
    exchange.tunnelClosed()
  }
}
