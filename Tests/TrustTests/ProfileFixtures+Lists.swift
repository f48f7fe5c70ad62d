import Cryptography
import PKI

@testable import Trust

/// One fixture for each row of docs/verifier-profiles.md that is about CRLs or servers.
extension ProfileFixture {
  private typealias Odd = OddCertificate

  static let lists: [ProfileFixture] = [
    .list(
      "crl.version",
      broken: { list in
        list.version = []
        list.extensions = []
      }),
    .list(
      "crl.times", broken: { $0.nextUpdate = Odd.generalized("20491231235959Z") },
      sound: { $0.nextUpdate = Odd.generalized("20500101000000Z") }),
    .list("crl.nextUpdate", broken: { $0.nextUpdate = [] }),
    .list("crl.revokedCertificates", broken: { $0.entries = [] }, sound: { $0.entries = [OddList.entry([8])] }),
    .list("crl.authorityKeyIdentifier", broken: { $0.extensions.removeFirst() }),
    .list("crl.number", broken: { $0.extensions.removeLast() }),
    .list(
      "crl.number.critical", broken: { $0.extensions[1] = Odd.standard(CRLNumber(SerialNumber(1)), critical: true) }),
    .list(
      "crl.number.length", broken: { $0.extensions[1] = number(octets: 21) },
      sound: { $0.extensions[1] = number(octets: 20) }),
    ProfileFixture(
      "crl.delta.critical", broken: lists([{ _ in }, { delta(&$0, critical: false) }]),
      sound: lists([{ _ in }, { delta(&$0, critical: true) }])),
    .list(
      "crl.scope.critical", broken: { $0.extensions.append(Odd.standard(users)) },
      sound: { $0.extensions.append(Odd.standard(users, critical: true)) }),
    .list(
      "crl.scope", broken: { $0.extensions.append(Odd.standard(IssuingDistributionPoint(), critical: true)) },
      sound: { $0.extensions.append(Odd.standard(users, critical: true)) }),
    .list(
      "crl.freshestCRL", broken: { $0.extensions.append(Odd.standard(freshest, critical: true)) },
      sound: { $0.extensions.append(Odd.standard(freshest)) }),
    .list(
      "crl.authorityInfoAccess",
      broken: { $0.extensions.append(Odd.raw(.authorityInformationAccess, [0x30, 0], critical: [1, 1, 0xff])) },
      sound: { $0.extensions.append(Odd.raw(.authorityInformationAccess, [0x30, 0])) }),
    .list(
      "crl.critical", broken: { $0.extensions.append(Odd.raw(strange, [5, 0], critical: [1, 1, 0xff])) },
      sound: { $0.extensions.append(Odd.raw(strange, [5, 0])) }),
    .list(
      "crl.entry.reason", broken: { $0.entries = [OddList.entry([8], [Odd.raw(.reasonCode, [0x0a, 1, 7])])] },
      sound: { $0.entries = [OddList.entry([8], [Odd.raw(.reasonCode, [0x0a, 1, 6])])] }),
    .list(
      "crl.entry.certificateIssuer",
      broken: { $0.entries = [OddList.entry([8], [Odd.standard(issuer, critical: true)])] },
      sound: { list in
        var scope = IssuingDistributionPoint()
        scope.indirectCRL = true
        list.extensions.append(Odd.standard(scope, critical: true))
        list.entries = [OddList.entry([8], [Odd.standard(issuer, critical: true)])]
      }),
  ]

  private static let issuer = CertificateIssuer([.directory(name("Root"))])
  private static let freshest = FreshestCRL([DistributionPoint(uri: "http://a.test/")])
  private static var users: IssuingDistributionPoint {
    var scope = IssuingDistributionPoint()
    scope.onlyContainsUserCerts = true
    return scope
  }

  private static func number(octets: Int) -> [UInt8] {
    Odd.raw(.crlNumber, Odd.der { $0.primitive(.integer, [UInt8](repeating: 0x7f, count: octets)) })
  }

  private static func delta(_ list: inout OddList, critical: Bool) {
    list.extensions[1] = Odd.standard(CRLNumber(SerialNumber(2)))
    list.extensions.append(Odd.standard(DeltaCRLIndicator(baseCRLNumber: SerialNumber(1)), critical: critical))
  }

