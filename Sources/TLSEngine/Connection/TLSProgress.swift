import NIOCore

/// What `TLSConnection.progress()` has come to.
public enum TLSProgress: Sendable {
  /// Nothing more until the peer sends bytes.
  case needsInput
  /// Nothing more until `TLSConnection.peerVerified(_:)` or `contextChosen(_:)`.
  case awaitingVerdict
  case handshakeCompleted(TLSSessionFacts)
  case plaintext(ByteBuffer)
  /// The peer sends no more: after its close_notify (`clean`), or by the transport's end alone, which may be a truncation.
  case closed(clean: Bool)
  /// The connection is dead; an alert may be in the output.
  case failed(TLSError)
}
