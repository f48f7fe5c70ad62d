import Cryptography
import PKI

/// A certificate with everything the rules ask of it decoded once.
final class ExaminedCertificate: Sendable {
  let certificate: Certificate
  let subject: DistinguishedNameKey
  let issuer: DistinguishedNameKey
  /// Subject and issuer are the same name (RFC 5280 §3.2).
  let isSelfIssued: Bool
  let facts: ExtensionFacts
  /// Nil when the algorithm is unknown or the key is no key.
  let key: PublicKeyIdentity?

  init(_ certificate: Certificate) {
    self.certificate = certificate
    subject = certificate.subject.key
    issuer = certificate.issuer == certificate.subject ? subject : certificate.issuer.key
    isSelfIssued = subject == issuer
    facts = ExtensionFacts(certificate)
    key = certificate.publicKey.map(PublicKeyIdentity.init)
  }

  /// Self-issued, and no key identifier says that another key signed it.
  var looksSelfSigned: Bool { isSelfIssued && matchesKeyHint(of: self) }

  func isValid(at now: UnixTime) -> Bool { certificate.notBefore <= now && now <= certificate.notAfter }

  /// Nothing in the certificate itself forbids it to be an intermediate CA now.
  func canIssue(at now: UnixTime) -> Bool {
    isValid(at: now) && facts.basicConstraints?.isCA == true && facts.keyUsage?.contains(.keyCertSign) != false
      && facts.isWellFormed
  }

  /// Self-issued, and says itself that its own key signed it: in nobody's path but at its end.
  var claimsOwnSignature: Bool {
    guard isSelfIssued, let hint = facts.authorityKeyIdentifier?.keyIdentifier else { return false }
    return hint == facts.subjectKeyIdentifier
  }

  /// What the authorityKeyIdentifier of a certificate says of a possible issuer.
  enum KeyHint: Int { case names, saysNothing, speaksAgainst }

  /// What that of `subject` says of this certificate.
  func keyHint(of subject: ExaminedCertificate) -> KeyHint {
    guard matchesKeyHint(of: subject) else { return .speaksAgainst }
    guard let wanted = subject.facts.authorityKeyIdentifier?.keyIdentifier else { return .saysNothing }
    return wanted == facts.subjectKeyIdentifier ? .names : .saysNothing
  }

  /// The authorityKeyIdentifier of `subject` does not speak against this certificate (RFC 5280 §4.2.1.1).
  func matchesKeyHint(of subject: ExaminedCertificate) -> Bool {
    guard let hint = subject.facts.authorityKeyIdentifier else { return true }
    if let wanted = hint.keyIdentifier, let own = facts.subjectKeyIdentifier, wanted != own { return false }
    if let serial = hint.serialNumber, serial != certificate.serialNumber { return false }
    guard !hint.issuers.isEmpty else { return true }
    return hint.issuers.contains { $0.key == issuer }
  }

  /// The key is of the kind that makes such signatures.
  func couldSign(_ subject: ExaminedCertificate) -> Bool { key.map(subject.couldBeSigned) ?? true }

  /// The signature is of a kind that the key makes, or unknown.
  func couldBeSigned(by key: PublicKeyIdentity) -> Bool {
    guard let algorithm = certificate.signatureAlgorithm.signatureAlgorithm else { return true }
    return algorithm.fits(key.key.type)
  }

  func sharesKey(with other: ExaminedCertificate) -> Bool {
    certificate.subjectPublicKeyInfo == other.certificate.subjectPublicKeyInfo
  }
}

extension ExaminedCertificate: Hashable {
  static func == (a: ExaminedCertificate, b: ExaminedCertificate) -> Bool {
    a === b || a.certificate.der == b.certificate.der
  }

  func hash(into hasher: inout Hasher) {
    // The signature differs wherever the certificate does.
    hasher.combine(certificate.signatureValue)
  }
}

/// A public key, equal and hashed by its encoding.
struct PublicKeyIdentity: Hashable, Sendable {
  let key: PublicKey

  init(_ key: PublicKey) { self.key = key }
}

extension ExaminedCertificate {
  /// A DSA key that leaves its parameters to its issuer's (RFC 3279 §2.3.2).
  var inheritsParameters: Bool { key?.key.needsParameters ?? false }

  /// The key, completed by the issuer's parameters where it has none.
  func key(under issuer: PublicKeyIdentity?) -> PublicKeyIdentity? {
    guard let key, key.key.needsParameters else { return key }
    return issuer.flatMap { key.key.inheritingParameters(from: $0.key) }.map(PublicKeyIdentity.init)
  }
}
