import Trust

/// Who judges clients under one policy of a server.
struct HandshakeJudge {
  let verifier: Verifier
  let policy: PolicyID
}

/// What one policy says of a client.
struct HandshakeVerdict {
  let judge: HandshakeJudge
  let verdict: Verdict
}

extension HandshakeJudge {
  /// The server's own first; none where no certificate is asked for.
  static func all(_ verifier: Verifier?, locations: [Verifier]) -> [HandshakeJudge] {
    guard let verifier else { return [] }
    return [HandshakeJudge(verifier: verifier, policy: .server)]
      + locations.enumerated().map { HandshakeJudge(verifier: $1, policy: .location($0)) }
  }
}

extension ClientConnection {
  /// Whether any policy that was asked takes the client's certificate.
  var isTakenSomewhere: Bool {
    verdict?.isVerified == true || locationStandings.values.contains { $0.verdict?.isVerified == true }
  }
}
