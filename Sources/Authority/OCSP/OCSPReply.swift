import PKI

/// An answer ready to be sent as `application/ocsp-response`.
public struct OCSPReply: Sendable {
  /// DER of the `OCSPResponse`.
  public let der: [UInt8]
  public let status: OCSPResponse.Status
  /// Of a successful answer.
  public let thisUpdate: UnixTime?
  /// Of a successful answer. With several statements, that of all of them.
  public let nextUpdate: UnixTime?
  /// Whoever asks the same until `nextUpdate` may be given the same: no nonce, and no certificate that is unknown now and
  /// may be known in a minute (RFC 5019 §6).
  public let isCacheable: Bool
  /// Why there is no statement, in words for the operator's log.
  public let problem: String?

  init(_ basic: BasicOCSPResponse, thisUpdate: UnixTime, nextUpdate: UnixTime, isCacheable: Bool) {
    der = OCSPResponse(basic).der
    status = .successful
    self.thisUpdate = thisUpdate
    self.nextUpdate = nextUpdate
    self.isCacheable = isCacheable
    problem = nil
  }

  /// An answer without a statement (RFC 6960 §2.3).
  init(failure status: OCSPResponse.Status, problem: String? = nil) {
    der = OCSPResponse(failure: status).der
    self.status = status
    thisUpdate = nil
    nextUpdate = nil
    isCacheable = false
    self.problem = problem
  }

  /// Whether enough of its life is left to give it out once more.
  func isFresh(at now: UnixTime) -> Bool {
    guard let thisUpdate, let nextUpdate else { return false }
    let quarter = (nextUpdate.seconds - thisUpdate.seconds) / 4
    return thisUpdate <= now && now.seconds < nextUpdate.seconds - quarter
  }
}
