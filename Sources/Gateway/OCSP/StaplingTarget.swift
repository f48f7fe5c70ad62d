import ConfigModel
import Fetch
import PKI
import TLSEngine
import Trust

/// A certificate of a server for which a response is fetched.
struct StaplingTarget: Sendable {
  /// Among the server's credentials.
  let index: Int
  let question: StatusQuestion
  let key: StatusQuestion.Key
  let responders: [FetchURL]
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

  /// Nothing is asked; `problems` are for the log.
  init(problems: [String]) { self.problems = problems }

  /// - Parameters:
  ///   - authorities: where issuers are looked for that the chains leave out.
  ///   - tls: whom https responders are verified by.
  init(_ settings: TLSSettings, credentials: [TLSCredential], authorities: [Certificate], tls: FetchTLS?) {
    let configured = settings.staplingResponder.flatMap { FetchURL(network: $0) }
    for (index, credential) in credentials.enumerated() {
      let path = settings.certificate[index].path
      let chain = credential.chain.compactMap { try? Certificate(der: $0) }
      guard let leaf = chain.first else { continue }
      guard let issuer = (chain.dropFirst() + authorities).first(where: { leaf.isIssued(by: $0) }) else {
        problems.append("\"ssl_stapling\" ignored, issuer certificate not found for certificate \"\(path)\"")
        continue
      }
      let question = StatusQuestion(
        certificate: leaf, issuer: issuer, depth: 0, configured: configured, allowedHosts: settings.ocspResponderHosts,
        tls: tls)
      switch question.responders() {
      case .success(let urls):
        targets.append(
          StaplingTarget(
            index: index, question: question, key: question.key, responders: urls,
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

extension TLSSettings {
  /// `ssl_ocsp_hosts`; any where it is absent.
  var ocspResponderHosts: AllowedHosts { ocspHosts.isEmpty ? .any : AllowedHosts(ocspHosts) }
}
