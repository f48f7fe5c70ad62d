import ConfigModel
import PKI
import TLSEngine
import Trust

/// A certificate of a server for which a response is fetched.
struct StaplingTarget: Sendable {
  /// Among the server's credentials.
  let index: Int
  let question: StatusQuestion
  let key: StatusQuestion.Key
  let responder: ResponderURL
  /// `ssl_stapling_verify`.
  let verifies: Bool
  /// The certificate's file, for the log.
  let path: String

  var judge: OCSPJudge {
    let policy = OCSPPolicy(lifeWithoutNextUpdate: .seconds(3600), requiresAuthorizedResponder: verifies)
    return OCSPJudge(certificate: question.certificate, issuer: question.issuer, policy: policy)
  }
}

/// What a server staples by asking responders.
struct StaplingPlan: Sendable {
  private(set) var targets: [StaplingTarget] = []
  /// Warnings about certificates for which nothing can be asked.
  private(set) var problems: [String] = []

  static let none = StaplingPlan()

  private init() {}

  /// - Parameter authorities: where issuers are looked for that the chains leave out.
  init(_ settings: TLSSettings, credentials: [TLSCredential], authorities: [Certificate]) {
    let configured = settings.staplingResponder.flatMap { ResponderURL($0) }
    for (index, credential) in credentials.enumerated() {
      let path = settings.certificate[index].path
      let chain = credential.chain.compactMap { try? Certificate(der: $0) }
      guard let leaf = chain.first else { continue }
      guard let issuer = (chain.dropFirst() + authorities).first(where: { leaf.isIssued(by: $0) }) else {
        problems.append("\"ssl_stapling\" ignored, issuer certificate not found for certificate \"\(path)\"")
        continue
      }
      let question = StatusQuestion(
        certificate: leaf, issuer: issuer, depth: 0, configured: configured, allowedHosts: settings.ocspHosts)
      switch question.responder() {
      case .success(let url):
        targets.append(
          StaplingTarget(
            index: index, question: question, key: question.key, responder: url,
            verifies: settings.staplingVerify, path: path))
      case .failure(let failure):
        problems.append("\"ssl_stapling\" ignored, \(failure) \"\(path)\"")
      }
    }
  }
}

extension Certificate {
  fileprivate func isIssued(by other: Certificate) -> Bool {
    guard issuer.matches(other.subject), let key = other.publicKey else { return false }
    return isSigned(by: key)
  }
}
