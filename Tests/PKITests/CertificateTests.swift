import Cryptography
import Testing

@testable import PKI

@Suite("Certificates")
struct CertificateTests {
  private func fixture() throws -> Certificate {
    try Certificate(pem: Array(CertificateFixtures.everyExtension.utf8))
  }

  @Test("the fields of a certificate are those openssl prints")
  func fields() throws {
    let certificate = try fixture()
    #expect(certificate.version == 2)
    #expect(certificate.serialNumber.hexString == "AB12CD34")
    #expect(certificate.notAfter.opensslText == "Nov 18 13:34:09 2036 GMT")
    #expect(certificate.notBefore.rfc3339 == "2026-11-21T13:34:09Z")
    #expect(certificate.isSelfIssued)
    #expect(certificate.publicKey?.type == .p256)
    #expect(certificate.signatureAlgorithm.signatureAlgorithm == .ecdsa(.sha256))
    #expect(try certificate.isSigned(by: #require(certificate.publicKey)))
    #expect(try !certificate.isSigned(by: PrivateKey.generate(.p256).publicKey))
    #expect(certificate.extensions.count == 16)
    #expect(try Certificate(pem: certificate.pem) == certificate)
  }

  @Test("constraints and usages")
  func constraints() throws {
    let certificate = try fixture()
    #expect(try certificate.basicConstraints() == BasicConstraints(isCA: true, pathLength: 3))
    #expect(try certificate.keyUsage() == [.digitalSignature, .keyCertSign, .cRLSign])
    #expect(certificate.extension(.keyUsage)?.critical == true)
    #expect(
      try certificate.extendedKeyUsage()?.purposes.map(\.description) == [
        "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.2.3.4",
      ])
    #expect(try certificate.subjectKeyIdentifier() == SubjectKeyIdentifier(of: #require(certificate.publicKey)))
    let constraints = try #require(try certificate.nameConstraints())
    #expect(constraints.permitted == [.dns(".example.com"), .ip([192, 0, 2, 0, 255, 255, 255, 0])])
    #expect(constraints.excluded.map(\.description) == ["email:bad.test", "DirName:O=Bad,C=DE"])
    #expect(try certificate.inhibitAnyPolicy()?.skipCerts == 4)
    #expect(
      try certificate.policyConstraints() == PolicyConstraints(requireExplicitPolicy: 2, inhibitPolicyMapping: 1))
  }

  @Test("alternative names are typed")
  func alternativeNames() throws {
    let names = try #require(try fixture().subjectAlternativeName())
    #expect(
      names.map(\.description) == [
        "DNS:host.example.com", "DNS:*.example.com", "IP:192.0.2.1", "IP:2001:db8::1", "email:a@example.com",
        "URI:https://example.com/x", "RID:1.2.3.4", "othername:1.3.6.1.4.1.311.20.2.3:user@example.com",
        "DirName:O=Bad,C=DE",
      ])
    #expect(try fixture().issuerAlternativeName() == [.dns("issuer.test")])
  }

  @Test("policies, distribution points and access descriptions")
  func pointers() throws {
    let certificate = try fixture()
    let policies = try #require(try certificate.certificatePolicies()).policies
    #expect(policies.map(\.identifier.description) == ["1.2.3.5", "1.2.3.7"])
    #expect(policies[1].qualifiers.map(\.oid) == [.certificationPracticeStatement, .userNotice])
    let mappings = try #require(try certificate.policyMappings()).mappings
    #expect(mappings.map(\.subjectDomainPolicy.description) == ["1.2.3.6"])
    let points = try #require(try certificate.crlDistributionPoints()).points
    #expect(points[0] == DistributionPoint(uri: "http://crl.test/a.crl"))
    #expect(points[1].reasons == [.keyCompromise, .cACompromise])
    #expect(points[1].crlIssuer?.map(\.description) == ["DirName:O=Bad,C=DE"])
    let access = try #require(try certificate.authorityInformationAccess())
    #expect(access.uris(.ocsp) == ["http://ocsp.test/"])
    #expect(access.uris(.caIssuers) == ["http://ca.test/ca.crt"])
    #expect(try certificate.freshestCRL()?.points == [DistributionPoint(uri: "http://crl.test/delta.crl")])
  }

  @Test("every typed extension encodes to the bytes it was read from")
  func extensionsRoundTrip() throws {
    let certificate = try fixture()
    func check<Value: ExtensionValue>(_ type: Value.Type) throws {
      let value = try #require(try certificate.value(of: type), "\(type) is absent")
      #expect(value.der == certificate.extension(Value.oid)?.value, "\(type)")
    }
    try check(BasicConstraints.self)
    try check(KeyUsage.self)
    try check(ExtendedKeyUsage.self)
    try check(SubjectKeyIdentifier.self)
    try check(SubjectAlternativeName.self)
    try check(IssuerAlternativeName.self)
    try check(NameConstraints.self)
    try check(CertificatePolicies.self)
    try check(PolicyMappings.self)
    try check(PolicyConstraints.self)
    try check(InhibitAnyPolicy.self)
    try check(CRLDistributionPoints.self)
    try check(AuthorityInformationAccess.self)
    try check(FreshestCRL.self)
  }

  @Test("a certificate cut short at any byte is refused")
  func truncation() throws {
    let der = try fixture().der
    for count in 0..<der.count {
      #expect(throws: PKIError.self) { try Certificate(der: Array(der.prefix(count))) }
    }
    #expect(throws: PKIError.malformed(.certificate, DERError(.trailingBytes, at: der.count))) {
      try Certificate(der: der + [0])
    }
  }

  @Test("a certificate with any byte changed is refused or no longer signed, and its extensions never crash")
  func tampering() throws {
    let der = try fixture().der
    let key = try #require(try fixture().publicKey)
    for index in der.indices {
      for mask: UInt8 in [0x01, 0x80, 0xff] {
        var changed = der
        changed[index] ^= mask
        guard let certificate = try? Certificate(der: changed) else { continue }
        exercise(certificate)
        if mask == 0x01, index % 16 == 0 { #expect(!certificate.isSigned(by: key)) }
      }
    }
  }

  private func exercise(_ certificate: Certificate) {
    _ = try? certificate.basicConstraints()
    _ = try? certificate.keyUsage()
    _ = try? certificate.extendedKeyUsage()
    _ = try? certificate.subjectAlternativeName()
    _ = try? certificate.nameConstraints()
    _ = try? certificate.certificatePolicies()
    _ = try? certificate.policyMappings()
    _ = try? certificate.policyConstraints()
    _ = try? certificate.crlDistributionPoints()
    _ = try? certificate.authorityInformationAccess()
    _ = try? certificate.authorityKeyIdentifier()
    _ = certificate.subject.rfc2253 + certificate.subject.oneLine + certificate.text
    _ = certificate.subject.matches(certificate.issuer)
  }

  @Test("an unknown key algorithm is no parse failure")
  func unknownKey() throws {
    let key = try PrivateKey.generate(.p256)
    var template = Samples.template(key: key)
    template.subjectPublicKeyInfo = DERWriter.bytes {
      $0.sequence {
        AlgorithmIdentifier(oid: OID("1.2.3.4")!).write(to: &$0)
        $0.bitString([1, 2, 3])
      }
    }
    let certificate = try template.signed(by: key)
    #expect(certificate.publicKey == nil)
    #expect(certificate.publicKeyAlgorithm.oid.description == "1.2.3.4")
    #expect(certificate.isSigned(by: key.publicKey))
  }

  @Test("two algorithms that differ make a signature worth nothing")
  func algorithmMismatch() throws {
    let key = try PrivateKey.generate(.p256)
    let tbs = Samples.template(key: key).tbsDER(signatureAlgorithm: .ecdsa(.sha384))
    let signature = try key.sign(tbs, .ecdsa(.sha256))
    let der = CertificateTemplate.certificate(tbs: tbs, algorithm: .ecdsa(.sha256), signature: signature)
    #expect(try !Certificate(der: der).isSigned(by: key.publicKey))
  }

  @Test("an extension that occurs twice is refused")
  func duplicateExtension() throws {
    let key = try PrivateKey.generate(.p256)
    var template = Samples.template(key: key)
    template.extensions = [
      CertificateExtension(BasicConstraints(isCA: false)), CertificateExtension(BasicConstraints(isCA: true)),
    ]
    #expect(throws: PKIError.self) { try template.signed(by: key) }
  }

  @Test("extensions beyond reason and values nested beyond reason are refused or cut, not followed")
  func hostileShapes() throws {
    let key = try PrivateKey.generate(.p256)
    var template = Samples.template(key: key)
    template.extensions = (0..<300).compactMap { OID("1.2.3.\($0)") }.map {
      CertificateExtension(oid: $0, value: [5, 0])
    }
    #expect(throws: PKIError.self) { try template.signed(by: key) }
    var nested = DERWriter.bytes { $0.primitive(.utf8String, "x".utf8) }
    for _ in 0..<5000 { nested = DERWriter.bytes { $0.primitive(.sequence, nested) } }
    let qualifier = PolicyInformation.Qualifier(oid: .userNotice, value: nested)
    template.extensions = [
      CertificateExtension(CertificatePolicies([PolicyInformation(.anyPolicy, qualifiers: [qualifier])]))
    ]
    #expect(try template.signed(by: key).text.contains("User Notice"))
  }
}
