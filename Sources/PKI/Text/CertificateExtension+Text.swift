import Cryptography

extension CertificateExtension {
  /// The value for people, one string a line; the DER in hexadecimal when it is unknown or damaged.
  public var valueLines: [String] {
    (try? describe()) ?? [Hexadecimal.colons(value)]
  }

  func write(to outline: inout TextOutline) {
    outline.section("\(oid.displayName):\(critical ? " critical" : "")") {
      for line in valueLines { $0.line(line) }
    }
  }

  /// Nil when the extension is not known.
  private func describe() throws(PKIError) -> [String]? {
    if let lines = try describeUsage() { return lines }
    if let lines = try describeNames() { return lines }
    if let lines = try describePolicies() { return lines }
    return try describeLists()
  }

  private func describeUsage() throws(PKIError) -> [String]? {
    switch oid {
    case .basicConstraints: return try decoded(as: BasicConstraints.self).map { [$0.text] }
    case .keyUsage: return try decoded(as: KeyUsage.self).map { [$0.names.joined(separator: ", ")] }
    case .extendedKeyUsage:
      return try decoded(as: ExtendedKeyUsage.self).map { [$0.purposes.map(\.displayName).joined(separator: ", ")] }
    case .subjectKeyIdentifier: return try decoded(as: SubjectKeyIdentifier.self).map { [Hexadecimal.colons($0.bytes)] }
    case .authorityKeyIdentifier: return try decoded(as: AuthorityKeyIdentifier.self).map(\.lines)
    default: return nil
    }
  }

  private func describeNames() throws(PKIError) -> [String]? {
    switch oid {
    case .subjectAlternativeName: return try decoded(as: SubjectAlternativeName.self).map { [Self.text($0.names)] }
    case .issuerAlternativeName: return try decoded(as: IssuerAlternativeName.self).map { [Self.text($0.names)] }
    case .certificateIssuer: return try decoded(as: CertificateIssuer.self).map { [Self.text($0.names)] }
    case .nameConstraints:
      return try decoded(as: NameConstraints.self).map {
        $0.permitted.map { "Permitted: \($0)" } + $0.excluded.map { "Excluded: \($0)" }
      }
    case .authorityInformationAccess:
      return try decoded(as: AuthorityInformationAccess.self).map {
        $0.descriptions.map { "\($0.method.displayName) - \($0.location)" }
      }
    default: return nil
    }
  }

  private func describePolicies() throws(PKIError) -> [String]? {
    switch oid {
    case .certificatePolicies: return try decoded(as: CertificatePolicies.self)?.policies.flatMap(\.lines)
    case .policyMappings:
      return try decoded(as: PolicyMappings.self)?.mappings.map {
        "\($0.issuerDomainPolicy):\($0.subjectDomainPolicy)"
      }
    case .policyConstraints: return try decoded(as: PolicyConstraints.self).map { [$0.text] }
    case .inhibitAnyPolicy: return try decoded(as: InhibitAnyPolicy.self).map { [String($0.skipCerts)] }
    default: return nil
    }
  }

  private func describeLists() throws(PKIError) -> [String]? {
    switch oid {
    case .crlDistributionPoints: return try decoded(as: CRLDistributionPoints.self)?.points.flatMap(\.lines)
    case .freshestCRL: return try decoded(as: FreshestCRL.self)?.points.flatMap(\.lines)
    case .issuingDistributionPoint: return try decoded(as: IssuingDistributionPoint.self).map(\.lines)
    case .crlNumber: return try decoded(as: CRLNumber.self).map { [$0.number.decimalText] }
    case .deltaCRLIndicator: return try decoded(as: DeltaCRLIndicator.self).map { [$0.baseCRLNumber.decimalText] }
    case .reasonCode: return try decoded(as: RevocationReason.self).map { [$0.name] }
    case .invalidityDate: return try decoded(as: InvalidityDate.self).map { [$0.date.opensslText] }
    default: return nil
    }
  }

  private static func text(_ names: [GeneralName]) -> String { names.map(\.description).joined(separator: ", ") }
}
