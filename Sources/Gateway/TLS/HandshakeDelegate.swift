import NIOCore
import PKI
import TLSEngine
import Trust

/// Answers the engine's questions during one client's handshake: which server, is this chain good, may this session resume.
final class HandshakeDelegate: TLSServerDelegate {
  private let connection: ClientConnection
  private let eventLoop: EventLoop
  private let errorLog: ErrorLogRuntime
  private var tls: ServerTLS.State?
  /// Found while a session was being considered; it counts only if that session was resumed.
  private var resumedVerdict: Verdict?

  init(_ connection: ClientConnection, eventLoop: EventLoop, errorLog: ErrorLogRuntime) {
    self.connection = connection
    self.eventLoop = eventLoop
    self.errorLog = errorLog
  }

  private var now: UnixTime { UnixTime(TLSServerConfiguration.systemTime()) }

  func contextForServerName(_ name: [UInt8]?) -> TLSServerContext? {
    if let name, let host = HostName(name) {
      connection.server = connection.listener.server(named: host.name, for: nil)
    }
    tls = connection.server.tls?.state
    return tls?.context
  }

  func verifyPeer(_ chain: [[UInt8]], connection engine: TLSConnection) -> PeerDecision {
    guard let tls, let verifier = tls.verifier else { return .accept }
    let verdict = verdict(on: PresentedChain(chain), by: verifier)
    guard let status = tls.clientStatus else { return decide(verdict) }
    let settled = status.settle(verdict, at: now, on: eventLoop) { [self] verdict, forgiven in
      if let forgiven { report(forgiven, "let in by ssl_ocsp_failure") }
      engine.peerVerified(decide(verdict))
    }
    return settled.map(decide) ?? .pending
  }

  private func verdict(on chain: PresentedChain, by verifier: Verifier) -> Verdict {
    let now = now
    if let known = verifier.remembered(chain.hash, at: now) {
      connection.counters.count(.verdictHits)
      return known
    }
    connection.counters.count(.verdictMisses)
    return verifier.verdict(on: chain, at: now)
  }

  private func decide(_ verdict: Verdict) -> PeerDecision {
    connection.counters.count(verdict.firstFinding.map { .refused($0.rule) } ?? .verified)
    connection.verdict = verdict
    connection.judge = tls?.verifier
    if let refusal = verdict.refusal, refusal.rule == .statusRequestFailed { report(refusal, "refused") }
    guard connection.server.clientPolicy.failure == .handshake, let finding = verdict.firstFinding else {
      return .accept
    }
    return .reject(TLSAlert(rawValue: finding.alert.rawValue))
  }

  /// A session's client is judged anew each time; a verdict that isn't remembered, or isn't good, leads to a full handshake.
  func mayResume(_ session: ResumableSession) -> Bool {
    resumedVerdict = nil
    guard let verifier = tls?.verifier, !session.chainHash.isEmpty else { return true }
    guard let verdict = verifier.remembered(session.chainHash, at: now) else { return refuse(.unknownVerdict) }
    guard verdict.isVerified else { return refuse(.refused) }
    // A status that must be asked for leads to a full handshake, which can wait.
    if let status = tls?.clientStatus, status.recalled(verdict, at: now)?.isVerified != true { return refuse(.status) }
    resumedVerdict = verdict
    return true
  }

  private func refuse(_ reason: ResumptionRefusal) -> Bool {
    connection.counters.count(.resumptionRefused(reason))
    return false
  }

  private func report(_ refusal: Refusal, _ consequence: String) {
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    errorLog.write(
      .error, connection: connection.number,
      "\(refusal.detail) while requesting certificate status, \(consequence), client: \(client), "
        + "subject: \"\(refusal.subject?.rfc2253 ?? "")\", serial: \(refusal.serial?.hexString ?? "")")
  }

  func handshakeCompleted(_ facts: TLSSessionFacts) {
    connection.tls = facts
    connection.counters.count(.handshake(facts.version, isResumed: facts.isResumed))
    guard facts.isResumed else {
      if tls?.verifier != nil, connection.verdict == nil { connection.counters.count(.sentNoCertificate) }
      return
    }
    if tls?.verifier != nil { connection.counters.count(resumedVerdict == nil ? .sentNoCertificate : .verified) }
    connection.verdict = resumedVerdict
    connection.judge = tls?.verifier
  }
}
