import PKI
import TLSEngine
import Trust

/// Answers the engine's questions during one client's handshake: which server, is this chain good, may this session resume.
final class HandshakeDelegate: TLSServerDelegate {
  private let connection: ClientConnection
  private var tls: ServerTLS.State?
  /// Found while a session was being considered; it counts only if that session was resumed.
  private var resumedVerdict: Verdict?

  init(_ connection: ClientConnection) {
    self.connection = connection
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
    guard let verifier = tls?.verifier else { return .accept }
    let verdict = verifier.verdict(on: PresentedChain(chain), at: now)
    connection.verdict = verdict
    connection.judge = verifier
    guard connection.server.clientPolicy.failure == .handshake, let finding = verdict.firstFinding else {
      return .accept
    }
    return .reject(TLSAlert(rawValue: finding.alert.rawValue))
  }

  /// A session's client is judged anew each time; a verdict that isn't remembered, or isn't good, leads to a full handshake.
  func mayResume(_ session: ResumableSession) -> Bool {
    resumedVerdict = nil
    guard let verifier = tls?.verifier, !session.chainHash.isEmpty else { return true }
    guard let verdict = verifier.remembered(session.chainHash, at: now), verdict.isVerified else { return false }
    resumedVerdict = verdict
    return true
  }

  func handshakeCompleted(_ facts: TLSSessionFacts) {
    connection.tls = facts
    guard facts.isResumed else { return }
    connection.verdict = resumedVerdict
    connection.judge = tls?.verifier
  }
}
