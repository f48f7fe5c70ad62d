import PKI

/// Why a CRL that was brought is not taken: one case for each thing that was wrong.
enum CRLPushRefusal: Error, Hashable, Sendable {
  // What was brought
  case empty
  case malformed(String)
  case several(Int)
  case unknownIssuer(String)
  case foreignSignature(String)
  case unauthorizedSigner(String)
  case notYetValid(thisUpdate: UnixTime)
  case expired(nextUpdate: UnixTime)
  case unknownCriticalExtension(OID)
  case older(held: String, offered: String)
  // The configuration
  case noPlace(String)
  // This machine
  case unreadable(String)
  case unwritable(path: String, reason: String)
  case notTaken(String)
  case busy

  var status: Int {
    switch self {
    case .empty, .malformed, .several: 400
    case .older: 409
    case .unknownIssuer, .foreignSignature, .unauthorizedSigner, .notYetValid, .expired, .unknownCriticalExtension,
      .noPlace:
      422
    case .unreadable, .unwritable, .notTaken: 500
    case .busy: 503
    }
  }

  /// For programs: the JSON member `error`, and metrics.
  var name: String {
    switch self {
    case .empty: "empty"
    case .malformed: "malformed"
    case .several: "several"
    case .unknownIssuer: "unknown_issuer"
    case .foreignSignature: "foreign_signature"
    case .unauthorizedSigner: "unauthorized_signer"
    case .notYetValid: "not_yet_valid"
    case .expired: "expired"
    case .unknownCriticalExtension: "unknown_critical_extension"
    case .older: "older"
    case .noPlace: "no_place"
    case .unreadable: "unreadable"
    case .unwritable: "unwritable"
    case .notTaken: "not_taken"
    case .busy: "busy"
    }
  }
}

extension CRLPushRefusal: CustomStringConvertible {
  /// For the log, and for who brought the list but for files' names.
  var description: String {
    switch self {
    case .empty: "the request has no body"
    case .malformed(let reason): "not a CRL: \(reason)"
    case .several(let count): "\(count) CRLs where one is expected"
    case .unknownIssuer(let issuer):
      "no CA of ssl_client_certificate or ssl_trusted_certificate is named \"\(issuer)\""
    case .foreignSignature(let issuer): "the signature is not that of \"\(issuer)\""
    case .unauthorizedSigner(let issuer): "\"\(issuer)\" may not sign CRLs: its keyUsage has no cRLSign"
    case .notYetValid(let time): "thisUpdate is \(time.rfc3339), which is not yet; check the clocks"
    case .expired(let time): "expired at \(time.rfc3339)"
    case .unknownCriticalExtension(let oid): "unknown critical extension \(oid)"
    case .older(let held, let offered): "\(offered) is not newer than \(held), which is held"
    case .noPlace(let issuer):
      "no file of ssl_crl holds a list of \"\(issuer)\", and ssl_crl names no directory for a new one"
    case .unreadable(let reason): "the lists that are held can't be read: \(reason)"
    case .unwritable(let path, let reason): "cannot write \"\(path)\": \(reason)"
    case .notTaken(let reason): "written, but not in effect: \(reason)"
    case .busy: "other lists are being taken; try again in a second"
    }
  }

  /// What who brought the list is told: nothing of this machine's files.
  var publicText: String {
    switch self {
    case .unreadable: "the lists that are held can't be read; the gateway's error log says why"
    case .unwritable: "the list can't be written; the gateway's error log says why"
    case .notTaken: "written, but not in effect; the gateway's error log says why"
    default: description
    }
  }
}
