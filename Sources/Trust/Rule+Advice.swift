/// What an operator is told of a rule: what it demands, and what makes a refused certificate good.
public struct RuleAdvice: Hashable, Sendable {
  public let meaning: String
  public let cure: String

  fileprivate init(_ meaning: String, cure: String) {
    self.meaning = meaning
    self.cure = cure
  }
}

extension Rule {
  public var advice: RuleAdvice { Self.advice[self] ?? RuleAdvice(opensslText, cure: "issue a new certificate") }

  static let advice = readingAdvice.merging(pathAdvice) { a, _ in a }.merging(processingAdvice) { a, _ in a }
    .merging(algorithmAdvice) { a, _ in a }.merging(revocationAdvice) { a, _ in a }
    .merging(workloadAdvice) { a, _ in a }.merging(profileAdvice) { a, _ in a }

  private static let readingAdvice: [Rule: RuleAdvice] = [
    .malformedCertificate: RuleAdvice(
      "What the client sent is no X.509 certificate in DER (RFC 5280 §4.1).",
      cure: "have the client send the certificate as its CA issued it"),
    .malformedExtension: RuleAdvice(
      "An extension of the certificate does not have the form its standard demands (RFC 5280 §4.2).",
      cure: "issue a new certificate without the broken extension"),
    .unknownCriticalExtension: RuleAdvice(
      "An extension that is marked critical is unknown here, so it must not be passed over (RFC 5280 §4.2).",
      cure: "issue a new certificate in which that extension is not critical"),
    .invalidSerialNumber: RuleAdvice(
      "A serial number is positive and has at most 20 octets (RFC 5280 §4.1.2.2).",
      cure: "issue a new certificate with a proper serial number"),
    .signatureAlgorithmMismatch: RuleAdvice(
      "The certificate names its signature algorithm twice, and not alike (RFC 5280 §4.1.1.2).",
      cure: "issue a new certificate; this one was altered or its CA's software is at fault"),
    .emptyIssuer: RuleAdvice(
      "A certificate must name its issuer (RFC 5280 §4.1.2.4).", cure: "issue a new certificate by a CA with a name"),
    .emptySubject: RuleAdvice(
      "A certificate without a subject needs a critical subjectAltName, and a CA needs a subject (RFC 5280 §4.1.2.6).",
      cure: "issue a new certificate with a subject, or with a critical subjectAltName"),
    .malformedName: RuleAdvice(
      "A name in the certificate is not written as its type demands (RFC 5280 §4.2.1.6).",
      cure: "issue a new certificate with that name corrected"),
  ]

  private static let pathAdvice: [Rule: RuleAdvice] = [
    .noCertificate: RuleAdvice("The client sent no certificate.", cure: "give the client a certificate and its key"),
    .tooManyCertificates: RuleAdvice(
      "The client sent more certificates than ssl_verify_chain_limit admits; none but its own was looked at.",
      cure: "have the client send its certificate and its intermediates alone, or raise ssl_verify_chain_limit"),
    .selfSigned: RuleAdvice(
      "The certificate signed itself: no CA vouches for it.",
      cure: "have a CA of ssl_client_certificate issue the client's certificate"),
    .selfSignedInChain: RuleAdvice(
      "The chain leads to a root that is not trusted here (RFC 5280 §6.1).",
      cure: "add that root to ssl_client_certificate, or use a certificate of a CA that is there"),
    .unknownIssuer: RuleAdvice(
      "The CA that issued a certificate of the chain is known neither here nor to the client (RFC 5280 §6.1).",
      cure: "have the client send its intermediate CAs, or add the missing CA to ssl_client_certificate"),
    .incompleteTrustedChain: RuleAdvice(
      "An intermediate CA is known here, but not the root above it (RFC 5280 §6.1).",
      cure: "add the root to the file of ssl_client_certificate or ssl_trusted_certificate"),
    .unverifiableLeaf: RuleAdvice(
      "The client sent its certificate alone, and the CA that issued it is not known here (RFC 5280 §6.1).",
      cure: "have the client send its intermediate CAs, or add its CA to ssl_client_certificate"),
    .chainTooLong: RuleAdvice(
      "More CAs stand above the certificate than ssl_verify_depth admits.",
      cure: "raise ssl_verify_depth to the number of intermediate CAs"),
    .workBudgetExceeded: RuleAdvice(
      "The chain offers so many ways to a root that trying them all would cost too much.",
      cure: "have the client send its own chain only: its certificate and its intermediates"),
  ]

