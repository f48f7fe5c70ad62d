import ConfigModel
import HTTPWire

extension ConnectionSettings {
  /// What a request's head may be.
  var headLimits: HTTP1Limits {
    var limits = HTTP1Limits()
    limits.firstBuffer = clientHeaderBufferSize.bytes
    limits.largeBuffers = largeClientHeaderBuffers.count
    limits.largeBufferSize = largeClientHeaderBuffers.size.bytes
    limits.maximumFields = maxHeaders
    limits.ignoresInvalidFields = ignoreInvalidHeaders
    limits.allowsUnderscores = underscoresInHeaders
    return limits
  }

  var http2Limits: HTTP2Limits {
    var limits = HTTP2Limits()
    limits.maximumConcurrentStreams = http2MaxConcurrentStreams
    limits.streamWindow = min(max(http2BodyPrereadSize.bytes, 1), 0x7FFF_FFFF)
    limits.connectionWindow = min(max(http2ConnectionPrereadSize.bytes, 65535), 0x7FFF_FFFF)
    limits.head = headLimits
    return limits
  }
}
