import ConfigModel

/// The settings that every request asks for, out of the large structure they were read into.
struct LocationFacts: Sendable {
  /// `nil`: no limit.
  let maximumBodySize: Int?
  let isInternal: Bool
  let keepsAlive: Bool
  let keepaliveRequests: Int
  let sendsETag: Bool
  let sendsChunked: Bool
  let absoluteRedirect: Bool
  let portInRedirect: Bool
  let serverNameInRedirect: Bool

  init(_ core: CoreSettings) {
    maximumBodySize = core.clientMaxBodySize.bytes == 0 ? nil : core.clientMaxBodySize.bytes
    isInternal = core.isInternal
    keepsAlive = core.keepaliveTimeout > .zero
    keepaliveRequests = core.keepaliveRequests
    sendsETag = core.etag
    sendsChunked = core.chunkedTransferEncoding
    absoluteRedirect = core.absoluteRedirect
    portInRedirect = core.portInRedirect
    serverNameInRedirect = core.serverNameInRedirect
  }
}
