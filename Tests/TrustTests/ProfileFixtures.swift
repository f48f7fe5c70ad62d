import Cryptography
import PKI

@testable import Trust

/// One fixture for each row of docs/verifier-profiles.md that is about certificates.
extension ProfileFixture {
  private typealias Odd = OddCertificate

  static let strange = OID("1.3.6.1.4.1.99999.1") ?? .anyPolicy
  private static let other = OID("1.3.6.1.4.1.99999.2") ?? .anyPolicy
  private static let critical: [UInt8] = [1, 1, 0xff]

  static let fields: [ProfileFixture] = [
    .odd("version", broken: { $0.version = [] }),
    .odd("serialNumber.positive", broken: { $0.serial = [2, 1, 0] }, sound: { $0.serial = [2, 1, 1] }),
    .odd(
      "serialNumber.length", broken: { $0.serial = [2, 21] + [UInt8](repeating: 0x7f, count: 21) },
      sound: { $0.serial = [2, 20] + [UInt8](repeating: 0x7f, count: 20) }),
    .odd(
      "signature",
      broken: { $0.outerAlgorithm = Odd.der { AlgorithmIdentifier(.ecdsa(.sha384)).write(to: &$0) } },
      sound: { $0.outerAlgorithm = $0.innerAlgorithm }),
    ProfileFixture(
      "issuer",
      broken: { profile in
        let root = try Holder.root { template in
          template.subject = .empty
          template.issuer = .empty
        }
        return try judge([root.client()], trust: [root]) { $0.profile = profile }
      }, sound: chain()),
    .odd(
      "validity.zone",
      broken: { $0.validity = Odd.period(Odd.utc("2601010000Z"), Odd.utc("280101000000Z")) },
      sound: { $0.validity = Odd.period(Odd.utc("260101000000Z"), Odd.utc("280101000000Z")) }),
    .odd(
      "validity.form",
      broken: { $0.validity = Odd.period(Odd.utc("260101000000Z"), Odd.generalized("20491231235959Z")) },
      sound: { $0.validity = Odd.period(Odd.utc("260101000000Z"), Odd.generalized("20500101000000Z")) }),
    .leaf(
      "subject",
      broken: { template in
        template.subject = .empty
        template.set(SubjectAlternativeName([.dns("a.example")]))
      },
      sound: { template in
        template.subject = .empty
        template.set(SubjectAlternativeName([.dns("a.example")]), critical: true)
      }),
    .leaf(
      "subject.emailAddress",
      broken: { template in
        template.subject = try DistinguishedName(parsing: "/CN=a/emailAddress=a@b.example")
        template.set(SubjectAlternativeName([.email("b@b.example")]))
      },
      sound: { template in
        template.subject = try DistinguishedName(parsing: "/CN=a/emailAddress=a@b.example")
        template.set(SubjectAlternativeName([.email("a@b.example")]))
      }),
    .leaf(
      "names.attributes", broken: { $0.subject = name(String(repeating: "a", count: 65)) },
      sound: { $0.subject = name(String(repeating: "a", count: 64)) }),
    .odd("uniqueIdentifiers", broken: { $0.uniqueIdentifiers = [0x82, 2, 0, 1] }),
    .odd("extensions", broken: { $0.extensions = [] }),
    .odd("extensions.once", broken: { $0.extensions?.append(Odd.standard(ExtendedKeyUsage([.clientAuth]))) }),
    .leaf(
      "extensions.critical", broken: { $0.append(strange, critical: true, [5, 0]) },
      sound: { $0.append(strange, [5, 0]) }),
  ]

