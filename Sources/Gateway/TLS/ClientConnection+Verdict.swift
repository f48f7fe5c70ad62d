import PKI
import Trust

extension ClientConnection {
  /// The verdict as it is now: a certificate that expired, or was revoked since the handshake, is refused on a connection
  /// that is still open, too.
  func currentVerdict(for server: ServerRuntime) -> Verdict? {
    guard let verdict, let state = server.tls?.state, let verifier = state.verifier else { return verdict }
    let now = UnixTime(WallClock.now.seconds)
    if judge === verifier, state.clientStatus == nil, verdict.holds(at: now) { return verdict }
    judge = verifier
    let path = verifier.verdict(on: verdict.presented, at: now)
    let fresh = state.clientStatus?.current(path, after: verdict, at: now) ?? path
    if fresh === verdict { return verdict }
    self.verdict = fresh
    return fresh
  }

  /// Why a client that was let in with a good certificate would not be any more; `nil` where it would, or where
  /// `ssl_revocation_disconnect` is off.
  var lostTrust: Verdict? {
    guard server.block.tls.revocationDisconnect, hadGoodCertificate, let verdict = currentVerdict(for: server),
      !verdict.isVerified
    else { return nil }
    return verdict
  }
}
