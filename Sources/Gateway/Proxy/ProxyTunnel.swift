import HTTPWire
import NIOCore

/// An upgraded connection (RFC 9110 §7.8): bytes pass both ways until one side closes or nothing has passed for
/// `proxy_read_timeout`.
final class ProxyTunnel {
  private let owner: ProxiedRequest
  private let client: any ClientTunnel
  private let upstream: UpstreamConnection
  private var isClosed = false

  init(_ owner: ProxiedRequest, client: any ClientTunnel, upstream: UpstreamConnection) {
    self.owner = owner
    self.client = client
    self.upstream = upstream
    client.onBytes = { [weak self] bytes in self?.receivedFromClient(bytes) }
    client.onWritable = { [weak self] in self?.clientWritable() }
    client.onClose = { [weak self] in self?.clientClosed() }
  }

  /// Passes on what came with the upstream's answer, and from then on everything.
  func start() {
    receivedFromUpstream()
    client.resume()
  }

  func receivedFromUpstream() {
    let bytes = upstream.decoder.takeRemainder()
    restartTimer()
    guard bytes.readableBytes > 0 else { return }
    client.send(bytes)
    if !client.isWritable { upstream.pauseReading() }
  }

  private func receivedFromClient(_ bytes: ByteBuffer) {
    upstream.send(bytes)
    restartTimer()
    if !upstream.isWritable { client.pause() }
  }

  func clientWritable() {
    upstream.resumeReading()
    restartTimer()
  }

  func upstreamWritable() {
    client.resume()
    restartTimer()
  }

  func upstreamClosed() { close() }

  private func clientClosed() { close() }

  func timedOut() {
    owner.log(.error, "upstream timed out (110: Connection timed out)")
    close()
  }

  /// The gateway goes down or the request was aborted.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    client.onBytes = nil
    client.onWritable = nil
    client.onClose = nil
    owner.tunnelEnded()
    client.close()
  }

  private func restartTimer() { upstream.timer.set(owner.settings.readTimeout) }
}

extension ProxiedRequest {
  /// The upstream agreed to switch protocols.
  func startTunnel() {
    guard let connection, request.sendHead(admission), let client = request.exchange.upgradeToTunnel() else {
      abandonUpstream()
      finish()
      return request.abortResponse()
    }
    stage = .tunnel
    let made = ProxyTunnel(self, client: client, upstream: connection)
    tunnel = made
    made.start()
  }

  func tunnelEnded() {
    guard stage == .tunnel else { return }
    abandonUpstream()
    finish()
    tunnel = nil
  }
}
