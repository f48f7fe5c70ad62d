import Cryptography
import PKI
import Testing

@testable import Trust

/// RFC 5280 §4.2 and §6.1.4: extensions, one fixture a fault.
@Suite("Clauses on extensions")
struct ExtensionClauseTests {
  typealias Odd = OddCertificate

  /// A leaf with these extensions and no others.
  private static func leaf(
    purpose: Purpose = .client, _ extensions: [UInt8]...
  ) -> @Sendable () throws -> Verdict {
    { try judgeOdd({ $0.purpose = purpose }) { $0.extensions = extensions } }
  }

  /// A client below an intermediate below a root.
  private static func chain(
    purpose: Purpose = .client, root: @escaping @Sendable (inout CertificateTemplate) -> Void = { _ in },
    _ intermediate: @escaping @Sendable (inout CertificateTemplate) -> Void
  ) -> @Sendable () throws -> Verdict {
    {
      let root = try Holder.root { root(&$0) }
      let middle = try root.authority { intermediate(&$0) }
      return try judge([middle.client(), middle], trust: [root]) { $0.purpose = purpose }
    }
  }

  private static let strange = OID("1.3.6.1.4.1.99999.1") ?? .anyPolicy

  static let forms: [Clause] = [
    Clause("critical FALSE written out", .malformedCertificate, leaf(Odd.raw(strange, [5, 0], critical: [1, 1, 0]))),
    Clause("critical 01", .malformedCertificate, leaf(Odd.raw(strange, [5, 0], critical: [1, 1, 1]))),
    Clause(
      "the same extension twice", .malformedCertificate,
      leaf(Odd.standard(KeyUsage.digitalSignature), Odd.standard(KeyUsage.digitalSignature))),
    Clause("an unknown extension twice", .malformedCertificate, leaf(Odd.raw(strange, []), Odd.raw(strange, []))),
    Clause("an unknown extension", nil, leaf(Odd.raw(strange, [1, 2, 3]))),
    Clause(
      "an unknown critical extension", .unknownCriticalExtension, leaf(Odd.raw(strange, [], critical: [1, 1, 0xff]))),
    Clause(
      "basicConstraints with cA FALSE written out", .malformedExtension,
      leaf(Odd.raw(.basicConstraints, [0x30, 3, 1, 1, 0]))),
    Clause(
      "negative pathLenConstraint", .malformedExtension,
      leaf(Odd.raw(.basicConstraints, [0x30, 6, 1, 1, 0xff, 2, 1, 0x80]))),
    Clause(
      "basicConstraints with something behind", .malformedExtension, leaf(Odd.raw(.basicConstraints, [0x30, 0, 5, 0]))),
    Clause("empty keyUsage", .malformedExtension, leaf(Odd.raw(.keyUsage, [3, 1, 0]))),
    Clause("keyUsage without any bit", .malformedExtension, leaf(purpose: .any, Odd.raw(.keyUsage, [3, 2, 0, 0]))),
    Clause("keyUsage with set bits declared unused", .malformedExtension, leaf(Odd.raw(.keyUsage, [3, 2, 7, 0xff]))),
    Clause("keyUsage with nine unused bits", .malformedExtension, leaf(Odd.raw(.keyUsage, [3, 2, 9, 0x80]))),
    Clause("keyUsage that is an OCTET STRING", .malformedExtension, leaf(Odd.raw(.keyUsage, [4, 2, 7, 0x80]))),
    Clause("empty extendedKeyUsage", .malformedExtension, leaf(Odd.raw(.extendedKeyUsage, [0x30, 0]))),
    Clause("empty subjectAltName", .malformedExtension, leaf(Odd.raw(.subjectAlternativeName, [0x30, 0]))),
    Clause(
      "subjectAltName with an unknown choice", .malformedExtension,
      leaf(Odd.raw(.subjectAlternativeName, [0x30, 2, 0x89, 0]))),
    Clause(
      "iPAddress of three octets", .malformedExtension,
      leaf(Odd.raw(.subjectAlternativeName, [0x30, 5, 0x87, 3, 1, 2, 3]))),
    Clause(
      "iPAddress with a mask", .malformedExtension,
      leaf(Odd.standard(SubjectAlternativeName([.ip([10, 0, 0, 1, 255, 0, 0, 0])])))),
    Clause(
      "dNSName beyond ASCII", .malformedExtension,
      leaf(Odd.raw(.subjectAlternativeName, [0x30, 4, 0x82, 2, 0xc3, 0xbc]))),
    Clause(
      "constructed dNSName", .malformedExtension,
      leaf(Odd.raw(.subjectAlternativeName, [0x30, 5, 0xa2, 3, 0x16, 1, 0x61]))),
    Clause("empty nameConstraints", .malformedExtension, leaf(Odd.raw(.nameConstraints, [0x30, 0]))),
    Clause(
      "nameConstraints with minimum 0 written out", .malformedExtension,
      leaf(Odd.raw(.nameConstraints, [0x30, 9, 0xa0, 7, 0x30, 5, 0x82, 0, 0x80, 1, 0]))),
    Clause("empty certificatePolicies", .malformedExtension, leaf(Odd.raw(.certificatePolicies, [0x30, 0]))),
    Clause(
      "a policy twice", .malformedExtension,
      leaf(Odd.standard(CertificatePolicies([PolicyInformation(strange), PolicyInformation(strange)])))),
    Clause("empty policyConstraints", .malformedExtension, leaf(Odd.raw(.policyConstraints, [0x30, 0]))),
    Clause("negative inhibitAnyPolicy", .malformedExtension, leaf(Odd.raw(.inhibitAnyPolicy, [2, 1, 0xff]))),
    Clause("empty cRLDistributionPoints", .malformedExtension, leaf(Odd.raw(.crlDistributionPoints, [0x30, 0]))),
    Clause(
      "damaged authorityInfoAccess", .malformedExtension, leaf(Odd.raw(.authorityInformationAccess, [0x30, 2, 5, 0]))),
    Clause(
      "damaged authorityKeyIdentifier", .malformedExtension,
      leaf(Odd.raw(.authorityKeyIdentifier, [0x30, 3, 0x80, 2, 1]))),
    Clause("damaged subjectKeyIdentifier", .malformedExtension, leaf(Odd.raw(.subjectKeyIdentifier, [0x30, 0]))),
    Clause(
      "critical authorityKeyIdentifier", .unknownCriticalExtension,
      leaf(Odd.standard(AuthorityKeyIdentifier(keyIdentifier: [1]), critical: true))),
    Clause(
      "critical subjectKeyIdentifier", .unknownCriticalExtension,
      leaf(Odd.standard(SubjectKeyIdentifier([1]), critical: true))),
    Clause("critical authorityInfoAccess", .unknownCriticalExtension) {
      let access = AuthorityInformationAccess([.init(method: .ocsp, location: .uri("http://a.example/"))])
      return try judgeOdd { $0.extensions = [Odd.standard(access, critical: true)] }
    },
    Clause("critical extendedKeyUsage", nil, leaf(Odd.standard(ExtendedKeyUsage([.clientAuth]), critical: true))),
  ]

