import Trust

extension Request {
  /// The verdict on the client of the place that is about to answer; `nil` where no certificate was sent or asked for.
  var clientVerdict: Verdict? { connection.standing(under: effective.clientTrust).verdict }

  /// What a policy has against the client's certificate, as a status, the log saying why; `nil` where the client may go on.
  ///
  /// - Parameter policy: one of the server's locations'; `nil`: the server's own.
  func certificateRefusal(under policy: Int?) -> Int? {
    let rules = server.clientPolicy
    guard rules.verifies else { return nil }
    guard let verdict = connection.currentVerdict(for: server, under: policy) else {
      if rules.mode != .on { return nil }
      connection.counters.count(.requestRefused(.noCertificate))
      log(.info, "client sent no required SSL certificate")
      return 496
    }
    if verdict.isVerified || rules.failure == .continue { return nil }
    if rules.mode == .optionalNoCA, verdict.isMerelyUntrusted { return nil }
    connection.counters.count(.requestRefused(.certificate))
    let refusal = ClientRefusal(verdict)
    refusalID = refusal.id
    log(.error, refusal.line("client SSL certificate verify error: (\(verdict.refusalText))"))
    return 495
  }

  /// What the place that is about to answer has against the client's certificate, as a status; `nil` where nothing.
  ///
  /// Where locations have CAs of their own, a place is only reached by the verdict of its own policy: whenever a rewrite, an
  /// internal redirect or an error page leads to a place of another policy, that one is asked. A policy that refused the
  /// client is not asked again for the page of its refusal, as nginx serves the pages of 495 and 496 to those refused.
  func trustRefusal() -> Int? {
    guard server.hasLocationTrust else { return nil }
    let policy = effective.clientTrust
    if phases.judgedBy == JudgedPolicy(policy) { return nil }
    phases.judgedBy = JudgedPolicy(policy)
    guard connection.listener.setting.isTLS else { return refusalWithoutTLS(under: policy) }
    return certificateRefusal(under: policy)
  }

  /// Ends the request where the place does not trust the client.
  func trustsClient() -> Bool {
    guard let status = trustRefusal() else { return true }
    finalize(status: status)
    return false
  }

  /// A place with CAs of its own is not open to those who come without TLS, where certificates are required.
  private func refusalWithoutTLS(under policy: Int?) -> Int? {
    guard policy != nil, server.clientPolicy.mode == .on else { return nil }
    connection.counters.count(.requestRefused(.noCertificate))
    log(.error, "access forbidden: this place requires a client certificate, and none can be asked for without TLS")
    return 403
  }
}
