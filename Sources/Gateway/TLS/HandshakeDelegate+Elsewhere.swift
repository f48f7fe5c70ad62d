import PKI
import TLSEngine
import Trust

/// What another thread found out of one chain.
struct ElsewhereFindings: Sendable {
  private(set) var verdicts: [(verifier: Verifier, verdict: Verdict)] = []
  /// `nil` where no CRL may be fetched.
  var plan: DistributionPointCheck.Plan?

  mutating func add(_ verdict: Verdict, by verifier: Verifier) { verdicts.append((verifier, verdict)) }

  func verdict(by verifier: Verifier) -> Verdict? { verdicts.first { $0.verifier === verifier }?.verdict }
}

extension HandshakeDelegate {
  /// Has another thread judge, which costs more than this loop may spend; then `resume` is called. Where too much is under
  /// way the handshake ends.
  func judgeElsewhere(
    _ judges: ArraySlice<HandshakeJudge>, _ chain: PresentedChain, _ points: DistributionPointCheck?,
    _ engine: TLSConnection, then resume: @escaping () -> Void
  ) {
    let now = now
    let verifiers = judges.map(\.verifier)
    let isBegun = HardVerdicts.shared.run(for: ClientNetwork(connection), on: eventLoop) {
      Self.findings(verifiers, chain, points, at: now)
    } completion: { [self] found in
      elsewhere = found
      resume()
    }
    connection.counters.count(isBegun ? .hardVerdicts : .hardVerdictsRefused)
    guard !isBegun else { return }
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    errorLog.write(
      .info, connection: connection.number,
      "too many certificate chains that are hard to verify are under way, handshake refused, client: \(client)")
    // The engine waits for its answer to the question that led here.
    eventLoop.assumeIsolated().execute { engine.peerVerified(.reject(.internalError)) }
  }

  private static func findings(
    _ verifiers: [Verifier], _ chain: PresentedChain, _ points: DistributionPointCheck?, at now: UnixTime
  ) -> ElsewhereFindings {
    var found = ElsewhereFindings()
    if points != nil { found.plan = DistributionPointCheck.Plan() }
    for verifier in verifiers {
      let verdict = verifier.verdict(on: chain, at: now)
      found.add(verdict, by: verifier)
      if let more = points?.plan(for: verdict, by: verifier, at: now, isBrief: false) { found.plan?.add(more) }
    }
    return found
  }
}
