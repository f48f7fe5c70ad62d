/// Why a connection ended other than by an orderly close: one case for each party at fault.
public enum TLSError: Error, Hashable, Sendable {
  /// The peer sent a fatal alert.
  case alertReceived(TLSAlert)
  /// The peer's bytes break the protocol, or share no version, cipher, group or certificate type with us.
  case peerAtFault(TLSFailureReason, sent: TLSAlert?)
  /// The delegate refused the peer's certificate; the alert was sent.
  case peerRefused(TLSAlert)
  /// No server answers to the name in the ClientHello (RFC 6066 §3), or the server rejects every handshake.
  case nameRefused(serverName: [UInt8]?)
  /// The delegate found no credentials for this connection.
  case credentialsUnavailable
  /// The transport ended before the handshake did.
  case endedDuringHandshake
  /// The handshake did not finish in its time.
  case handshakeTimedOut
  /// The engine itself failed: memory, a key that cannot sign, use after close.
  case engineFailed(TLSFailureReason, sent: TLSAlert?)

  /// Whether the cause lies with us rather than with the peer: nginx logs these as `crit`, the others as `info`.
  public var isOurs: Bool {
    if case .engineFailed = self { return true }
    return false
  }

  /// The fatal alert that went to the peer; `nil` if none did.
  public var sentAlert: TLSAlert? {
    switch self {
    case .peerAtFault(_, let sent), .engineFailed(_, let sent): sent
    case .peerRefused(let alert): alert
    case .nameRefused: .unrecognizedName
    case .credentialsUnavailable: .internalError
    case .alertReceived, .endedDuringHandshake, .handshakeTimedOut: nil
    }
  }
}

/// What the library says of a failure.
public struct TLSFailureReason: Hashable, Sendable {
  /// The library's packed code; 0 if it gave none.
  public var code: UInt32
  /// The library's word for it, in upper case: `NO_SHARED_CIPHER`.
  public var name: String

  public init(code: UInt32, name: String) {
    self.code = code
    self.name = name
  }
}

extension TLSError: CustomStringConvertible {
  /// In the words of nginx's error log: `SSL_do_handshake() failed (SSL: error:…:SSL routines::…)`'s parenthesis.
  public var description: String {
    switch self {
    case .alertReceived(let alert):
      "SSL: error:\(hex(0x1000_0000 + 1000 + UInt32(alert.rawValue))):SSL routines::alert \(alert):"
        + "SSL alert number \(alert.rawValue)"
    case .peerAtFault(let reason, _), .engineFailed(let reason, _): "SSL: \(reason)"
    case .peerRefused(let alert):
      "SSL: error:\(hex(0x1000_007D)):SSL routines::certificate verify failed:alert \(alert)"
    case .nameRefused: "SSL: error:\(hex(0x1000_00E2)):SSL routines::unrecognized name"
    case .credentialsUnavailable: "SSL: error:\(hex(0x1000_007E)):SSL routines::cert cb error"
    case .endedDuringHandshake: "peer closed connection in SSL handshake"
    case .handshakeTimedOut: "client timed out in SSL handshake"
    }
  }
}

extension TLSFailureReason: CustomStringConvertible {
  public var description: String {
    "error:\(hex(code)):SSL routines::\(name.lowercased().replacingUnderscores())"
  }
}

private func hex(_ code: UInt32) -> String {
  let digits = String(code, radix: 16, uppercase: true)
  return String(repeating: "0", count: 8 - digits.count) + digits
}

extension String {
  fileprivate func replacingUnderscores() -> String { String(map { $0 == "_" ? " " : $0 }) }
}