  static let purposes: [Clause] = [
    Clause("no extendedKeyUsage", nil, leaf(Odd.standard(KeyUsage.digitalSignature))),
    Clause("serverAuth for a client", .purpose, leaf(Odd.standard(ExtendedKeyUsage([.serverAuth])))),
    Clause("clientAuth for a server", .purpose, leaf(purpose: .server, Odd.standard(ExtendedKeyUsage([.clientAuth])))),
    Clause("clientAuth for anything", nil, leaf(purpose: .any, Odd.standard(ExtendedKeyUsage([.clientAuth])))),
    Clause(
      "anyExtendedKeyUsage alone in a leaf", .purpose, leaf(Odd.standard(ExtendedKeyUsage([.anyExtendedKeyUsage])))),
    Clause(
      "anyExtendedKeyUsage beside clientAuth", nil,
      leaf(Odd.standard(ExtendedKeyUsage([.anyExtendedKeyUsage, .clientAuth])))),
    Clause("keyEncipherment alone for a client", .purpose, leaf(Odd.standard(KeyUsage.keyEncipherment))),
    Clause("keyEncipherment alone for a server", nil, leaf(purpose: .server, Odd.standard(KeyUsage.keyEncipherment))),
    Clause("keyCertSign alone for a server", .purpose, leaf(purpose: .server, Odd.standard(KeyUsage.keyCertSign))),
    Clause("an intermediate for servers above a client", .purpose, chain { $0.set(ExtendedKeyUsage([.serverAuth])) }),
    Clause("an intermediate for clients above a client", nil, chain { $0.set(ExtendedKeyUsage([.clientAuth])) }),
    Clause(
      "an intermediate for anything above a client", nil, chain { $0.set(ExtendedKeyUsage([.anyExtendedKeyUsage])) }),
    Clause(
      "a root for servers above a client", .purpose, chain(root: { $0.set(ExtendedKeyUsage([.serverAuth])) }) { _ in }),
    Clause(
      "an intermediate for servers, nobody asks", nil, chain(purpose: .any) { $0.set(ExtendedKeyUsage([.serverAuth])) }),
  ]

