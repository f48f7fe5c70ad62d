/// Decides for one server connection; called on the thread that drives it, within `TLSConnection.progress()`.
public protocol TLSServerDelegate: AnyObject {
  /// The context for the ClientHello's server_name, as sent (RFC 6066 §3), or for its absence.
  ///
  /// `nil` ends the handshake with unrecognized_name.
  func contextForServerName(_ name: [UInt8]?) -> TLSServerContext?

  /// The context whose credentials serve this connection, where `choosesCredentials` is on: asked once, when the
  /// ClientHello was read.
  ///
  /// After `.pending`, call `connection.contextChosen(_:)` on the same thread.
  ///
  /// - Parameter hello: what the ClientHello says; nothing is agreed on yet.
  func chooseContext(for hello: TLSSessionFacts, connection: TLSConnection) -> ContextChoice

  /// Judges the client's certificates: DER, leaf first, as presented; the leaf alone where there were more than the
  /// context's `peerCertificateLimit` (`TLSConnection.unreadPeerCertificates`).
  ///
  /// After `.pending`, call `connection.peerVerified(_:)` on the same thread.
  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision

  /// Whether a session may be resumed now; `false` leads to a full handshake, never to an error.
  func mayResume(_ session: ResumableSession) -> Bool
}

extension TLSServerDelegate {
  /// For delegates whose contexts have credentials of their own.
  public func chooseContext(for hello: TLSSessionFacts, connection: TLSConnection) -> ContextChoice { .unavailable }
}

/// What a delegate makes of a connection whose credentials it chooses.
public enum ContextChoice: Sendable {
  case context(TLSServerContext)
  /// There are no credentials: the handshake ends with internal_error.
  case unavailable
  /// Not known yet: the handshake waits for `TLSConnection.contextChosen(_:)`.
  case pending
}

/// Decides for one client connection.
public protocol TLSClientDelegate: AnyObject {
  /// Judges the server's certificates: DER, leaf first; the leaf alone where there were more than the context's
  /// `peerCertificateLimit`. Also asked when a session is resumed.
  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision
}

/// What a delegate makes of a peer's certificates.
public enum PeerDecision: Hashable, Sendable {
  case accept
  /// Ends the handshake with the alert.
  case reject(TLSAlert)
  /// Not known yet: the handshake waits for `TLSConnection.peerVerified(_:)`.
  case pending
}

/// A session that a client offers again: what it was bound to when it was made.
public struct ResumableSession: Hashable, Sendable {
  /// The policy of the context that made it; already known to equal the current one's.
  public var policyID: [UInt8]
  /// `ChainHash` of the client's certificates; empty if the client sent none.
  public var chainHash: [UInt8]
  /// Seconds since 1970 of the full handshake at which the client proved its key.
  public var created: Int64

  public init(policyID: [UInt8], chainHash: [UInt8], created: Int64) {
    self.policyID = policyID
    self.chainHash = chainHash
    self.created = created
  }
}
