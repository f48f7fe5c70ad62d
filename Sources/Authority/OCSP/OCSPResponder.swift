import Cryptography
import PKI
import Synchronization

/// Says what the ledger knows of certificates (RFC 6960), for every CA of a directory.
///
/// A CA's answers are signed by its delegated signer; by its own key only where it has none and the key can be opened.
/// Answers to questions without a nonce are kept and given again until the ledger changes: a revocation, by whichever
/// process, is in the very next answer.
public final class OCSPResponder: Sendable {
  /// How long an answer may be relied on, where nothing else is asked for.
  public static let usualValidity = Duration.seconds(3600)
  /// What is accepted: answers that live longer would keep a revocation from taking effect, shorter ones would not arrive.
  public static let acceptedValidity = Duration.seconds(60)...Duration.seconds(7 * 86_400)

  private let layout: Layout
  private let ledger: Ledger
  /// A connection that does nothing else and waits for nobody.
  private let watch: Ledger
  private let passphrase: @Sendable () -> SecretBytes?
  private let ownKeys: OCSPOwnKeys
  private let validity: Int64
  private let memory = Mutex(OCSPMemory())

  /// - Parameters:
  ///   - passphrase: opens encrypted CA keys; asked when a CA has no delegated signer, or to renew one.
  ///   - validity: from `thisUpdate` to `nextUpdate`; brought into ``acceptedValidity``.
  /// - Throws: when the ledger cannot be read.
  public init(
    directory: AuthorityDirectory, passphrase: @escaping @Sendable () -> SecretBytes?,
    validity: Duration = OCSPResponder.usualValidity
  ) throws(AuthorityError) {
    layout = directory.layout
    // Connections of its own: one does not see its own commits as a change.
    ledger = try Ledger(path: layout.ledger, creating: false)
    watch = try Ledger(path: layout.ledger, creating: false, isPatient: false)
    self.passphrase = passphrase
    ownKeys = OCSPOwnKeys(layout: layout, passphrase: passphrase)
    let accepted = Self.acceptedValidity
    self.validity = min(max(validity, accepted.lowerBound), accepted.upperBound).components.seconds
    _ = try snapshot()
  }

  /// The answer to a DER `OCSPRequest`, whatever was sent. May wait for the disk and for a key to be opened.
  public func respond(to requestDER: [UInt8], at now: UnixTime) -> OCSPReply {
    guard let question = OCSPQuestion(requestDER) else { return OCSPReply(failure: .malformedRequest) }
    do throws(AuthorityError) {
      let snapshot = try snapshot()
      if let certID = question.simple,
        let known = memory.withLock({ $0.reply(to: certID, version: snapshot.version, at: now) })
      {
        return known
      }
      return try answer(question, snapshot, at: now)
    } catch {
      return OCSPReply(failure: .internalError, problem: error.operatorText)
    }
  }

  /// The answer, where it needs neither disk nor signature: for callers that must not wait. Nil: ask ``respond(to:at:)``.
  public func remembered(_ requestDER: [UInt8], at now: UnixTime) -> OCSPReply? {
    guard let question = OCSPQuestion(requestDER) else { return OCSPReply(failure: .malformedRequest) }
    guard let certID = question.simple, let version = try? watch.version() else { return nil }
    return memory.withLock { $0.reply(to: certID, version: version, at: now) }
  }

  private func snapshot() throws(AuthorityError) -> OCSPSnapshot {
    // Asked before anything is read: what changes meanwhile is seen by the next question.
    let version = try version()
    if let known = memory.withLock({ $0.snapshot }), known.version == version { return known }
    let fresh = try ledger.ocspSnapshot(version: version, layout: layout)
    memory.withLock { $0.adopt(fresh) }
    return fresh
  }

  /// Waits where the ledger is locked for a moment, as after a kill -9.
  private func version() throws(AuthorityError) -> Int64 {
    if let version = try? watch.version() { return version }
    _ = try ledger.version()
    return try watch.version()
  }

