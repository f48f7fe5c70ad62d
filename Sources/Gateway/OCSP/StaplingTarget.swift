import ConfigModel
import ContentService
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
  let source: StapleSource
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

  /// Nothing is asked.
  ///
  /// - Parameter problems: what is wrong besides certificates that must be stapled and are not.
  init(unasked credentials: [TLSCredential], _ settings: TLSSettings, problems: [String] = []) {
    self.problems = problems
    for (index, credential) in credentials.enumerated() {
      guard credential.ocspResponse == nil, credential.mustBeStapled else { continue }
      let why = settings.stapling ? "\"ssl_stapling_file\" has none" : "\"ssl_stapling\" is off"
      self.problems.append(
        "certificate \"\(settings.certificate[index].path)\" must be served with an OCSP response (RFC 7633), and "
          + "\(why): clients may refuse it")
    }
  }

  /// - Parameters:
  ///   - authorities: where issuers are looked for that the chains leave out.
  ///   - tls: whom https responders are verified by.
  ///   - service: the CA in this process, where it is the responder.
  init(
    _ settings: TLSSettings, credentials: [TLSCredential], authorities: [Certificate], tls: FetchTLS?,
    service: (any ContentService)?
  ) {
    let configured = settings.staplingResponder.flatMap { FetchURL(network: $0) }
    for (index, credential) in credentials.enumerated() {
      let path = settings.certificate[index].path
      let chain = credential.chain.compactMap { try? Certificate(der: $0) }
      guard let leaf = chain.first else { continue }
      guard let issuer = (chain.dropFirst() + authorities).first(where: { leaf.isIssued(by: $0) }) else {
        problems.append(
          "\"ssl_stapling\" ignored, issuer certificate not found for certificate \"\(path)\"" + credential.consequence)
        continue
      }
      let question = StatusQuestion(
        certificate: leaf, issuer: issuer, depth: 0, configured: configured, allowedHosts: settings.ocspResponderHosts,
        tls: tls)
      switch StapleSource.of(question, service) {
      case .success(let source):
        targets.append(
          StaplingTarget(
            index: index, question: question, key: question.key, source: source,
            verifies: settings.staplingVerify, path: path))
      case .failure(let failure):
        problems.append("\"ssl_stapling\" ignored, \(failure) \"\(path)\"" + credential.consequence)
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

extension TLSCredential {
  /// Whether the certificate asks clients to insist on an OCSP response ("Must-Staple").
  fileprivate var mustBeStapled: Bool {
    guard let leaf = chain.first, let certificate = try? Certificate(der: leaf),
      let feature = try? certificate.tlsFeature()
    else { return false }
    return feature.features.contains(TLSFeature.statusRequest)
  }

  fileprivate var consequence: String {
    mustBeStapled ? "; it must be served with an OCSP response (RFC 7633): clients may refuse it" : ""
  }
}
