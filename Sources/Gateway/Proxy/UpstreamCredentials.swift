import ConfigModel
import ConfigSyntax
import PKI
import TLSEngine
import TrustFeeds

/// `proxy_ssl_certificate` and its key: what the gateway shows to an upstream that asks.
enum UpstreamCredentials {
  /// `nil` where no certificate is shown, or a variable chooses it.
  ///
  /// - Throws: names the file that can't be read, is no certificate or key, or is locked.
  static func feed(_ settings: ProxyTLSSettings) throws(Diagnostic) -> TrustFeed<TLSCredential, Diagnostic>? {
    guard let certificate = settings.certificate else { return nil }
    guard let key = settings.certificateKey else {
      throw Diagnostic(
        "no \"proxy_ssl_certificate_key\" is defined for certificate \"\(certificate.path)\"", at: certificate.position)
    }
    if settings.choosesCertificate { return nil }
    let passwords = settings.passwordFile
    let files = [certificate, key, passwords].compactMap { $0 }.filter { !$0.isWrittenOut }
    return try TrustFeed(files.map(\.path)) { _ throws(Diagnostic) in
      .init(try credential(certificate, key, passphrases: passwords?.passphrases(for: "proxy_ssl_password_file") ?? []))
    }
  }

  private static func credential(
    _ certificate: PathReference, _ key: PathReference, passphrases: [[UInt8]]
  ) throws(Diagnostic) -> TLSCredential {
    let chainText = try certificate.credentialBytes(for: "proxy_ssl_certificate")
    let keyText = try key.credentialBytes(for: "proxy_ssl_certificate_key")
    let credential: TLSCredential
    do throws(CredentialFailure) {
      credential = TLSCredential(
        chain: try CredentialSource(certificate.path).chain(in: chainText),
        key: try CredentialSource(key.path).key(in: keyText, passphrases: passphrases))
    } catch {
      throw Diagnostic("\(error)", at: certificate.position)
    }
    do throws(TLSConfigurationError) {
      // The library says whether it can use them, and whether they are a pair.
      _ = try TLSClientContext(TLSClientConfiguration(credentials: [credential]))
      return credential
    } catch {
      throw Diagnostic(error.text(certificates: [certificate], keys: [key]), at: certificate.position)
    }
  }

  /// The certificates of `proxy_ssl_trusted_certificate`, one at least.
  static func authorities(in file: PathReference) throws(Diagnostic) -> [Certificate] {
    let text = try file.bytes(for: "proxy_ssl_trusted_certificate")
    let found: [Certificate]
    do {
      found = try PEM.decode(text).compactMap(\.certificateDER).map { try Certificate(der: $0) }
    } catch {
      throw Diagnostic("cannot load trusted certificate \"\(file.path)\": \(error)", at: file.position)
    }
    guard !found.isEmpty else {
      throw Diagnostic("cannot load certificate \"\(file.path)\": no certificate in it", at: file.position)
    }
    return found
  }
}