  private func answer(_ question: OCSPQuestion, _ snapshot: OCSPSnapshot, at now: UnixTime) throws(AuthorityError)
    -> OCSPReply
  {
    // RFC 5019 §2.2.3: of other CAs' certificates nothing can be said with authority.
    guard let issuer = question.certIDs.lazy.compactMap(snapshot.issuer).first else {
      return OCSPReply(failure: .unauthorized)
    }
    let signer: OCSPSigner
    switch self.signer(of: issuer, at: now) {
    case .success(let found): signer = found
    case .failure(let missing): return OCSPReply(failure: .tryLater, problem: missing.operatorText)
    }
    let nextUpdate = min(UnixTime(now.seconds + validity), max(now, signer.certificate.notAfter))
    let statuses = try statuses(question.certIDs, issuer)
    let singles = zip(question.certIDs, statuses).map {
      OCSPSingleResponse($0, $1, thisUpdate: now, nextUpdate: nextUpdate)
    }
    let isCacheable = question.nonce == nil && !statuses.contains(.unknown)
    let basic = try signer.sign(singles, nonce: question.nonce, at: now)
    let reply = OCSPReply(basic, thisUpdate: now, nextUpdate: nextUpdate, isCacheable: isCacheable)
    if isCacheable, let certID = question.simple {
      memory.withLock { $0.remember(reply, for: certID, version: snapshot.version) }
    }
    return reply
  }

  private func signer(of issuer: OCSPIssuer, at now: UnixTime) -> Result<OCSPSigner, OCSPSignerMissing> {
    if let delegate = issuer.delegate, delegate.isValid(at: now) { return .success(delegate) }
    return ownKeys.signer(of: issuer, at: now)
  }

  /// One signature is good for one CA's certificates (RFC 6960 §4.2.2.2): those of others are unknown to its signer,
  /// whether they are of this directory or not.
  private func statuses(_ certIDs: [OCSPCertID], _ issuer: OCSPIssuer) throws(AuthorityError)
    -> [OCSPSingleResponse.Status]
  {
    let known = try ledger.ocspStatuses(of: certIDs.map(\.serialNumber), authority: issuer.id)
    return zip(certIDs, known).map { certID, status in
      guard issuer.isIssuer(of: certID) else { return .unknown }
      // A root is not among the certificates that it issued.
      let isRootItself = issuer.certificate.isSelfIssued && certID.serialNumber == issuer.certificate.serialNumber
      return isRootItself ? .good : status
    }
  }
}

extension OCSPSigner {
  fileprivate func sign(_ singles: [OCSPSingleResponse], nonce: [UInt8]?, at now: UnixTime) throws(AuthorityError)
    -> BasicOCSPResponse
  {
    do {
      return try BasicOCSPResponse.build(
        singles, responderID: .key(of: certificate), producedAt: now, key: key,
        certificates: isDelegated ? [certificate] : [], nonce: nonce)
    } catch {
      throw .cryptography(operation: "signing the OCSP answer", problem: FaultText.of(error))
    }
  }
}

extension OCSPResponder {
  /// Renews the delegated signers that have a third of their life left, where the CA's key can be opened. To be called at
  /// the start and from time to time, on a thread that may wait.
  ///
  /// - Returns: what keeps answers from being signed, now or soon, in words for the operator.
  public func maintain(at now: UnixTime) -> [String] {
    do throws(AuthorityError) {
      return try snapshot().issuers.compactMap { maintain($0, at: now) }
    } catch {
      return [error.operatorText]
    }
  }

  private func maintain(_ issuer: OCSPIssuer, at now: UnixTime) -> String? {
    guard let delegate = issuer.delegate else {
      if case .failure(let missing) = ownKeys.signer(of: issuer, at: now) { return missing.operatorText }
      return nil
    }
    // One that ends with the CA itself is the last.
    guard delegate.isDue(at: now), delegate.certificate.notAfter < issuer.certificate.notAfter else { return nil }
    do throws(AuthorityError) {
      try renew(delegate, of: issuer, at: now)
      return nil
    } catch {
      let verb = delegate.isValid(at: now) ? "ends" : "ended"
      return """
        the OCSP signer of the CA \(issuer.name) \(verb) on \(delegate.certificate.notAfter.rfc3339) and could not be \
        renewed: run `countersign ca ocsp-signer --ca \(issuer.name)` (\(error.operatorText))
        """
    }
  }

  private func renew(_ delegate: OCSPSigner, of issuer: OCSPIssuer, at now: UnixTime) throws(AuthorityError) {
    let actor = Operator(name: "OCSP responder", clock: { now })
    let directory = try AuthorityDirectory.open(layout.root, as: actor)
    let signer = try directory.unlock(issuer.name, passphrase: passphrase)
    var request = OCSPSignerRequest()
    request.lifetime = delegate.certificate.notAfter.seconds - delegate.certificate.notBefore.seconds
    // Another process may have been faster.
    request.renewWithin = request.lifetime / 3
    request.why = "the one before ends on \(delegate.certificate.notAfter.rfc3339)"
    try directory.makeOCSPSigner(request, signer: signer)
  }
}
