import Trust

/// What one policy says of a connection's client, and what was made from that.
struct ClientStanding {
  /// `nil` where no certificate was asked for or none was sent.
  private(set) var verdict: Verdict? {
    didSet {
      certificateTexts = nil
      admissions = [:]
      if verdict?.isVerified == true { hadGoodCertificate = true }
    }
  }
  /// Whether a verdict of this policy on this connection was good once.
  private(set) var hadGoodCertificate = false
  /// Who judged the chain last: trust or CRLs may be replaced while the connection lives.
  private(set) var judge: Verifier?
  /// What was decided on the client by each set of rules, for the verdict of now.
  private(set) var admissions: [ObjectIdentifier: ClientAccessRules.Decision] = [:]
  /// Made from `verdict` when a variable asks.
  private var certificateTexts: CertificateTexts?

  mutating func take(_ verdict: Verdict?, from judge: Verifier?) {
    self.judge = judge
    if verdict !== self.verdict { self.verdict = verdict }
  }

  /// What these rules say of the client; asked once for each set of rules while the verdict lasts.
  mutating func admission(under access: ClientAccess) -> ClientAccessRules.Decision {
    let key = ObjectIdentifier(access)
    if let known = admissions[key] { return known }
    let decision = access.rules.decide(on: verdict)
    admissions[key] = decision
    return decision
  }

  /// `nil` where the client sent no certificate.
  mutating func certificate() -> CertificateTexts? {
    if let certificateTexts { return certificateTexts }
    guard let verdict else { return nil }
    certificateTexts = CertificateTexts(verdict)
    return certificateTexts
  }
}
