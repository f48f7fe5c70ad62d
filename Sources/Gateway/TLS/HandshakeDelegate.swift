import NIOCore
import PKI
import TLSEngine
import Trust

/// Answers the engine's questions during one client's handshake: which server, is this chain good, may this session resume.
final class HandshakeDelegate: TLSServerDelegate {
  let connection: ClientConnection
  let eventLoop: EventLoop
  let errorLog: ErrorLogRuntime
  private let trace: HandshakeTrace?
  private(set) var tls: ServerTLS.State?
  /// Found while a session was being considered; they count only if that session was resumed.
  private var resumed: [HandshakeVerdict] = []
  /// What another thread found.
  var elsewhere: ElsewhereFindings?

  init(_ connection: ClientConnection, eventLoop: EventLoop, errorLog: ErrorLogRuntime) {
    self.connection = connection
    self.eventLoop = eventLoop
    self.errorLog = errorLog
    trace = HandshakeTrace(errorLog, connection: connection.number)
  }

  var now: UnixTime { UnixTime(TLSServerConfiguration.systemTime()) }

  func contextForServerName(_ name: [UInt8]?) -> TLSServerContext? {
    if let name, let host = HostName(name), !findServer(named: host) { return nil }
    tls = connection.server.tls?.state
    if let name { trace?.hello(name: name, server: connection.server.name) }
    return tls?.context
  }

  /// - Returns: `false` where nobody knows whose name it is.
  private func findServer(named host: HostName) -> Bool {
    do throws(EvaluationFailure) {
      connection.server = try connection.listener.server(named: host.name, for: nil)
      return true
    } catch {
      errorLog.write(.alert, connection: connection.number, "\(error.message) while SSL handshaking")
      return false
    }
  }

  func verifyPeer(_ chain: [[UInt8]], connection engine: TLSConnection) -> PeerDecision {
    guard let tls, tls.verifier != nil else { return .accept }
    let chain = PresentedChain(chain, unread: engine.unreadPeerCertificates)
    trace?.presented(chain)
    return begin(chain, tls, engine)
  }

  private func begin(_ chain: PresentedChain, _ tls: ServerTLS.State, _ engine: TLSConnection) -> PeerDecision {
    guard let points = tls.distributionPoints else { return judge(chain, tls, engine) }
    guard let plan = plan(points, chain, tls) else {
      judgeElsewhere(tls.judges[...], chain, points, engine) { [self] in
        let decision = begin(chain, tls, engine)
        if decision != .pending { engine.peerVerified(decision) }
      }
      return .pending
    }
    return fetches(plan, by: points, for: chain, tls, engine) ? .pending : judge(chain, tls, engine)
  }

  /// What CRLs the chain names and its verdict wants for; `nil` where that is not found out on an event loop.
  private func plan(
    _ points: DistributionPointCheck, _ chain: PresentedChain, _ tls: ServerTLS.State
  ) -> DistributionPointCheck.Plan? {
    if let plan = elsewhere?.plan { return plan }
    var plan = DistributionPointCheck.Plan()
    for judge in tls.judges {
      guard let verdict = judge.verifier.briefVerdict(on: chain, at: now),
        let more = points.plan(for: verdict, by: judge.verifier, at: now, isBrief: true)
      else { return nil }
      plan.add(more)
    }
    return plan
  }

  /// Has the CRLs fetched that the chain names and that its verdict wants for; then it is judged, and the engine told.
  ///
  /// - Returns: `false` where nothing is to be fetched.
  private func fetches(
    _ plan: DistributionPointCheck.Plan, by points: DistributionPointCheck, for chain: PresentedChain,
    _ tls: ServerTLS.State, _ engine: TLSConnection
  ) -> Bool {
    if plan.points.isEmpty, plan.problems.isEmpty { return false }
    let leaf = chain.certificates.first.flatMap { try? Certificate(der: $0) }
    for problem in plan.problems { report(problem, of: leaf) }
    if plan.points.isEmpty { return false }
    points.obtain(plan, on: eventLoop) { [self] problems in
      for problem in problems { report(problem, of: leaf) }
      connection.server.tls?.takeDistributionPoints()
      let fresh = connection.server.tls?.state ?? tls
      self.tls = fresh
      let decision = judge(chain, fresh, engine)
      if decision != .pending { engine.peerVerified(decision) }
    }
    return true
  }

  private func judge(_ chain: PresentedChain, _ tls: ServerTLS.State, _ engine: TLSConnection) -> PeerDecision {
    var judges = tls.judges[...]
    // What locations say is found out when one of them is asked for, unless the handshake depends on it.
    if tls.clientStatus == nil, !endsHandshakes { judges = judges.prefix(1) }
    return settle(judges, chain, engine) ? decide() : .pending
  }

