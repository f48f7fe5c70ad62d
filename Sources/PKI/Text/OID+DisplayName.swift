extension OID {
  /// As `openssl x509 -text` calls it; dotted when it has no name there.
  public var displayName: String {
    Self.extensionNames[self] ?? Self.purposeNames[self] ?? Self.algorithmNames[self]
      ?? NameAttribute.named(self)?.longName ?? description
  }

  private static let extensionNames: [OID: String] = [
    .subjectKeyIdentifier: "X509v3 Subject Key Identifier", .keyUsage: "X509v3 Key Usage",
    .subjectAlternativeName: "X509v3 Subject Alternative Name",
    .issuerAlternativeName: "X509v3 Issuer Alternative Name", .basicConstraints: "X509v3 Basic Constraints",
    .crlNumber: "X509v3 CRL Number", .reasonCode: "X509v3 CRL Reason Code", .invalidityDate: "Invalidity Date",
    .holdInstructionCode: "Hold Instruction Code", .deltaCRLIndicator: "X509v3 Delta CRL Indicator",
    .issuingDistributionPoint: "X509v3 Issuing Distribution Point",
    .certificateIssuer: "X509v3 Certificate Issuer", .nameConstraints: "X509v3 Name Constraints",
    .crlDistributionPoints: "X509v3 CRL Distribution Points", .certificatePolicies: "X509v3 Certificate Policies",
    .policyMappings: "X509v3 Policy Mappings", .authorityKeyIdentifier: "X509v3 Authority Key Identifier",
    .policyConstraints: "X509v3 Policy Constraints", .extendedKeyUsage: "X509v3 Extended Key Usage",
    .freshestCRL: "X509v3 Freshest CRL", .inhibitAnyPolicy: "X509v3 Inhibit Any Policy",
    .subjectDirectoryAttributes: "X509v3 Subject Directory Attributes",
    .authorityInformationAccess: "Authority Information Access",
    .subjectInformationAccess: "Subject Information Access", .tlsFeature: "TLS Feature",
    .signedCertificateTimestamps: "CT Precertificate SCTs", .netscapeCertificateType: "Netscape Cert Type",
    .netscapeComment: "Netscape Comment", .ocspNoCheck: "OCSP No Check", .ocspNonce: "OCSP Nonce",
    .anyPolicy: "X509v3 Any Policy",
  ]

  private static let purposeNames: [OID: String] = [
    .serverAuth: "TLS Web Server Authentication", .clientAuth: "TLS Web Client Authentication",
    .codeSigning: "Code Signing", .emailProtection: "E-mail Protection", .timeStamping: "Time Stamping",
    .ocspSigning: "OCSP Signing", .anyExtendedKeyUsage: "Any Extended Key Usage", .ocsp: "OCSP",
    .caIssuers: "CA Issuers", .caRepository: "CA Repository", .certificationPracticeStatement: "CPS",
    .userNotice: "User Notice", .challengePassword: "challengePassword", .extensionRequest: "Requested Extensions",
    .microsoftExtensionRequest: "Requested Extensions",
  ]

  private static let algorithmNames: [OID: String] = [
    .rsaEncryption: "rsaEncryption", .rsaPSS: "rsassaPss", .md5WithRSA: "md5WithRSAEncryption",
    .sha1WithRSA: "sha1WithRSAEncryption", .sha224WithRSA: "sha224WithRSAEncryption",
    .sha256WithRSA: "sha256WithRSAEncryption", .sha384WithRSA: "sha384WithRSAEncryption",
    .sha512WithRSA: "sha512WithRSAEncryption", .ecPublicKey: "id-ecPublicKey", .ecdsaWithSHA1: "ecdsa-with-SHA1",
    .ecdsaWithSHA224: "ecdsa-with-SHA224", .ecdsaWithSHA256: "ecdsa-with-SHA256",
    .ecdsaWithSHA384: "ecdsa-with-SHA384", .ecdsaWithSHA512: "ecdsa-with-SHA512", .ed25519: "ED25519",
    .dsa: "dsaEncryption", .dsaWithSHA1: "dsaWithSHA1", .dsaWithSHA224: "dsa_with_SHA224",
    .dsaWithSHA256: "dsa_with_SHA256",
  ]
}
