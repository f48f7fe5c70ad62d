import Trust

extension OCSPAssessment.Outcome {
  /// What a responder said, and why that does not count if it does not, in the words of metrics.
  var labels: (outcome: String, reason: String) {
    switch self {
    case .good: ("good", "none")
    case .revoked: ("revoked", "none")
    case .unknown: ("unknown", "none")
    case .failed(let failure): ("failed", failure.label)
    }
  }
}

extension OCSPFailure {
  var label: String {
    switch self {
    case .noResponder: "no_responder"
    case .responderNotAllowed: "responder_not_allowed"
    case .responderInside: "responder_inside"
    case .unreachable: "unreachable"
    case .timedOut: "timeout"
    case .httpStatus: "http_status"
    case .malformed: "malformed"
    case .responder: "not_successful"
    case .unknownResponseType: "unknown_response_type"
    case .otherCertificate: "other_certificate"
    case .unknownCriticalExtension: "unknown_critical_extension"
    case .nonceMismatch: "nonce_mismatch"
    case .notYetValid: "not_yet_valid"
    case .expired: "expired"
    case .impossibleTimes: "impossible_times"
    case .signerMissing: "signer_missing"
    case .signerNotAuthorized: "signer_not_authorized"
    case .signerExpired: "signer_expired"
    case .weakSignature: "weak_signature"
    case .signature: "signature"
    }
  }
}
