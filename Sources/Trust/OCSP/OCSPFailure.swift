import PKI

/// Why nothing is known of a certificate's status.
public enum OCSPFailure: Error, Hashable, Sendable {
  /// The certificate names no responder, and none is configured.
  case noResponder
  /// The responder named is none that may be asked.
  case responderNotAllowed(String)
  /// The responder named has an inner address, and is not named as one that may.
  case responderInside(String)
  /// No answer: what the transport said.
  case unreachable(String)
  case timedOut
  case httpStatus(Int)
  case malformed
  /// The responder's own words: `tryLater`, `unauthorized` and their like (RFC 6960 §2.3).
  case responder(OCSPResponse.Status)
  case unknownResponseType
  case otherCertificate
  case unknownCriticalExtension(OID)
  case nonceMismatch
  case notYetValid(thisUpdate: UnixTime)
  case expired(nextUpdate: UnixTime)
  /// A nextUpdate before its thisUpdate.
  case impossibleTimes
  case signerMissing
  case signerNotAuthorized
  case signerExpired(notAfter: UnixTime)
  case weakSignature
  case signature
}

extension OCSPFailure: CustomStringConvertible {
  /// For the log.
  public var description: String {
    switch self {
    case .noResponder: "no OCSP responder URL in certificate"
    case .responderNotAllowed(let url): "the OCSP responder \"\(url)\" may not be asked"
    case .responderInside(let host):
      "the OCSP responder's host \"\(host)\" has an inner address and may not be asked (ssl_ocsp_hosts)"
    case .unreachable(let reason): "the OCSP responder did not answer: \(reason)"
    case .timedOut: "OCSP responder timed out"
    case .httpStatus(let status): "OCSP responder sent status \(status)"
    case .malformed: "OCSP responder sent no OCSP response"
    case .responder(let status): "OCSP response not successful (\(status.rawValue): \(status))"
    case .unknownResponseType: "OCSP response of an unknown type"
    case .otherCertificate: "certificate status not found in the OCSP response"
    case .unknownCriticalExtension(let oid): "unknown critical extension \(oid) in the OCSP response"
    case .nonceMismatch: "OCSP response is for another request"
    case .notYetValid(let time): "OCSP response is not valid before \(time.rfc3339)"
    case .expired(let time): "OCSP response expired at \(time.rfc3339)"
    case .impossibleTimes: "OCSP response ends before it begins"
    case .signerMissing: "OCSP response signer's certificate not found"
    case .signerNotAuthorized: "OCSP response signer is not authorized by the certificate's issuer"
    case .signerExpired(let time): "OCSP response signer's certificate expired at \(time.rfc3339)"
    case .weakSignature: "OCSP response signed with a weak or unknown algorithm"
    case .signature: "OCSP response signature failure"
    }
  }
}