  private static let processingAdvice: [Rule: RuleAdvice] = [
    .notYetValid: RuleAdvice(
      "The certificate's notBefore lies ahead (RFC 5280 §6.1.3).",
      cure: "set the clock of this machine or of the CA's right, or wait"),
    .expired: RuleAdvice("The certificate's notAfter has passed (RFC 5280 §6.1.3).", cure: "renew the certificate"),
    .notCA: RuleAdvice(
      "A certificate that issued another is not marked as a CA's (RFC 5280 §6.1.4).",
      cure: "issue the certificate by a CA whose basicConstraints say CA:TRUE"),
    .pathLength: RuleAdvice(
      "A CA allows fewer CAs below it than there are (RFC 5280 §6.1.4).",
      cure: "issue the certificate by a CA further up, or the CA anew with a greater pathlen"),
    .keyUsageCertSign: RuleAdvice(
      "The key usage of a CA does not allow it to sign certificates (RFC 5280 §6.1.4).",
      cure: "issue the CA's certificate anew with keyCertSign"),
    .purpose: RuleAdvice(
      "The certificate is not meant for clients: its extended key usage lacks clientAuth (RFC 5280 §4.2.1.12).",
      cure: "issue a certificate for clients (countersign issue client NAME)"),
    .permittedSubtree: RuleAdvice(
      "A name in the certificate lies outside what its CA is confined to (RFC 5280 §4.2.1.10).",
      cure: "issue a certificate with names that the CA's name constraints permit"),
    .excludedSubtree: RuleAdvice(
      "A name in the certificate is one that its CA must not certify (RFC 5280 §4.2.1.10).",
      cure: "issue a certificate without that name, or by a CA that may certify it"),
    .unsupportedNameConstraint: RuleAdvice(
      "A CA is confined in a way that can't be checked here (RFC 5280 §4.2.1.10).",
      cure: "use names of types that the CA's constraints do not touch"),
    .invalidPolicyExtension: RuleAdvice(
      "An extension on certificate policies contradicts itself (RFC 5280 §6.1.4).",
      cure: "issue the CA's certificate anew with proper policy extensions"),
    .noExplicitPolicy: RuleAdvice(
      "A CA demands a certificate policy for which the whole path is good, and there is none (RFC 5280 §6.1.5).",
      cure: "issue the certificates of the path with a common policy"),
    .hostMismatch: RuleAdvice(
      "The certificate does not carry the expected DNS name (RFC 9525 §6).", cure: "issue a certificate with that name"),
    .emailMismatch: RuleAdvice(
      "The certificate does not carry the expected mailbox.", cure: "issue a certificate with that mailbox"),
    .addressMismatch: RuleAdvice(
      "The certificate does not carry the expected IP address (RFC 9525 §6).",
      cure: "issue a certificate with that address"),
  ]

  private static let profileAdvice: [Rule: RuleAdvice] = [
    .nonconforming: RuleAdvice(
      "The certificate is not made as RFC 5280 §4 demands of a CA, and ssl_verify_profile strict insists on that.",
      cure: "issue the certificate anew as the demand that is named asks (docs/verifier-profiles.md)"),
    .crlNonconforming: RuleAdvice(
      "A revocation list is not made as RFC 5280 §5 demands of a CA, and ssl_verify_profile strict insists on that.",
      cure: "have the CA write its list as the demand that is named asks (docs/verifier-profiles.md)"),
    .serverProfile: RuleAdvice(
      "A server's certificate or a CA above it is not made as the CA/Browser Forum asks, and strict insists on that.",
      cure: "issue the server's certificate anew as the demand that is named asks (docs/verifier-profiles.md)"),
  ]

