import ConfigModel
import NIOCore

/// What a connection asks of the location that serves a request: plain values, so that asking costs nothing.
struct ConnectionFacts: Sendable {
  let sendTimeout: TimeAmount
  let clientBodyTimeout: TimeAmount
  let keepaliveTimeout: TimeAmount
  /// The `Keep-Alive: timeout=` header, where configured.
  let keepaliveHeaderTimeout: Duration?
  let keepaliveRequests: Int
  let keepaliveTime: TimeAmount
  let lingeringClose: LingeringClose
  let lingeringTime: TimeAmount
  let lingeringTimeout: TimeAmount
  let chunkedTransferEncoding: Bool
  let http2ChunkSize: ByteCount

  init(_ core: CoreSettings) {
    sendTimeout = TimeAmount(core.sendTimeout)
    clientBodyTimeout = TimeAmount(core.clientBodyTimeout)
    keepaliveTimeout = TimeAmount(core.keepaliveTimeout)
    keepaliveHeaderTimeout = core.keepaliveHeaderTimeout
    keepaliveRequests = core.keepaliveRequests
    keepaliveTime = TimeAmount(core.keepaliveTime)
    lingeringClose = core.lingeringClose
    lingeringTime = TimeAmount(core.lingeringTime)
    lingeringTimeout = TimeAmount(core.lingeringTimeout)
    chunkedTransferEncoding = core.chunkedTransferEncoding
    http2ChunkSize = core.http2ChunkSize
  }
}
