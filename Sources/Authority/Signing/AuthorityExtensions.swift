import Cryptography
import PKI

/// The extensions of a CA (RFC 5280 §4.2.1).
struct AuthorityExtensions {
  let request: AuthorityRequest
  let publicKey: PublicKey
  /// Nil for a root.
  let issuer: Certificate?
  /// The issuer's.
  let urls: ServiceURLs

  func list() throws(AuthorityError) -> [CertificateExtension] {
    var list = [
      CertificateExtension(BasicConstraints(isCA: true, pathLength: request.pathLength), critical: true),
      CertificateExtension(KeyUsage([.keyCertSign, .cRLSign]), critical: true),
    ]
    list += try KeyIdentifiers.extensions(publicKey, issuer: issuer)
    let addresses = request.subject.emailAddresses
    if !addresses.isEmpty {
      list.append(CertificateExtension(SubjectAlternativeName(addresses.map { .email($0) })))
    }
    if !request.permitted.isEmpty || !request.excluded.isEmpty {
      let constraints = NameConstraints(
        permitted: request.permitted.map(\.generalName), excluded: request.excluded.map(\.generalName))
      list.append(CertificateExtension(constraints, critical: true))
    }
    return list + urls.extensions
  }
}
