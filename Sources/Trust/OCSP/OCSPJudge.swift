import Cryptography
import PKI

/// Judges responses about one certificate (RFC 6960 §3.2). Pure: bytes and the time in, an assessment out.
public struct OCSPJudge: Sendable {
  public let certificate: Certificate
  /// Whoever signed `certificate`; trusted already.
  public let issuer: Certificate
  public let policy: OCSPPolicy

  public init(certificate: Certificate, issuer: Certificate, policy: OCSPPolicy = OCSPPolicy()) {
    self.certificate = certificate
    self.issuer = issuer
    self.policy = policy
  }

  /// - Parameters:
  ///   - response: a DER `OCSPResponse`.
  ///   - nonce: what was asked with. A responder may leave it out (RFC 9654 §2.1), but not answer with another.
  public func assess(_ response: [UInt8], nonce: [UInt8]? = nil, at now: UnixTime) -> OCSPAssessment {
    do throws(OCSPFault) {
      return try judge(response, nonce, now)
    } catch {
      return .failed(error.failure, at: now)
    }
  }

  private struct OCSPFault: Error {
    let failure: OCSPFailure
    init(_ failure: OCSPFailure) { self.failure = failure }
  }

  private func judge(_ bytes: [UInt8], _ nonce: [UInt8]?, _ now: UnixTime) throws(OCSPFault) -> OCSPAssessment {
    guard let response = try? OCSPResponse(der: bytes) else { throw OCSPFault(.malformed) }
    guard response.status == .successful else { throw OCSPFault(.responder(response.status)) }
    guard let basic = response.basic else { throw OCSPFault(.unknownResponseType) }
    let single = try statement(in: basic)
    try checkExtensions(basic.extensions + single.extensions)
    let signerEnds = try checkSigner(of: basic, at: now)
    try checkNonce(basic, nonce)
    let ends = try checkTimes(single, at: now)
    guard now <= signerEnds || !policy.requiresAuthorizedResponder else {
      throw OCSPFault(.signerExpired(notAfter: signerEnds))
    }
    return OCSPAssessment(
      outcome: Self.outcome(single.status), validUntil: min(ends, signerEnds), thisUpdate: single.thisUpdate)
  }

  private static func outcome(_ status: OCSPSingleResponse.Status) -> OCSPAssessment.Outcome {
    switch status {
    case .good: .good
    case .revoked(let date, let reason): .revoked(at: date, reason: reason)
    case .unknown: .unknown
    }
  }

  /// The newest statement about the certificate; of two as new the one that speaks against it.
  private func statement(in basic: BasicOCSPResponse) throws(OCSPFault) -> OCSPSingleResponse {
    let found = basic.responses.filter { $0.certID.names(certificate, issuer: issuer) }
    guard let newest = found.max(by: { ($0.thisUpdate, $0.severity) < ($1.thisUpdate, $1.severity) }) else {
      throw OCSPFault(.otherCertificate)
    }
    return newest
  }

  private func checkExtensions(_ extensions: [CertificateExtension]) throws(OCSPFault) {
    if let unknown = extensions.first(where: { $0.critical && $0.oid != .ocspNonce }) {
      throw OCSPFault(.unknownCriticalExtension(unknown.oid))
    }
  }

  private func checkNonce(_ basic: BasicOCSPResponse, _ nonce: [UInt8]?) throws(OCSPFault) {
    guard let nonce, basic.extensions.contains(where: { $0.oid == .ocspNonce }) else { return }
    guard let answered = try? basic.nonce(), answered == nonce else { throw OCSPFault(.nonceMismatch) }
  }

  /// The last second in which the statement holds.
  private func checkTimes(_ single: OCSPSingleResponse, at now: UnixTime) throws(OCSPFault) -> UnixTime {
    guard single.thisUpdate <= now + policy.skew else { throw OCSPFault(.notYetValid(thisUpdate: single.thisUpdate)) }
    guard let next = single.nextUpdate else {
      let end = single.thisUpdate + policy.maximumAge
      guard now <= end + policy.skew else { throw OCSPFault(.expired(nextUpdate: end)) }
      return now + policy.lifeWithoutNextUpdate
    }
    guard single.thisUpdate <= next else { throw OCSPFault(.impossibleTimes) }
    guard now <= next + policy.skew else { throw OCSPFault(.expired(nextUpdate: next)) }
    return max(next, now)
  }
}

/// The signer (RFC 6960 §4.2.2.2).
extension OCSPJudge {
  /// When the signer's own certificate ends.
  private func checkSigner(of basic: BasicOCSPResponse, at now: UnixTime) throws(OCSPFault) -> UnixTime {
    guard let algorithm = basic.signatureAlgorithm.signatureAlgorithm, policy.algorithms.accepts(algorithm) else {
      throw OCSPFault(.weakSignature)
    }
    if basic.responderID.matches(issuer), let key = issuer.publicKey, basic.isSigned(by: key) {
      return issuer.notAfter
    }
    let candidates = basic.certificates.compactMap { try? Certificate(der: $0) }
      .filter { basic.responderID.matches($0) }
    guard !candidates.isEmpty else {
      throw OCSPFault(basic.responderID.matches(issuer) ? .signature : .signerMissing)
    }
    let signers = candidates.filter { $0.publicKey.map(basic.isSigned) ?? false }
    guard let signer = signers.first(where: { isAuthorized($0, at: now) }) ?? signers.first else {
      throw OCSPFault(.signature)
    }
    guard !policy.requiresAuthorizedResponder || isAuthorized(signer, at: now) else {
      throw OCSPFault(.signerNotAuthorized)
    }
    return signer.notAfter
  }

  /// Issued by the very CA whose certificate is asked about, for this purpose, and valid now.
  ///
  /// Whether the responder itself was revoked is not asked, be id-pkix-ocsp-nocheck there or not (§4.2.2.2.1).
  private func isAuthorized(_ responder: Certificate, at now: UnixTime) -> Bool {
    guard responder.notBefore <= now + policy.skew, now <= responder.notAfter,
      responder.issuer.matches(issuer.subject),
      let usage = try? responder.extendedKeyUsage(), usage.purposes.contains(.ocspSigning),
      allowsSigning(responder), isUnderstood(responder),
      responder.publicKey.map({ policy.algorithms.accepts($0.type) }) == true,
      let algorithm = responder.signatureAlgorithm.signatureAlgorithm, policy.algorithms.accepts(algorithm),
      let key = issuer.publicKey
    else { return false }
    return responder.isSigned(by: key)
  }

  /// No critical extension that nobody here knows (RFC 5280 §4.2).
  private func isUnderstood(_ responder: Certificate) -> Bool {
    responder.unknownCriticalExtensions(known: CriticalExtensionRule.processed.union([.ocspNoCheck])).isEmpty
  }

  /// A keyUsage, where there is one, must allow signatures; damaged, it allows nothing.
  private func allowsSigning(_ responder: Certificate) -> Bool {
    do {
      return try responder.keyUsage()?.contains(.digitalSignature) ?? true
    } catch {
      return false
    }
  }
}

extension OCSPSingleResponse {
  fileprivate var severity: Int {
    switch status {
    case .good: 0
    case .unknown: 1
    case .revoked: 2
    }
  }
}
