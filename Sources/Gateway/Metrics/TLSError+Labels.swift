import TLSEngine

extension TLSError {
  /// Why a handshake failed, and the alert that was sent or received, in the words of metrics.
  var labels: (reason: String, alert: String) {
    switch self {
    case .alertReceived(let alert): ("alert_received", alert.label)
    case .peerAtFault(let reason, let sent): (reason.label, sent?.label ?? "none")
    case .peerRefused(let alert): ("certificate_refused", alert.label)
    case .nameRefused: ("name_refused", TLSAlert.unrecognizedName.label)
    case .credentialsUnavailable: ("certificate_unavailable", TLSAlert.internalError.label)
    case .endedDuringHandshake: ("connection_closed", "none")
    case .handshakeTimedOut: ("timeout", "none")
    case .engineFailed(let reason, let sent): ("internal_" + reason.label, sent?.label ?? "none")
    }
  }
}

extension TLSAlert {
  /// The name in RFC 8446: `bad_certificate`.
  fileprivate var label: String { String(description.map { $0 == " " ? "_" : $0 }) }
}

extension TLSFailureReason {
  fileprivate var label: String { name.isEmpty ? "unknown" : name.lowercased() }
}
