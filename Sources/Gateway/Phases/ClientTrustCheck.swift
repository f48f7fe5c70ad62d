import Trust

extension Request {
  /// The verdict on the client of the place that is about to answer; `nil` where no certificate was sent or asked for.
  var clientVerdict: Verdict? { connection.standing(under: effective.clientTrust).verdict }

  /// What the policy of the place has against the client, as a status; `nil` where nothing.
  ///
  /// Where locations have CAs of their own, a place is only reached by the verdict of its own policy: whenever a rewrite, an
  /// internal redirect or an error page leads to a place of another policy, that one is asked. What a policy said holds until
  /// another was asked; that it refused is passed over for the page of this refusal alone.
  func policyRefusal() -> Int? {
    let policy = effective.clientTrust
    if let judged = phases.judged, judged.policy == policy {
      return judged.refusal == nil || isAtPageOfRefusal ? nil : judged.refusal
    }
    let refusal = refusal(under: policy)
    phases.judged = PolicyJudgement(policy: policy, refusal: refusal)
    return refusal
  }

  /// Ends the request where the policy of the place refuses the client.
  func trustsClient() -> Bool {
    guard let status = policyRefusal() else { return true }
    traceJudgement(.refused(status))
    finalize(status: status)
    return false
  }

  private func refusal(under policy: PolicyID) -> Int? {
    guard connection.listener.setting.isTLS else { return refusalWithoutTLS(under: policy) }
    guard connection.isTLS else { return server.clientPolicy.mode == .on ? 497 : nil }
    guard isDirected else { return 421 }
    return certificateRefusal(under: policy)
  }

  /// What a policy has against the client's certificate, the log saying why.
  private func certificateRefusal(under policy: PolicyID) -> Int? {
    let rules = server.clientPolicy
    guard rules.verifies else { return nil }
    guard let verdict = connection.currentVerdict(for: server, under: policy) else {
      if rules.mode != .on { return nil }
      connection.counters.count(.requestRefused(.noCertificate))
      tell(ClientRefusal(RequestRule.noCertificate), .info, "client sent no required SSL certificate")
      return 496
    }
    if verdict.isVerified || rules.failure == .continue { return nil }
    if rules.mode == .optionalNoCA, verdict.isMerelyUntrusted { return nil }
    connection.counters.count(.requestRefused(.certificate))
    tell(ClientRefusal(verdict), .error, "client SSL certificate verify error: (\(verdict.refusalText))")
    return 495
  }

  /// A place with CAs of its own is not open to those who come without TLS, where certificates are required.
  private func refusalWithoutTLS(under policy: PolicyID) -> Int? {
    guard policy != .server, server.clientPolicy.mode == .on else { return nil }
    connection.counters.count(.requestRefused(.noCertificate))
    tell(
      ClientRefusal(RequestRule.noTLS), .error,
      "access forbidden: this place requires a client certificate, and none can be asked for without TLS")
    return 403
  }
}

/// What a policy said of a request's client.
struct PolicyJudgement {
  let policy: PolicyID
  /// `nil` where it has nothing against the client.
  let refusal: Int?
}