  static let keys: [ProfileFixture] = [
    .leaf("authorityKeyIdentifier", broken: { $0.remove(.authorityKeyIdentifier) }),
    .leaf("authorityKeyIdentifier.critical", broken: { $0.setCritical(.authorityKeyIdentifier, true) }),
    .leaf(
      "authorityKeyIdentifier.pair",
      broken: { try $0.changeKeyHint { $0.authorityCertSerialNumber = SerialNumber(2) } },
      sound: { template in
        try template.changeKeyHint { hint in
          hint.authorityCertSerialNumber = SerialNumber(2)
          hint.authorityCertIssuer = [.directory(name("Root"))]
        }
      }),
    .leaf("authorityKeyIdentifier.issuer", broken: { try $0.changeKeyHint { $0.keyIdentifier = [9] } }),
    ProfileFixture(
      "subjectKeyIdentifier", broken: chain(middle: { $0.remove(.subjectKeyIdentifier) }),
      sound: chain(leaf: { $0.remove(.subjectKeyIdentifier) })),
    .leaf("subjectKeyIdentifier.critical", broken: { $0.setCritical(.subjectKeyIdentifier, true) }),
    ProfileFixture(
      "keyUsage", broken: chain(middle: { $0.remove(.keyUsage) }), sound: chain(leaf: { $0.remove(.keyUsage) })),
    .odd(
      "keyUsage.empty", broken: { $0.extensions?.append(Odd.raw(.keyUsage, [3, 2, 0, 0])) },
      sound: { $0.extensions?.append(Odd.standard(KeyUsage.digitalSignature)) }),
    .leaf(
      "keyUsage.keyCertSign", broken: { $0.set(KeyUsage([.digitalSignature, .keyCertSign]), critical: true) },
      sound: { template in
        template.set(KeyUsage([.digitalSignature, .keyCertSign]), critical: true)
        template.set(BasicConstraints(isCA: true), critical: true)
      }),
    .middle(
      "keyUsage.issuer", broken: { $0.set(KeyUsage.cRLSign, critical: true) },
      sound: { $0.set(KeyUsage.keyCertSign, critical: true) }),
    .leaf(
      "keyUsage.key", broken: { $0.set(KeyUsage([.digitalSignature, .keyEncipherment]), critical: true) },
      sound: { $0.set(KeyUsage([.digitalSignature, .keyAgreement]), critical: true) }),
    .leaf(
      "keyUsage.purpose", broken: { $0.set(KeyUsage.contentCommitment, critical: true) },
      sound: { $0.set(KeyUsage([.contentCommitment, .digitalSignature]), critical: true) }),
    .leaf("extendedKeyUsage.empty", broken: { $0.append(.extendedKeyUsage, [0x30, 0]) }),
  ]

  static let names: [ProfileFixture] = [
    .leaf(
      "subjectAltName.empty", broken: { $0.append(.subjectAlternativeName, [0x30, 0]) },
      sound: { $0.set(SubjectAlternativeName([.dns("a.example")])) }),
    .leaf(
      "subjectAltName.syntax", broken: { $0.set(SubjectAlternativeName([.dns("a b.example")])) },
      sound: { $0.set(SubjectAlternativeName([.dns("a-b.example")])) }),
    .leaf(
      "subjectAltName.form", broken: { $0.set(SubjectAlternativeName([.dns("a_b.example")])) },
      sound: { $0.set(SubjectAlternativeName([.dns("a-b.example")])) }),
    .leaf(
      "issuerAltName.syntax", broken: { $0.set(IssuerAlternativeName([.dns("a b.example")])) },
      sound: { $0.set(IssuerAlternativeName([.dns("a-b.example")])) }),
    .leaf(
      "subjectDirectoryAttributes.critical",
      broken: { $0.append(.subjectDirectoryAttributes, critical: true, [0x30, 0]) },
      sound: { $0.append(.subjectDirectoryAttributes, [0x30, 0]) }),
    .leaf(
      "cRLDistributionPoints.name",
      broken: { $0.set(CRLDistributionPoints([DistributionPoint(name: nil), point(nil)])) },
      sound: { $0.set(CRLDistributionPoints([point(nil)])) }),
    .leaf(
      "cRLDistributionPoints.reasons",
      broken: { $0.set(CRLDistributionPoints([point(.keyCompromise)])) },
      sound: { $0.set(CRLDistributionPoints([point(.keyCompromise), point(nil)])) }),
    .leaf(
      "cRLDistributionPoints.cRLIssuer",
      broken: { $0.set(CRLDistributionPoints([point(nil, [.directory(name("CA"))])])) },
      sound: { $0.set(CRLDistributionPoints([point(nil, [.directory(name("Lists"))])])) }),
    .leaf(
      "freshestCRL.critical", broken: { $0.set(FreshestCRL([point(nil)]), critical: true) },
      sound: { $0.set(FreshestCRL([point(nil)])) }),
    .leaf(
      "authorityInfoAccess.critical", broken: { $0.set(access, critical: true) }, sound: { $0.set(access) }),
    .leaf(
      "subjectInfoAccess.critical", broken: { $0.append(.subjectInformationAccess, critical: true, access.der) },
      sound: { $0.append(.subjectInformationAccess, access.der) }),
  ]

  private static let access = AuthorityInformationAccess([.init(method: .ocsp, location: .uri("http://a.test/"))])

  private static func point(_ reasons: ReasonFlags?, _ issuer: [GeneralName]? = nil) -> DistributionPoint {
    DistributionPoint(name: .fullName([.uri("http://a.test/")]), reasons: reasons, crlIssuer: issuer)
  }

