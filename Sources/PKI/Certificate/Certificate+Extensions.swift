import Cryptography

/// The extensions of RFC 5280 §4.2, typed. Each is nil when absent and throws `.malformed` when damaged.
extension Certificate {
  public func basicConstraints() throws(PKIError) -> BasicConstraints? { try value(of: BasicConstraints.self) }
  public func keyUsage() throws(PKIError) -> KeyUsage? { try value(of: KeyUsage.self) }
  public func extendedKeyUsage() throws(PKIError) -> ExtendedKeyUsage? { try value(of: ExtendedKeyUsage.self) }
  public func subjectAlternativeName() throws(PKIError) -> [GeneralName]? {
    try value(of: SubjectAlternativeName.self)?.names
  }
  public func issuerAlternativeName() throws(PKIError) -> [GeneralName]? {
    try value(of: IssuerAlternativeName.self)?.names
  }
  public func authorityKeyIdentifier() throws(PKIError) -> AuthorityKeyIdentifier? {
    try value(of: AuthorityKeyIdentifier.self)
  }
  public func subjectKeyIdentifier() throws(PKIError) -> SubjectKeyIdentifier? {
    try value(of: SubjectKeyIdentifier.self)
  }
  public func nameConstraints() throws(PKIError) -> NameConstraints? { try value(of: NameConstraints.self) }
  public func certificatePolicies() throws(PKIError) -> CertificatePolicies? {
    try value(of: CertificatePolicies.self)
  }
  public func policyMappings() throws(PKIError) -> PolicyMappings? { try value(of: PolicyMappings.self) }
  public func policyConstraints() throws(PKIError) -> PolicyConstraints? { try value(of: PolicyConstraints.self) }
  public func inhibitAnyPolicy() throws(PKIError) -> InhibitAnyPolicy? { try value(of: InhibitAnyPolicy.self) }
  public func crlDistributionPoints() throws(PKIError) -> CRLDistributionPoints? {
    try value(of: CRLDistributionPoints.self)
  }
  public func tlsFeature() throws(PKIError) -> TLSFeature? { try value(of: TLSFeature.self) }
  public func freshestCRL() throws(PKIError) -> FreshestCRL? { try value(of: FreshestCRL.self) }
  public func authorityInformationAccess() throws(PKIError) -> AuthorityInformationAccess? {
    try value(of: AuthorityInformationAccess.self)
  }
}
