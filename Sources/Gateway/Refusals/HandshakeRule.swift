import TLSEngine

/// Why a handshake came to nothing, other than for the client's certificate: the rules of refusals in the error log.
public enum HandshakeRule: String, Hashable, Sendable, CaseIterable {
  /// The client's own alert.
  case serverRejected = "tls_server_rejected"
  case clientAlert = "tls_client_alert"
  case certificateRequired = "tls_certificate_required"
  case nothingInCommon = "tls_nothing_in_common"
  case protocolViolation = "tls_protocol_violation"
  case unrecognizedName = "tls_unrecognized_name"
  case noCertificateToShow = "tls_no_certificate_to_show"
  case ended = "tls_ended_in_handshake"
  case timedOut = "tls_timed_out_in_handshake"
  case engineFailed = "tls_engine_failed"

  init(_ error: TLSError) {
    switch error {
    case .alertReceived(let alert): self = Self.rejections.contains(alert) ? .serverRejected : .clientAlert
    case .peerAtFault(let reason, let alert): self = Self.rule(reason.name, alert)
    case .peerRefused: self = .certificateRequired
    case .nameRefused: self = .unrecognizedName
    case .credentialsUnavailable: self = .noCertificateToShow
    case .endedDuringHandshake: self = .ended
    case .handshakeTimedOut: self = .timedOut
    case .engineFailed: self = .engineFailed
    }
  }

  /// What a client says of the server's certificate (RFC 8446 §6.2).
  private static let rejections: Set<TLSAlert> = [
    .badCertificate, .unsupportedCertificate, .certificateRevoked, .certificateExpired, .certificateUnknown, .unknownCA,
    .badCertificateStatusResponse,
  ]

  private static func rule(_ reason: String, _ alert: TLSAlert?) -> HandshakeRule {
    if reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE" { return .certificateRequired }
    switch alert {
    case .handshakeFailure?, .protocolVersion?, .insufficientSecurity?, .noApplicationProtocol?: return .nothingInCommon
    default: return .protocolViolation
    }
  }

  public var meaning: String {
    switch self {
    case .serverRejected: "the client does not accept the server's certificate"
    case .clientAlert: "the client ended the handshake by an alert"
    case .certificateRequired: "the client showed no certificate where the handshake requires one"
    case .nothingInCommon: "client and server share no version, cipher suite, group or protocol"
    case .protocolViolation: "what the client sent is not TLS as the RFCs have it"
    case .unrecognizedName: "no server answers to the name that the client asked for"
    case .noCertificateToShow: "there is no certificate and key to show for this name"
    case .ended: "the client closed the connection within the handshake"
    case .timedOut: "the client did not finish the handshake in time"
    case .engineFailed: "the gateway itself failed: memory, or a key that can't sign"
    }
  }

  public var cure: String {
    switch self {
    case .serverRejected:
      "give the client the CA of ssl_certificate (curl: --cacert), and let ssl_certificate have the name it asks for, "
        + "its intermediates, and time left"
    case .clientAlert: "look into the client's own log; the alert says what it objects to"
    case .certificateRequired: "configure a certificate and key in the client (curl: --cert and --key)"
    case .nothingInCommon: "compare ssl_protocols, ssl_ciphers and ssl_ecdh_curve with what the client supports"
    case .protocolViolation: "look at who connects: a scanner, a proxy in between, or another protocol on this port"
    case .unrecognizedName: "add the name to a server_name, or a default_server to the port"
    case .noCertificateToShow: "look for the line before: it says which file of ssl_certificate can't be read"
    case .ended: "usually harmless: port scans and health checks; else look into the client's log"
    case .timedOut: "look at the network between, or raise client_header_timeout"
    case .engineFailed: "look at the lines before this one, at memory, and at ssl_certificate_key"
    }
  }
}
