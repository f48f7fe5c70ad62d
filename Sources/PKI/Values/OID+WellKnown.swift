extension OID {
  private static func arc(_ prefix: [UInt8], _ last: UInt8...) -> OID { OID(checked: prefix + last) }
  private static let certificateExtension: [UInt8] = [0x55, 0x1d]
  private static let attribute: [UInt8] = [0x55, 0x04]
  private static let pkix: [UInt8] = [0x2b, 6, 1, 5, 5, 7]
  private static let pkcs: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1]
  private static let pilot: [UInt8] = [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1]

  // Certificate and CRL extensions (RFC 5280 §4.2, §5.2, §5.3).
  public static let subjectDirectoryAttributes = arc(certificateExtension, 9)
  public static let subjectKeyIdentifier = arc(certificateExtension, 14)
  public static let keyUsage = arc(certificateExtension, 15)
  public static let subjectAlternativeName = arc(certificateExtension, 17)
  public static let issuerAlternativeName = arc(certificateExtension, 18)
  public static let basicConstraints = arc(certificateExtension, 19)
  public static let crlNumber = arc(certificateExtension, 20)
  public static let reasonCode = arc(certificateExtension, 21)
  public static let holdInstructionCode = arc(certificateExtension, 23)
  public static let invalidityDate = arc(certificateExtension, 24)
  public static let deltaCRLIndicator = arc(certificateExtension, 27)
  public static let issuingDistributionPoint = arc(certificateExtension, 28)
  public static let certificateIssuer = arc(certificateExtension, 29)
  public static let nameConstraints = arc(certificateExtension, 30)
  public static let crlDistributionPoints = arc(certificateExtension, 31)
  public static let certificatePolicies = arc(certificateExtension, 32)
  public static let anyPolicy = arc(certificateExtension, 32, 0)
  public static let policyMappings = arc(certificateExtension, 33)
  public static let authorityKeyIdentifier = arc(certificateExtension, 35)
  public static let policyConstraints = arc(certificateExtension, 36)
  public static let extendedKeyUsage = arc(certificateExtension, 37)
  public static let anyExtendedKeyUsage = arc(certificateExtension, 37, 0)
  public static let freshestCRL = arc(certificateExtension, 46)
  public static let inhibitAnyPolicy = arc(certificateExtension, 54)
  public static let authorityInformationAccess = arc(pkix, 1, 1)
  public static let subjectInformationAccess = arc(pkix, 1, 11)
  /// RFC 7633.
  public static let tlsFeature = arc(pkix, 1, 24)
  /// RFC 6962 §3.3.
  public static let signedCertificateTimestamps = OID(checked: [0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2])
  public static let netscapeCertificateType = OID(checked: [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1])
  public static let netscapeComment = OID(checked: [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 13])

  // Access methods and policy qualifiers.
  public static let ocsp = arc(pkix, 48, 1)
  public static let caIssuers = arc(pkix, 48, 2)
  public static let caRepository = arc(pkix, 48, 5)
  public static let ocspBasic = arc(pkix, 48, 1, 1)
  public static let ocspNonce = arc(pkix, 48, 1, 2)
  public static let ocspNoCheck = arc(pkix, 48, 1, 5)
  public static let certificationPracticeStatement = arc(pkix, 2, 1)
  public static let userNotice = arc(pkix, 2, 2)

  // Extended key usages (RFC 5280 §4.2.1.12).
  public static let serverAuth = arc(pkix, 3, 1)
  public static let clientAuth = arc(pkix, 3, 2)
  public static let codeSigning = arc(pkix, 3, 3)
  public static let emailProtection = arc(pkix, 3, 4)
  public static let timeStamping = arc(pkix, 3, 8)
  public static let ocspSigning = arc(pkix, 3, 9)

  // Name attributes.
  public static let commonName = arc(attribute, 3)
  public static let surname = arc(attribute, 4)
  public static let serialNumber = arc(attribute, 5)
  public static let countryName = arc(attribute, 6)
  public static let localityName = arc(attribute, 7)
  public static let stateOrProvinceName = arc(attribute, 8)
  public static let streetAddress = arc(attribute, 9)
  public static let organizationName = arc(attribute, 10)
  public static let organizationalUnitName = arc(attribute, 11)
  public static let title = arc(attribute, 12)
  public static let givenName = arc(attribute, 42)
  public static let dnQualifier = arc(attribute, 46)
  public static let userID = arc(pilot, 1)
  public static let domainComponent = arc(pilot, 25)
  public static let emailAddress = arc(pkcs, 9, 1)

  // PKCS#10 attributes (RFC 2985 §5.4).
  public static let challengePassword = arc(pkcs, 9, 7)
  public static let extensionRequest = arc(pkcs, 9, 14)
  /// Microsoft's form of the same.
  public static let microsoftExtensionRequest = OID(checked: [0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 14])
  /// otherName of a Microsoft user principal name.
  /// id-on-SmtpUTF8Mailbox (RFC 9598 §3).
  public static let smtpUTF8Mailbox = OID(checked: [0x2b, 6, 1, 5, 5, 7, 8, 9])
  public static let userPrincipalName = OID(checked: [0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3])

  // Keys and signatures (RFC 3279, RFC 4055, RFC 5758, RFC 8410).
  public static let rsaEncryption = arc(pkcs, 1, 1)
  public static let md5WithRSA = arc(pkcs, 1, 4)
  public static let sha1WithRSA = arc(pkcs, 1, 5)
  public static let mgf1 = arc(pkcs, 1, 8)
  public static let rsaPSS = arc(pkcs, 1, 10)
  public static let sha256WithRSA = arc(pkcs, 1, 11)
  public static let sha384WithRSA = arc(pkcs, 1, 12)
  public static let sha512WithRSA = arc(pkcs, 1, 13)
  public static let sha224WithRSA = arc(pkcs, 1, 14)
  public static let ecPublicKey = arc(ansiX962, 2, 1)
  public static let ecdsaWithSHA1 = arc(ansiX962, 4, 1)
  public static let ecdsaWithSHA224 = arc(ansiX962, 4, 3, 1)
  public static let ecdsaWithSHA256 = arc(ansiX962, 4, 3, 2)
  public static let ecdsaWithSHA384 = arc(ansiX962, 4, 3, 3)
  public static let ecdsaWithSHA512 = arc(ansiX962, 4, 3, 4)
  public static let ed25519 = OID(checked: [0x2b, 0x65, 0x70])
  public static let dsa = OID(checked: [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1])
  public static let dsaWithSHA1 = OID(checked: [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3])
  public static let dsaWithSHA224 = arc(nist, 3, 1)
  public static let dsaWithSHA256 = arc(nist, 3, 2)
  public static let sha1 = OID(checked: [0x2b, 14, 3, 2, 26])
  public static let sha256 = arc(nist, 2, 1)
  public static let sha384 = arc(nist, 2, 2)
  public static let sha512 = arc(nist, 2, 3)
  public static let sha224 = arc(nist, 2, 4)
  private static let ansiX962: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d]
  private static let nist: [UInt8] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4]
}
