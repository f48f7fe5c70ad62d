import NIOCore
import TLSEngine

/// Fired towards the application when the handshake is done, before its first plaintext.
public enum TLSHandshakeEvent: Sendable {
  case completed(TLSSessionFacts)
}

/// Fired when the peer sends no more.
public struct TLSPeerClosed: Hashable, Sendable {
  /// Whether it said so by close_notify. If not, what came may have been cut short (RFC 8446 §6.1).
  public var isClean: Bool
}

/// Fired by a server's handler when the first byte cannot begin a TLS record; the handler has left the pipeline.
public struct PlaintextOnTLSPort: Sendable {
  /// What came so far. What comes later is read from the channel as it is.
  public var bytes: ByteBuffer
}
