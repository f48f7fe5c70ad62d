import Cryptography
import PKI
import Trust

/// A certificate whose status is wanted, and where to ask.
struct StatusQuestion: Sendable {
  let certificate: Certificate
  let issuer: Certificate
  /// Position in the verified path.
  let depth: Int
  /// The configured responder; `nil`: the certificate's own.
  let configured: ResponderURL?
  /// `ssl_ocsp_hosts`: where the certificate's own responder may be; empty: anywhere.
  var allowedHosts: [String] = []

  /// What makes questions the same.
  struct Key: Hashable, Sendable {
    fileprivate let certificate: [UInt8]
    fileprivate let issuer: [UInt8]
    fileprivate let configured: ResponderURL?
  }

  var key: Key {
    Key(certificate: certificate.fingerprint(.sha256), issuer: issuer.fingerprint(.sha256), configured: configured)
  }

  /// The configured responder, or the first that the certificate names over http.
  func responder() -> Result<ResponderURL, OCSPFailure> {
    if let configured { return .success(configured) }
    let named = ((try? certificate.authorityInformationAccess()) ?? nil)?.uris(.ocsp) ?? []
    guard let first = named.first else { return .failure(.noResponder) }
    guard let url = named.lazy.compactMap(ResponderURL.init).first(where: allows) else {
      return .failure(.responderNotAllowed(first))
    }
    return .success(url)
  }

  private func allows(_ url: ResponderURL) -> Bool {
    let host = url.host.lowercased()
    return allowedHosts.isEmpty
      || allowedHosts.contains { $0.hasPrefix("*.") ? host.hasSuffix($0.dropFirst()) : host == $0 }
  }

  /// The request to send.
  func request(nonce: [UInt8]?) -> [UInt8] {
    OCSPRequest([OCSPCertID(certificate, issuer: issuer)], nonce: nonce).der
  }
}