  /// Takes the verdict of each judge, the statuses of certificates included.
  ///
  /// - Returns: `false` where another thread must judge or a responder be asked first; then the engine is told later.
  private func settle(_ judges: ArraySlice<HandshakeJudge>, _ chain: PresentedChain, _ engine: TLSConnection) -> Bool {
    guard let judge = judges.first else { return true }
    let rest = judges.dropFirst()
    guard let verdict = verdict(on: chain, by: judge.verifier) else {
      // The locations' verdicts, too: one that is asked for later is then remembered.
      judgeElsewhere(tls?.judges[...] ?? judges, chain, nil, engine) { [self] in
        if settle(judges, chain, engine) { engine.peerVerified(decide()) }
      }
      return false
    }
    guard let status = tls?.clientStatus else {
      take(verdict, of: judge)
      return settle(rest, chain, engine)
    }
    let settled = status.settle(verdict, at: now, on: eventLoop) { [self] verdict, forgiven in
      if let forgiven { report(forgiven, "let in by ssl_ocsp_failure") }
      take(verdict, of: judge)
      if settle(rest, chain, engine) { engine.peerVerified(decide()) }
    }
    guard let settled else { return false }
    take(settled, of: judge)
    return settle(rest, chain, engine)
  }

  /// `nil` where it costs more than an event loop may spend, and no other thread has found it.
  private func verdict(on chain: PresentedChain, by verifier: Verifier) -> Verdict? {
    if let found = elsewhere?.verdict(by: verifier) { return found }
    let now = now
    if let known = verifier.remembered(chain.hash, at: now) {
      connection.counters.count(.verdictHits)
      return known
    }
    connection.counters.count(.verdictMisses)
    return verifier.briefVerdict(on: chain, at: now)
  }

  private func take(_ verdict: Verdict, of judge: HandshakeJudge) {
    trace?.judged(verdict, by: judge.verifier, policy: judge.policy)
    connection.take(verdict, from: judge.verifier, under: judge.policy)
    if let refusal = verdict.refusal, refusal.rule == .statusRequestFailed { report(refusal, "refused") }
  }

  private var endsHandshakes: Bool { connection.server.clientPolicy.failure == .handshake }

  /// A handshake is ended only where no place of the server would take the certificate.
  private func decide() -> PeerDecision {
    guard let finding = connection.verdict?.firstFinding, !connection.isTakenSomewhere else {
      connection.counters.count(.verified)
      return .accept
    }
    connection.counters.count(.refused(finding.rule))
    guard endsHandshakes else { return .accept }
    return .reject(TLSAlert(rawValue: finding.alert.rawValue))
  }

  private func report(_ refusal: Refusal, _ consequence: String) {
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    errorLog.write(
      .error, connection: connection.number,
      "\(refusal.detail) while requesting certificate status, \(consequence), client: \(client), "
        + "subject: \"\(refusal.subject?.rfc2253 ?? "")\", serial: \(refusal.serial?.hexString ?? "")")
  }

  private func report(_ problem: String, of leaf: Certificate?) {
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    errorLog.write(
      .error, connection: connection.number,
      "\(problem) while requesting the CRL of a client's certificate, client: \(client), "
        + "subject: \"\(leaf?.subject.rfc2253 ?? "")\", serial: \(leaf?.serialNumber.hexString ?? "")")
  }

  func handshakeCompleted(_ facts: TLSSessionFacts) {
    connection.tls = facts
    trace?.completed(facts)
    connection.counters.count(.handshake(facts.version, isResumed: facts.isResumed))
    guard facts.isResumed else {
      if tls?.verifier != nil, connection.verdict == nil { connection.counters.count(.sentNoCertificate) }
      return
    }
    if tls?.verifier != nil { connection.counters.count(resumed.isEmpty ? .sentNoCertificate : .verified) }
    for found in resumed { connection.take(found.verdict, from: found.judge.verifier, under: found.judge.policy) }
  }
}

// MARK: - Resumption

extension HandshakeDelegate {
  /// A session's client is judged anew each time; a verdict that isn't remembered, or isn't good, leads to a full handshake.
  func mayResume(_ session: ResumableSession) -> Bool {
    resumed = []
    guard let tls, tls.verifier != nil, !session.chainHash.isEmpty else { return true }
    switch verdicts(on: session.chainHash, tls) {
    case .success(let found):
      guard found.contains(where: \.verdict.isVerified) else { return refuse(.refused) }
      resumed = found
      return true
    case .failure(let missing): return refuse(missing.reason)
    }
  }

  private func refuse(_ reason: ResumptionRefusal) -> Bool {
    connection.counters.count(.resumptionRefused(reason))
    return false
  }

  /// What is not known by now, and would have to be found out.
  private struct MissingVerdict: Error {
    let reason: ResumptionRefusal
  }

  /// What each policy says of a client whose chain is remembered by one of them.
  private func verdicts(
    on chainHash: [UInt8], _ tls: ServerTLS.State
  ) -> Result<[HandshakeVerdict], MissingVerdict> {
    let now = now
    let known = tls.judges.lazy.compactMap { $0.verifier.remembered(chainHash, at: now) }.first
    guard let known else { return .failure(MissingVerdict(reason: .unknownVerdict)) }
    var found: [HandshakeVerdict] = []
    for judge in tls.judges {
      guard let verdict = judge.verifier.briefVerdict(on: known.presented, at: now) else {
        return .failure(MissingVerdict(reason: .unknownVerdict))
      }
      // A status that must be asked for leads to a full handshake, which can wait.
      guard let status = tls.clientStatus else {
        found.append(HandshakeVerdict(judge: judge, verdict: verdict))
        continue
      }
      guard let recalled = status.recalled(verdict, at: now) else {
        return .failure(MissingVerdict(reason: .status))
      }
      found.append(HandshakeVerdict(judge: judge, verdict: recalled))
    }
    return .success(found)
  }
}