  static let servers: [ProfileFixture] = [
    .server(
      "server.basicConstraints", broken: { $0.set(BasicConstraints(isCA: true), critical: true) },
      sound: { $0.set(BasicConstraints(isCA: false), critical: true) }),
    .server(
      "server.keyUsage", broken: { $0.set(KeyUsage([.digitalSignature, .cRLSign]), critical: true) },
      sound: { $0.set(KeyUsage([.digitalSignature, .keyAgreement]), critical: true) }),
    .server("server.extendedKeyUsage", broken: { $0.remove(.extendedKeyUsage) }),
    .server("server.extendedKeyUsage.critical", broken: { $0.setCritical(.extendedKeyUsage, true) }),
    .server(
      "server.extendedKeyUsage.others",
      broken: { $0.set(ExtendedKeyUsage([.serverAuth, .anyExtendedKeyUsage])) },
      sound: { $0.set(ExtendedKeyUsage([.serverAuth, .clientAuth])) }),
    ProfileFixture(
      "server.root.extendedKeyUsage", broken: server(root: { $0.set(ExtendedKeyUsage([.serverAuth])) }),
      sound: server(middle: { $0.set(ExtendedKeyUsage([.serverAuth])) })),
    .server(
      "server.authorityKeyIdentifier",
      broken: { template in
        try template.changeKeyHint { hint in
          hint.authorityCertSerialNumber = SerialNumber(2)
          hint.authorityCertIssuer = [.directory(name("Root"))]
        }
      }),
    .server(
      "server.subjectAltName",
      broken: { $0.set(SubjectAlternativeName([.dns(host), .uri("https://www.test.example/")])) },
      sound: { $0.set(SubjectAlternativeName([.dns(host), .ip([192, 0, 2, 1])])) }),
    .server(
      "server.subjectAltName.critical", broken: { $0.setCritical(.subjectAlternativeName, true) },
      sound: { template in
        template.subject = .empty
        template.setCritical(.subjectAlternativeName, true)
      }),
    .server(
      "server.commonName", broken: { $0.subject = name("WWW.test.example") },
      sound: { template in
        template.subject = name("2001:db8::1")
        template.set(
          SubjectAlternativeName([
            .dns(host), .ip([0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]),
          ]))
      }),
    .server("server.wildcard", broken: { named("*.co.uk", &$0) }, sound: { named("*.example.co.uk", &$0) }),
    .server(
      "server.keys.size", broken: { $0.subjectPublicKeyInfo = AlgorithmClauseTests.rsa(bits: 2040) },
      sound: { $0.subjectPublicKeyInfo = AlgorithmClauseTests.rsa(bits: 2048) }),
    .server(
      "server.keys", broken: { try useKey(.ed25519, &$0) }, sound: { try useKey(.p384, &$0) }),
    ProfileFixture("server.signatures.weak", broken: signed(.ecdsa(.sha1)), sound: signed(.ecdsa(.sha256))),
    ProfileFixture("server.signatures", broken: signed(.ecdsa(.sha224)), sound: signed(.ecdsa(.sha384))),
  ]

  private static func named(_ host: String, _ template: inout CertificateTemplate) {
    template.subject = name(host)
    template.set(SubjectAlternativeName([.dns(host)]))
  }

  private static func useKey(_ type: KeyType, _ template: inout CertificateTemplate) throws {
    template.subjectPublicKeyInfo = try PrivateKey.generate(type).publicKey.subjectPublicKeyInfo
  }

  private static func signed(_ algorithm: SignatureAlgorithm) -> Make {
    { profile in
      let root = try Holder.root()
      var odd = try OddCertificate(under: root)
      odd.innerAlgorithm = Odd.der { AlgorithmIdentifier(algorithm).write(to: &$0) }
      odd.subject = name(host).der
      odd.extensions = [
        Odd.standard(ExtendedKeyUsage([.serverAuth])), Odd.standard(SubjectAlternativeName([.dns(host)])),
        Odd.standard(AuthorityKeyIdentifier(keyIdentifier: try SubjectKeyIdentifier(of: root.key.publicKey).bytes)),
      ]
      return judge(der: try odd.der(algorithm), trust: [root]) { policy in
        policy.purpose = .server
        policy.profile = profile
      }
    }
  }
}
