import PKI
import Trust

extension ClientConnection {
  /// The verdict as it is now: a certificate that expired, or was revoked since the handshake, is refused on a connection
  /// that is still open, too.
  func currentVerdict(for server: ServerRuntime) -> Verdict? {
    guard let verdict = standing.verdict, let state = server.tls?.judging, let verifier = state.verifier else {
      return standing.verdict
    }
    let now = UnixTime(WallClock.now.seconds)
    if standing.judge === verifier, state.clientStatus == nil, verdict.holds(at: now) { return verdict }
    let path = verifier.verdict(on: verdict.presented, at: now)
    let fresh = state.clientStatus?.current(path, after: verdict, at: now) ?? path
    take(fresh, from: verifier)
    return fresh
  }

  /// The verdict of a policy of the server; made on first use.
  func currentVerdict(for server: ServerRuntime, under policy: PolicyID) -> Verdict? {
    if policy == .server { return currentVerdict(for: server) }
    let known = locationStandings[policy]
    guard let presented = standing.verdict?.presented, let tls = server.tls else { return known?.verdict }
    let verifiers = tls.verifiers(of: policy)
    let status = tls.judging.clientStatus
    let now = UnixTime(WallClock.now.seconds)
    if verifiers.count == 1, let known, known.judge === verifiers[0], status == nil, let verdict = known.verdict,
      verdict.holds(at: now)
    {
      return verdict
    }
    // After a reload there may be several: one that refuses is enough.
    let verdicts = verifiers.map { ($0, $0.verdict(on: presented, at: now)) }
    guard let (judge, path) = verdicts.first(where: { !$0.1.isVerified }) ?? verdicts.last else {
      return known?.verdict
    }
    let fresh = status?.current(path, after: known?.verdict, at: now) ?? path
    take(fresh, from: judge, under: policy)
    return fresh
  }

  /// Why a client that was let in with a good certificate would not be any more, under any policy that let it in; `nil`
  /// where it would, or where `ssl_revocation_disconnect` is off.
  var lostTrust: Verdict? {
    guard server.tls?.disconnects ?? server.block.tls.revocationDisconnect else { return nil }
    for policy in [.server] + locationStandings.keys.sorted() where standing(under: policy).hadGoodCertificate {
      if let verdict = currentVerdict(for: server, under: policy), !verdict.isVerified { return verdict }
    }
    return nil
  }

  /// Waits for the next end of trust, the last one having been looked into.
  func followTrust() {
    guard let trustWatch else { return }
    trustWatch.restart()
    for verdict in [verdict] + locationStandings.values.map(\.verdict) {
      if let verdict, verdict.isVerified { trustWatch.follow(until: verdict.validUntil) }
    }
  }
}
