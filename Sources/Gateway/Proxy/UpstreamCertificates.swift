import ConfigModel
import ConfigSyntax
import NIOCore
import TLSEngine
import Transport
import TrustFeeds

/// `proxy_ssl_certificate` with variables: the context for each request's certificate.
///
/// Each certificate has a context of its own, so that neither sessions nor connections are shared between identities.
final class UpstreamCertificates: Sendable {
  private let templates: CertificateTemplates
  private let memory: CertificateMemory<TLSClientContext>
  private let passphrases: TrustFeed<[[UInt8]], Diagnostic>?

  /// `nil` where the name has no variables.
  init?(
    _ settings: ProxyTLSSettings, passphrases: TrustFeed<[[UInt8]], Diagnostic>?, compile: CompileContext
  ) throws(Diagnostic) {
    guard settings.choosesCertificate, let certificate = settings.certificate, let key = settings.certificateKey else {
      return nil
    }
    templates = try CertificateTemplates([certificate], [key], compile: compile)
    memory = CertificateMemory(settings.certificateCache)
    self.passphrases = passphrases
  }

  /// The context for a request, now or later on its event loop.
  ///
  /// - Parameter base: shows no certificate.
  /// - Returns: `nil` where `completion` will be called.
  func context(
    for request: Request, base: TLSClientContext,
    completion: @escaping (Result<TLSClientContext, CredentialFailure>) -> Void
  ) -> Result<TLSClientContext, CredentialFailure>? {
    let names: CertificateNames
    do throws(CredentialFailure) {
      names = try templates.names(for: request)
    } catch {
      return .failure(error)
    }
    if names.pairs.isEmpty { return .success(base) }
    let now = Duration.nanoseconds(Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    if let context = memory.fresh(names, base: base, at: now) { return .success(context) }
    BlockingThreads.shared.run(on: request.exchange.eventLoop) { [self] in
      load(names, base, now)
    } completion: {
      completion($0)
    }
    return nil
  }

  private func load(
    _ names: CertificateNames, _ base: TLSClientContext, _ now: Duration
  ) -> Result<TLSClientContext, CredentialFailure> {
    do throws(CredentialFailure) {
      return .success(
        try memory.load(names, base: base, at: now) { [passphrases] names, texts throws(CredentialFailure) in
          try Self.context(names, try names.credentials(in: texts, passphrases: passphrases?.value ?? []), base)
        })
    } catch {
      return .failure(error)
    }
  }

  private static func context(
    _ names: CertificateNames, _ credentials: [TLSCredential], _ base: TLSClientContext
  ) throws(CredentialFailure) -> TLSClientContext {
    var configuration = base.configuration
    configuration.credentials = credentials
    do throws(TLSConfigurationError) {
      return try TLSClientContext(configuration)
    } catch {
      throw .unusable(names.text(of: error), error.certificateReason)
    }
  }
}
