import PKI

/// The extensions of a certificate, decoded; what cannot be is remembered as a fault.
struct ExtensionFacts: Sendable {
  private(set) var basicConstraints: BasicConstraints?
  private(set) var keyUsage: KeyUsage?
  private(set) var extendedKeyUsage: [OID]?
  private(set) var subjectAlternativeName: [GeneralName]?
  private(set) var authorityKeyIdentifier: KeyHint?
  private(set) var subjectKeyIdentifier: [UInt8]?
  private(set) var nameConstraints: NameConstraints?
  private(set) var policies: Set<OID>?
  private(set) var policyMappings: [OID: Set<OID>]?
  private(set) var requireExplicitPolicy: Int?
  private(set) var inhibitPolicyMapping: Int?
  private(set) var inhibitAnyPolicy: Int?
  private(set) var distributionPoints: [RevocationPoint] = []
  /// The first extension that could not be read.
  private(set) var malformed: String?
  /// The first name that means nothing, or something else than it shows.
  private(set) var malformedName: String?

  var isWellFormed: Bool { malformed == nil && malformedName == nil }

  /// authorityKeyIdentifier (RFC 5280 §4.2.1.1): which key signed, and which certificate holds it.
  struct KeyHint: Sendable {
    var keyIdentifier: [UInt8]?
    var issuers: [DistinguishedName]
    var serialNumber: SerialNumber?
  }

  init(_ certificate: Certificate) {
    guard !certificate.extensions.isEmpty || certificate.subject.hasEmbeddedNUL else { return }
    readUsage(certificate)
    readNames(certificate)
    readKeyIdentifiers(certificate)
    readPolicies(certificate)
    // Nothing here asks for these two, but what is known is to be sound (RFC 5280 §4.2).
    _ = read { () throws(PKIError) in try certificate.authorityInformationAccess() }
    _ = read { () throws(PKIError) in try certificate.issuerAlternativeName() }
    let points = read { () throws(PKIError) in try certificate.crlDistributionPoints() }
    distributionPoints = (points?.points ?? []).map { RevocationPoint($0, issuer: certificate.issuer) }
  }

  private mutating func read<Value>(_ body: () throws(PKIError) -> Value?) -> Value? {
    do throws(PKIError) {
      return try body()
    } catch {
      if malformed == nil { malformed = "\(error)" }
      return nil
    }
  }

  private mutating func readUsage(_ certificate: Certificate) {
    basicConstraints = read { () throws(PKIError) in try certificate.basicConstraints() }
    keyUsage = read { () throws(PKIError) in try certificate.keyUsage() }
    extendedKeyUsage = read { () throws(PKIError) in try certificate.extendedKeyUsage() }?.purposes
  }

  private mutating func readNames(_ certificate: Certificate) {
    subjectAlternativeName = read { () throws(PKIError) in try certificate.subjectAlternativeName() }
    nameConstraints = read { () throws(PKIError) in try certificate.nameConstraints() }
    let fault = (subjectAlternativeName ?? []).lazy.compactMap(NameSyntax.fault).first
    malformedName = fault ?? (certificate.subject.hasEmbeddedNUL ? "U+0000 in the subject" : nil)
  }

  private mutating func readKeyIdentifiers(_ certificate: Certificate) {
    subjectKeyIdentifier = read { () throws(PKIError) in try certificate.subjectKeyIdentifier() }?.bytes
    guard let hint = read({ () throws(PKIError) in try certificate.authorityKeyIdentifier() }) else { return }
    let issuers = (hint.authorityCertIssuer ?? []).compactMap {
      if case .directory(let name) = $0 { name } else { nil }
    }
    authorityKeyIdentifier = KeyHint(
      keyIdentifier: hint.keyIdentifier, issuers: issuers, serialNumber: hint.authorityCertSerialNumber)
  }

  private mutating func readPolicies(_ certificate: Certificate) {
    policies = read { () throws(PKIError) in try certificate.certificatePolicies() }.map { policies in
      Set(policies.policies.map(\.identifier))
    }
    policyMappings = read { () throws(PKIError) in try certificate.policyMappings() }.map { mappings in
      Dictionary(grouping: mappings.mappings, by: \.issuerDomainPolicy).mapValues { pairs in
        Set(pairs.map(\.subjectDomainPolicy))
      }
    }
    let constraints = read { () throws(PKIError) in try certificate.policyConstraints() }
    requireExplicitPolicy = constraints?.requireExplicitPolicy
    inhibitPolicyMapping = constraints?.inhibitPolicyMapping
    inhibitAnyPolicy = read { () throws(PKIError) in try certificate.inhibitAnyPolicy() }?.skipCerts
  }
}
