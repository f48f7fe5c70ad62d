import Cryptography
import Fetch
import PKI
import Trust

/// A certificate whose status is wanted, and where to ask.
struct StatusQuestion: Sendable {
  let certificate: Certificate
  let issuer: Certificate
  /// Position in the verified path.
  let depth: Int
  /// The configured responder; `nil`: the certificate's own.
  let configured: FetchURL?
  /// `ssl_ocsp_hosts`: where the certificate's own responders may be.
  var allowedHosts = AllowedHosts.any
  /// Whom https responders are verified by.
  var tls: FetchTLS?

  /// Of the responders that a certificate names, so many are asked.
  private static let mostResponders = 3

  /// What makes questions the same.
  struct Key: Hashable, Sendable {
    fileprivate let certificate: [UInt8]
    fileprivate let issuer: [UInt8]
    fileprivate let configured: FetchURL?
  }

  var key: Key {
    Key(certificate: certificate.fingerprint(.sha256), issuer: issuer.fingerprint(.sha256), configured: configured)
  }

  /// The configured responder, or those that the certificate names and that may be asked, in their order; one at least.
  func responders() -> Result<[FetchURL], OCSPFailure> {
    if let configured { return .success([configured]) }
    let named = ((try? certificate.authorityInformationAccess()) ?? nil)?.uris(.ocsp) ?? []
    guard let first = named.first else { return .failure(.noResponder) }
    let allowed = named.compactMap { FetchURL(network: $0) }.filter(allowedHosts.allows).prefix(Self.mostResponders)
    return allowed.isEmpty ? .failure(.responderNotAllowed(first)) : .success(Array(allowed))
  }

  /// How far the responders may be asked.
  var reach: AddressReach { configured != nil ? .anywhere : allowedHosts.reach }

  /// The request to send.
  func request(nonce: [UInt8]?) -> [UInt8] {
    OCSPRequest([OCSPCertID(certificate, issuer: issuer)], nonce: nonce).der
  }
}
