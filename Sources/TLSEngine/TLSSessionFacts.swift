/// What a finished handshake agreed on.
///
/// Names are made from numbers when asked for: most connections never ask.
public struct TLSSessionFacts: Sendable {
  public var version: TLSVersion = .tls1_3
  /// The cipher suite's number (RFC 8446 §B.4).
  public var cipherID: UInt16 = 0
  /// The group's number in the registry; 0 if the exchange had none.
  public var groupID: UInt16 = 0
  public var alpn: String?
  /// The ClientHello's server_name, as sent; on a client, the name asked for.
  public var serverName: [UInt8]?
  public var isResumed = false
  /// Empty where the session has no identifier.
  public var sessionID: [UInt8] = []
  /// The peer's certificates in DER, leaf first, as presented; on resumption those of the first handshake.
  public var peerChain: [[UInt8]] = []
  /// SHA-256 over the peer's chain as in `ResumableSession`; empty without certificates.
  public var peerChainHash: [UInt8] = []
  /// Whether 0-RTT data was accepted. Never, as yet.
  public var earlyData = false
  /// The signature scheme by which the peer proved its key; 0 if it did not.
  public var peerSignatureScheme: UInt16 = 0
  /// The signature scheme by which we proved ours; 0 if we did not.
  public var signatureScheme: UInt16 = 0
  /// The suites, groups and signature schemes the client offered, as on the wire; empty unless recorded.
  public var clientCipherIDs: [UInt16] = []
  public var clientGroupIDs: [UInt16] = []
  public var clientSchemes: [UInt16] = []
  /// The DER `OCSPResponse` that the server stapled; always `nil` on a server.
  public var stapledResponse: [UInt8]?
  /// The context that finished the handshake; `nil` on a client.
  public var serverContext: TLSServerContext?

  public init() {}
}