  private static let workloadAdvice: [Rule: RuleAdvice] = [
    .malformedSVID: RuleAdvice(
      "A certificate with a SPIFFE ID must be an X509-SVID: one URI with a path, no CA's, able to sign (X509-SVID §5.2).",
      cure: "have the workload's SPIFFE authority issue the certificate, or leave the spiffe URI out of it"),
    .unknownTrustDomain: RuleAdvice(
      "The SPIFFE ID belongs to a trust domain whose bundle is not known in this place (X509-SVID §5.1).",
      cure: "name the trust domain and its bundle by ssl_client_spiffe_bundle"),
  ]

  private static let algorithmAdvice: [Rule: RuleAdvice] = [
    .signature: RuleAdvice(
      "The signature is not that of the CA the certificate names: it was altered, or another CA has the same name.",
      cure: "use the certificate as its CA issued it, and that CA's certificate in ssl_client_certificate"),
    .unsupportedSignatureAlgorithm: RuleAdvice(
      "The certificate is signed by an algorithm that is unknown here.",
      cure: "issue the certificate anew, signed with ECDSA, RSA or Ed25519"),
    .unsupportedPublicKey: RuleAdvice(
      "A key is of a kind that is unknown here, or an RSA key of more than 8192 bits.",
      cure: "use an ECDSA key on P-256, P-384 or P-521, RSA of 2048 to 8192 bits, or Ed25519"),
    .weakLeafKey: RuleAdvice(
      "The certificate's key is too short to be safe.", cure: "make a new key, P-256 or RSA of at least 2048 bits"),
    .weakIssuerKey: RuleAdvice(
      "The key of a CA is too short to be safe.", cure: "use a CA with a P-256 key or RSA of at least 2048 bits"),
    .weakDigest: RuleAdvice(
      "The certificate is signed over a digest that can be forged (MD5, SHA-1).",
      cure: "issue the certificate anew with SHA-256"),
  ]

  private static let revocationAdvice: [Rule: RuleAdvice] = [
    .revoked: RuleAdvice(
      "The CA has taken the certificate back: its revocation list or its responder says so (RFC 5280 §6.3, RFC 6960).",
      cure: "if that is not as it should be, issue a new certificate; a revocation can't be undone"),
    .crlMissing: RuleAdvice(
      "With ssl_crl every CA of the chain needs a revocation list, and one has none (RFC 5280 §6.3).",
      cure: "add the list of the certificate's CA to ssl_crl"),
    .crlIssuerMissing: RuleAdvice(
      "Who signed a revocation list is not known (RFC 5280 §6.3.3).",
      cure: "add the CA that signs the list to ssl_trusted_certificate"),
    .crlSignature: RuleAdvice(
      "A revocation list is not signed by the CA it names (RFC 5280 §6.3.3).",
      cure: "fetch the list anew from its CA"),
    .crlNotYetValid: RuleAdvice(
      "A revocation list begins to be valid later than now.", cure: "set the clock of this machine or of the CA's right"
    ),
    .crlExpired: RuleAdvice(
      "A revocation list should have been replaced by now: its nextUpdate has passed (RFC 5280 §6.3).",
      cure: "write a fresh list (countersign ca crl) and put it where ssl_crl names it"),
    .crlKeyUsage: RuleAdvice(
      "The key usage of a CA does not allow it to sign revocation lists (RFC 5280 §6.3.3).",
      cure: "issue the CA's certificate anew with cRLSign"),
    .crlScope: RuleAdvice(
      "The revocation list at hand is not about certificates of this kind (RFC 5280 §5.2.5).",
      cure: "add the list that covers the certificate to ssl_crl"),
    .crlCriticalExtension: RuleAdvice(
      "A revocation list has a critical extension that is unknown here (RFC 5280 §5.2).",
      cure: "have the CA write its list without that extension"),
    .crlPath: RuleAdvice(
      "No trusted path leads to who signed a revocation list (RFC 5280 §6.3.3).",
      cure: "add the CAs above the list's signer to ssl_trusted_certificate"),
    .statusUnknown: RuleAdvice(
      "The OCSP responder does not know the certificate (RFC 6960 §2.2).",
      cure: "ask the responder that serves the certificate's CA, or bring its list of certificates up to date"),
    .statusRequestFailed: RuleAdvice(
      "With ssl_ocsp the certificate's responder must vouch for it, and there was no answer that counts (RFC 6960 §3.2).",
      cure: "see in the error log why the responder was not heard; name another by ssl_ocsp_responder"),
  ]
}