  static let authorities: [Clause] = [
    Clause("an intermediate without basicConstraints", .notCA, chain { $0.remove(.basicConstraints) }),
    Clause("an intermediate with cA FALSE", .notCA, chain { $0.set(BasicConstraints(isCA: false), critical: true) }),
    Clause(
      "an intermediate whose basicConstraints are not critical", nil, chain { $0.set(BasicConstraints(isCA: true)) }),
    Clause("an intermediate without keyUsage", nil, chain { $0.remove(.keyUsage) }),
    Clause(
      "an intermediate without keyCertSign", .keyUsageCertSign, chain { $0.set(KeyUsage.cRLSign, critical: true) }),
    Clause(
      "a root without keyCertSign", .keyUsageCertSign,
      chain(root: { $0.set(KeyUsage.cRLSign, critical: true) }) { _ in }),
    Clause("a root with cA FALSE", .notCA, chain(root: { $0.set(BasicConstraints(isCA: false)) }) { _ in }),
    Clause(
      "a root of version 3 without basicConstraints", .notCA, chain(root: { $0.remove(.basicConstraints) }) { _ in }),
    Clause(
      "a root with an unknown critical extension", .unknownCriticalExtension,
      chain(root: { $0.extensions.append(CertificateExtension(oid: strange, critical: true, value: [5, 0])) }) { _ in }),
    Clause(
      "path length 0 at the root", .pathLength,
      chain(root: { $0.set(BasicConstraints(isCA: true, pathLength: 0)) }) { _ in }),
    Clause("path length 0 at the intermediate", nil, chain { $0.set(BasicConstraints(isCA: true, pathLength: 0)) }),
    Clause("path length 0 above a leaf that is a CA", nil) {
      let root = try Holder.root { $0.set(BasicConstraints(isCA: true, pathLength: 0), critical: true) }
      let leaf = try root.authority { $0.set(KeyUsage([.digitalSignature, .keyCertSign])) }
      return try judge([leaf], trust: [root])
    },
    Clause("path length 0 above a self-issued intermediate", nil) {
      let root = try Holder.root { $0.set(BasicConstraints(isCA: true, pathLength: 0), critical: true) }
      let rolled = try root.authority("Root")
      return try judge([rolled.client(), rolled], trust: [root])
    },
    Clause("path length 0 above a self-issued and another intermediate", .pathLength) {
      let root = try Holder.root { $0.set(BasicConstraints(isCA: true, pathLength: 0), critical: true) }
      let rolled = try root.authority("Root")
      let other = try rolled.authority("Other")
      return try judge([other.client(), other, rolled], trust: [root]) { $0.maximumDepth = 5 }
    },
    Clause("a leaf that is a CA", nil) {
      let root = try Holder.root()
      return try judge([root.client { $0.set(BasicConstraints(isCA: true), critical: true) }], trust: [root])
    },
    Clause("a leaf that issued another", .notCA) {
      let root = try Holder.root()
      let leaf = try root.client("leaf")
      return try judge([leaf.client(), leaf], trust: [root])
    },
    Clause("a wrong authorityKeyIdentifier", nil, chain { $0.set(AuthorityKeyIdentifier(keyIdentifier: [9])) }),
    Clause(
      "a wrong authorityCertSerialNumber", nil,
      chain {
        $0.set(
          AuthorityKeyIdentifier(
            keyIdentifier: nil, authorityCertIssuer: [.directory(name("Nobody"))],
            authorityCertSerialNumber: SerialNumber(99)))
      }),
  ]

  @Test("extensions are as RFC 5280 §4.2 has them", arguments: forms + purposes + authorities)
  func clause(_ clause: Clause) throws {
    #expect(try clause.found == clause.rule)
  }
}