  static let authorities: [ProfileFixture] = [
    .middle(
      "basicConstraints", broken: { $0.set(BasicConstraints(isCA: false), critical: true) },
      sound: { $0.set(BasicConstraints(isCA: true), critical: true) }),
    .middle("basicConstraints.critical", broken: { $0.setCritical(.basicConstraints, false) }),
    ProfileFixture(
      "basicConstraints.pathLen", broken: chain(leaf: { $0.set(BasicConstraints(isCA: false, pathLength: 0)) }),
      sound: chain(middle: { $0.set(BasicConstraints(isCA: true, pathLength: 0), critical: true) })),
    ProfileFixture(
      "basicConstraints.below",
      broken: chain(root: { $0.set(BasicConstraints(isCA: true, pathLength: 0), critical: true) }),
      // The last certificate of the path is no intermediate, CA or not.
      sound: chain(
        middle: { $0.set(BasicConstraints(isCA: true, pathLength: 0), critical: true) },
        leaf: { template in
          template.set(BasicConstraints(isCA: true, pathLength: 3), critical: true)
          template.set(KeyUsage([.digitalSignature, .keyCertSign]), critical: true)
        })),
    ProfileFixture(
      "nameConstraints.ca",
      broken: chain(leaf: { $0.set(NameConstraints(permitted: [.dns("example")]), critical: true) }),
      sound: chain(middle: { $0.set(NameConstraints(permitted: [.dns("example")]), critical: true) })),
    .middle(
      "nameConstraints.critical", broken: { $0.set(NameConstraints(permitted: [.dns("example")])) },
      sound: { $0.set(NameConstraints(permitted: [.dns("example")]), critical: true) }),
    .middle(
      "nameConstraints.empty", broken: { $0.append(.nameConstraints, critical: true, [0x30, 0]) },
      sound: { $0.set(NameConstraints(permitted: [], excluded: [.dns("example")]), critical: true) }),
    .middle(
      "nameConstraints.forms",
      broken: { $0.set(NameConstraints(permitted: [], excluded: [.registeredID(strange)]), critical: true) },
      sound: { $0.set(NameConstraints(permitted: [], excluded: [.ip([10, 0, 0, 0, 255, 0, 0, 0])]), critical: true) }),
    .middle(
      "nameConstraints.bases",
      broken: { $0.set(NameConstraints(permitted: [.dns(".example")]), critical: true) },
      sound: { $0.set(NameConstraints(permitted: [.dns("example"), .email(".example")]), critical: true) }),
    .leaf(
      "certificatePolicies.twice",
      broken: { $0.set(CertificatePolicies([PolicyInformation(strange), PolicyInformation(strange)])) },
      sound: { $0.set(CertificatePolicies([PolicyInformation(strange), PolicyInformation(other)])) }),
    .leaf(
      "certificatePolicies.qualifiers",
      broken: { $0.set(CertificatePolicies([PolicyInformation(.anyPolicy, qualifiers: [qualifier])])) },
      sound: { $0.set(CertificatePolicies([PolicyInformation(strange, qualifiers: [qualifier])])) }),
    ProfileFixture(
      "policyMappings.ca", broken: chain(leaf: { $0.set(PolicyMappings([mapping(strange)])) }),
      sound: chain(middle: { $0.set(PolicyMappings([mapping(strange)])) })),
    .middle(
      "policyMappings.empty", broken: { $0.append(.policyMappings, [0x30, 0]) },
      sound: { $0.set(PolicyMappings([mapping(strange)])) }),
    .middle(
      "policyMappings.anyPolicy", broken: { $0.set(PolicyMappings([mapping(.anyPolicy)])) },
      sound: { $0.set(PolicyMappings([mapping(strange)])) }),
    .middle(
      "policyConstraints.critical",
      broken: { $0.set(PolicyConstraints(requireExplicitPolicy: 5, inhibitPolicyMapping: nil)) },
      sound: { $0.set(PolicyConstraints(requireExplicitPolicy: 5, inhibitPolicyMapping: nil), critical: true) }),
    .middle(
      "policyConstraints.empty", broken: { $0.append(.policyConstraints, critical: true, [0x30, 0]) },
      sound: { $0.set(PolicyConstraints(requireExplicitPolicy: nil, inhibitPolicyMapping: 0), critical: true) }),
    .middle(
      "inhibitAnyPolicy.critical", broken: { $0.append(.inhibitAnyPolicy, [2, 1, 1]) },
      sound: { $0.append(.inhibitAnyPolicy, critical: true, [2, 1, 1]) }),
  ]

  private static let qualifier = PolicyInformation.Qualifier(oid: strange, value: [5, 0])

  private static func mapping(_ issuer: OID) -> PolicyMappings.Mapping {
    PolicyMappings.Mapping(issuerDomainPolicy: issuer, subjectDomainPolicy: other)
  }
}
