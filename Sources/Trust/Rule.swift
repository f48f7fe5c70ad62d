/// The rules a chain can break, one case a rule. A verdict names the rule; texts and alerts are derived here.
public enum Rule: String, Hashable, Sendable, CaseIterable {
  // Reading (RFC 5280 §4)
  case malformedCertificate
  case malformedExtension
  case unknownCriticalExtension
  case invalidSerialNumber
  case signatureAlgorithmMismatch
  case emptyIssuer
  case emptySubject
  case malformedName
  // Path building (RFC 5280 §6.1, RFC 4158)
  case noCertificate
  case tooManyCertificates
  case selfSigned
  case selfSignedInChain
  case unknownIssuer
  case incompleteTrustedChain
  case unverifiableLeaf
  case chainTooLong
  case workBudgetExceeded
  // Basic processing (RFC 5280 §6.1.3, §6.1.4)
  case signature
  case unsupportedSignatureAlgorithm
  case unsupportedPublicKey
  case notYetValid
  case expired
  case notCA
  case pathLength
  case keyUsageCertSign
  case purpose
  case permittedSubtree
  case excludedSubtree
  case unsupportedNameConstraint
  case invalidPolicyExtension
  case noExplicitPolicy
  // What strict asks of those who issue (ProfileRule)
  case nonconforming
  case crlNonconforming
  case serverProfile
  // Stated policy of algorithms
  case weakLeafKey
  case weakIssuerKey
  case weakDigest
  // Reference identity (RFC 9525)
  case hostMismatch
  case emailMismatch
  case addressMismatch
  // Workloads' names (X509-SVID §5)
  case malformedSVID
  case unknownTrustDomain
  // Revocation (RFC 5280 §6.3)
  case revoked
  case crlMissing
  case crlIssuerMissing
  case crlSignature
  case crlNotYetValid
  case crlExpired
  case crlKeyUsage
  case crlScope
  case crlCriticalExtension
  case crlPath
  // Status by OCSP (RFC 6960)
  case statusUnknown
  case statusRequestFailed
}

extension Rule {
  /// X509_verify_cert_error_string's words of OpenSSL 3.0: what follows `FAILED:` in `$ssl_client_verify`.
  public var opensslText: String {
    switch self {
    case .malformedCertificate, .noCertificate, .invalidSerialNumber, .workBudgetExceeded:
      "unspecified certificate verification error"
    case .malformedExtension: "invalid or inconsistent certificate extension"
    case .unknownCriticalExtension: "unhandled critical extension"
    case .signatureAlgorithmMismatch: "cert info signature and signature algorithm mismatch"
    case .emptyIssuer: "Issuer name empty"
    case .emptySubject: "Subject name empty"
    case .malformedName: "unsupported or invalid name syntax"
    case .selfSigned: "self-signed certificate"
    case .selfSignedInChain: "self-signed certificate in certificate chain"
    case .unknownIssuer: "unable to get local issuer certificate"
    case .incompleteTrustedChain: "unable to get issuer certificate"
    case .unverifiableLeaf: "unable to verify the first certificate"
    case .chainTooLong, .tooManyCertificates: "certificate chain too long"
    case .signature: "certificate signature failure"
    case .unsupportedSignatureAlgorithm: "Cannot find certificate signature algorithm"
    case .unsupportedPublicKey: "unable to decode issuer public key"
    case .notYetValid: "certificate is not yet valid"
    case .expired: "certificate has expired"
    case .notCA: "invalid CA certificate"
    case .pathLength: "path length constraint exceeded"
    case .keyUsageCertSign: "key usage does not include certificate signing"
    case .purpose: "unsuitable certificate purpose"
    case .permittedSubtree: "permitted subtree violation"
    case .excludedSubtree: "excluded subtree violation"
    case .unsupportedNameConstraint: "unsupported name constraint type"
    default: laterText
    }
  }

  private var laterText: String {
    switch self {
    case .invalidPolicyExtension: "invalid or inconsistent certificate policy extension"
    case .noExplicitPolicy: "no explicit policy"
    case .weakLeafKey: "EE certificate key too weak"
    case .weakIssuerKey: "CA certificate key too weak"
    case .weakDigest: "CA signature digest algorithm too weak"
    case .hostMismatch: "hostname mismatch"
    case .emailMismatch: "email address mismatch"
    case .addressMismatch: "IP address mismatch"
    case .malformedSVID: "application verification failure"
    case .unknownTrustDomain: "unable to get local issuer certificate"
    case .revoked: "certificate revoked"
    case .crlMissing: "unable to get certificate CRL"
    case .crlIssuerMissing: "unable to get CRL issuer certificate"
    case .crlSignature: "CRL signature failure"
    case .crlNotYetValid: "CRL is not yet valid"
    case .crlExpired: "CRL has expired"
    case .crlKeyUsage: "key usage does not include CRL signing"
    case .crlScope: "different CRL scope"
    case .crlCriticalExtension: "unhandled critical CRL extension"
    case .crlPath: "CRL path validation error"
    // Our own words: OpenSSL has no such profiles.
    case .nonconforming: "certificate does not conform to RFC 5280"
    case .crlNonconforming: "CRL does not conform to RFC 5280"
    case .serverProfile: "certificate does not conform to the profile of TLS servers"
    // nginx's own words: OpenSSL asks no responder.
    case .statusUnknown: "certificate status unknown"
    case .statusRequestFailed: "certificate status request failed"
    default: "unspecified certificate verification error"
    }
  }
}

extension Rule {
  /// The alert that ends a handshake for this reason (RFC 8446 §6.2).
  public var alert: RefusalAlert {
    switch self {
    case .malformedCertificate: .decodeError
    case .noCertificate: .certificateRequired
    case .expired, .crlExpired: .certificateExpired
    case .revoked: .certificateRevoked
    case .selfSigned, .selfSignedInChain, .unknownIssuer, .incompleteTrustedChain, .unverifiableLeaf, .chainTooLong,
      .unknownTrustDomain, .pathLength, .notCA, .crlMissing, .crlIssuerMissing:
      .unknownCA
    case .purpose, .unsupportedPublicKey, .unsupportedSignatureAlgorithm: .unsupportedCertificate
    case .signature, .crlSignature: .decryptError
    case .tooManyCertificates, .workBudgetExceeded, .statusUnknown, .statusRequestFailed: .certificateUnknown
    default: .badCertificate
    }
  }

  /// Nothing is wrong with the certificate but that no configured CA stands behind it: what `optional_no_ca` forgives.
  public var isOnlyUntrusted: Bool {
    switch self {
    case .selfSigned, .selfSignedInChain, .unknownIssuer, .unverifiableLeaf, .unknownTrustDomain: true
    default: false
    }
  }
}

/// A TLS alert's number.
public enum RefusalAlert: UInt8, Hashable, Sendable {
  case badCertificate = 42
  case unsupportedCertificate = 43
  case certificateRevoked = 44
  case certificateExpired = 45
  case certificateUnknown = 46
  case unknownCA = 48
  case decodeError = 50
  case decryptError = 51
  case certificateRequired = 116
}
