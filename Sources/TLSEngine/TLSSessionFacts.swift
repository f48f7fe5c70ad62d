import CNIOBoringSSL

/// What a finished handshake agreed on.
public struct TLSSessionFacts: Sendable {
  public init() {}
}
