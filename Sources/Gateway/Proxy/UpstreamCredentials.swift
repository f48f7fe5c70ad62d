import ConfigModel
import ConfigSyntax
import PKI
import TLSEngine

/// `proxy_ssl_certificate` and its key: what the gateway shows to an upstream that asks.
enum UpstreamCredentials {
  /// Empty where no certificate is configured.
  ///
  /// - Throws: names the file that can't be read, is no certificate or key, or is locked.
  static func load(
    _ settings: ProxyTLSSettings, passphrases: [[UInt8]]
  ) throws(Diagnostic) -> [TLSCredential] {
    guard let certificate = settings.certificate else { return [] }
    guard let keyFile = settings.certificateKey else {
      throw Diagnostic(
        "no \"proxy_ssl_certificate_key\" is defined for certificate \"\(certificate.path)\"", at: certificate.position)
    }
    if settings.choosesCertificate { return [] }
    let chainText = try certificate.credentialBytes(for: "proxy_ssl_certificate")
    let keyText = try keyFile.credentialBytes(for: "proxy_ssl_certificate_key")
    do throws(CredentialFailure) {
      let chain = try CredentialSource(certificate.path).chain(in: chainText)
      let key = try CredentialSource(keyFile.path).key(in: keyText, passphrases: passphrases)
      return [TLSCredential(chain: chain, key: key)]
    } catch {
      throw Diagnostic("\(error)", at: certificate.position)
    }
  }

  /// The lines of `proxy_ssl_password_file`.
  static func passphrases(_ settings: ProxyTLSSettings) throws(Diagnostic) -> [[UInt8]] {
    guard let file = settings.passwordFile else { return [] }
    return CredentialSource.passphrases(in: try file.bytes(for: "proxy_ssl_password_file"))
  }

  /// DER, in the file's order.
  static func certificates(in file: PathReference, directive: String) throws(Diagnostic) -> [[UInt8]] {
    let text = try file.bytes(for: directive)
    let found: [[UInt8]]
    do throws(PKIError) {
      found = try PEM.decode(text).compactMap(\.certificateDER)
    } catch {
      throw Diagnostic("cannot load certificate \"\(file.path)\": \(error)", at: file.position)
    }
    if found.isEmpty {
      throw Diagnostic("cannot load certificate \"\(file.path)\": no certificate in it", at: file.position)
    }
    return found
  }
}
