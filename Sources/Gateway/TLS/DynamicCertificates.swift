import ConfigModel
import ConfigSyntax
import Cryptography
import NIOCore
import TLSEngine
import Transport
import TrustFeeds

/// Certificates of a server whose names have variables: chosen when a ClientHello was read, loaded off the event loop.
final class DynamicCertificates: Sendable {
  private let templates: CertificateTemplates
  private let memory: CertificateMemory<TLSServerContext>
  private let passphrases: TrustFeed<[[UInt8]], Diagnostic>?

  /// `nil` where no name has variables.
  init?(_ settings: TLSSettings, compile: CompileContext) throws(Diagnostic) {
    guard settings.choosesCertificates else { return nil }
    templates = try CertificateTemplates(settings.certificate, settings.certificateKey, compile: compile)
    memory = CertificateMemory(settings.certificateCache)
    passphrases = try settings.passwordFile?.passphraseFeed(for: "ssl_password_file")
  }

  /// What is read beside the certificates.
  var feeds: [any TrustFeeding] { [passphrases].compactMap { $0 } }

  /// The context for a connection, now or later on its event loop.
  ///
  /// - Returns: `nil` where `completion` will be called.
  func context(
    for request: Request, base: TLSServerContext, on loop: EventLoop,
    completion: @escaping (Result<TLSServerContext, CredentialFailure>) -> Void
  ) -> Result<TLSServerContext, CredentialFailure>? {
    let names: CertificateNames
    do throws(CredentialFailure) {
      names = try templates.names(for: request)
    } catch {
      return .failure(error)
    }
    let now = Duration.nanoseconds(Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    if let context = memory.fresh(names, base: base, at: now) { return .success(context) }
    BlockingThreads.shared.run(on: loop) { [self] in
      load(names, base, now)
    } completion: {
      completion($0)
    }
    return nil
  }

  private func load(
    _ names: CertificateNames, _ base: TLSServerContext, _ now: Duration
  ) -> Result<TLSServerContext, CredentialFailure> {
    do throws(CredentialFailure) {
      return .success(
        try memory.load(names, base: base, at: now) { [passphrases] names, texts throws(CredentialFailure) in
          try Self.context(names, try names.credentials(in: texts, passphrases: passphrases?.value ?? []), base)
        })
    } catch {
      return .failure(error)
    }
  }

  /// The base's settings with these credentials. Sessions are bound to the certificate that was shown: another name's
  /// certificate is another policy.
  private static func context(
    _ names: CertificateNames, _ credentials: [TLSCredential], _ base: TLSServerContext
  ) throws(CredentialFailure) -> TLSServerContext {
    var configuration = base.configuration
    configuration.credentials = credentials
    configuration.choosesCredentials = false
    var hasher = SHA256Hasher()
    hasher.update(configuration.policyID)
    for credential in credentials { hasher.update(Digest.sha256.hash(credential.chain.first ?? [])) }
    configuration.policyID = hasher.finalize()
    do throws(TLSConfigurationError) {
      return try TLSServerContext(configuration)
    } catch {
      throw .unusable(names.text(of: error), error.certificateReason)
    }
  }
}

extension CertificateNames {
  /// The pair that an error is about.
  func text(of error: TLSConfigurationError) -> String {
    switch error {
    case .emptyChain(let index), .unusableCertificate(let index, _), .keyMismatch(let index, _):
      index < pairs.count ? pairs[index].certificate.name : ""
    default: pairs.first?.certificate.name ?? ""
    }
  }
}

extension TLSConfigurationError {
  var certificateReason: String {
    switch self {
    case .keyMismatch: "the key is not that of the certificate"
    case .unusableCertificate(_, let reason): reason.name
    default: "\(self)"
    }
  }
}
