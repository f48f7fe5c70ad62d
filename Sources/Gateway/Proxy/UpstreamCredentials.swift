import ConfigModel
import ConfigSyntax
import Cryptography
import PKI
import TLSEngine

/// `proxy_ssl_certificate` and its key: what the gateway shows to an upstream that asks.
enum UpstreamCredentials {
  /// Empty where no certificate is configured.
  ///
  /// - Throws: names the file that can't be read, is no certificate or key, or is locked.
  static func load(_ settings: ProxyTLSSettings) throws(Diagnostic) -> [TLSCredential] {
    guard let certificate = settings.certificate else { return [] }
    guard let keyFile = settings.certificateKey else {
      throw Diagnostic(
        "no \"proxy_ssl_certificate_key\" is defined for certificate \"\(certificate.path)\"", at: certificate.position)
    }
    let chain = try certificates(in: certificate, directive: "proxy_ssl_certificate")
    let passphrases = try settings.passwordFile.map { file throws(Diagnostic) in try lines(of: file) } ?? []
    return [TLSCredential(chain: chain, key: try key(in: keyFile, passphrases: passphrases))]
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

  private static func key(in file: PathReference, passphrases: [[UInt8]]) throws(Diagnostic) -> PrivateKey {
    let text = try file.bytes(for: "proxy_ssl_certificate_key")
    var last: CryptographyError?
    for passphrase in passphrases.map(Optional.some) + [nil] {
      do throws(CryptographyError) {
        return try PrivateKey(pem: text) { passphrase }
      } catch {
        last = error
      }
    }
    let reason = last.map { "\($0)" } ?? ""
    throw Diagnostic("cannot load certificate key \"\(file.path)\": \(reason)", at: file.position)
  }

  private static func lines(of file: PathReference) throws(Diagnostic) -> [[UInt8]] {
    try file.bytes(for: "proxy_ssl_password_file").split(separator: UInt8(ascii: "\n")).map { line in
      line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : Array(line)
    }
  }
}
