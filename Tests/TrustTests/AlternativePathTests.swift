import Cryptography
import PKI
import Testing

@testable import Trust

/// RFC 4158: the first path that comes to mind is broken, another holds.
@Suite("Clauses on alternative paths")
struct AlternativePathTests {
  /// A client below `broken` and `sound`, two certificates of one CA; the broken one is met first.
  private static func twins(
    crls: @escaping @Sendable (_ root: Holder, _ middle: Holder) throws -> [CertificateRevocationList]? = { _, _ in nil
    },
    _ policy: @escaping @Sendable (inout VerificationPolicy) -> Void = { _ in },
    _ broken: @escaping @Sendable (inout CertificateTemplate) -> Void
  ) -> @Sendable () throws -> Verdict {
    {
      let root = try Holder.root()
      let key = try PrivateKey.generate(.p256)
      let bad = try root.authority("CA", serial: 7, key: key) { broken(&$0) }
      let good = try root.authority("CA", serial: 8, key: key) {
        $0.set(CertificatePolicies([PolicyInformation(policy1)]))
      }
      let client = try good.client {
        $0.set(SubjectAlternativeName([.dns("a.test")]))
        $0.set(CertificatePolicies([PolicyInformation(policy1)]))
      }
      return try judge([client, bad, good], trust: [root], crls: crls(root, good)) { policy(&$0) }
    }
  }

  private static let policy1 = OID("1.3.6.1.4.1.99999.5") ?? .anyPolicy

  static let clauses: [Clause] = [
    Clause("expired", nil, twins { $0.notAfter = UnixTime(now.seconds - 1) }),
    Clause("not yet valid", nil, twins { $0.notBefore = UnixTime(now.seconds + 9) }),
    Clause("no CA", nil, twins { $0.set(BasicConstraints(isCA: false)) }),
    Clause("without keyCertSign", nil, twins { $0.set(KeyUsage.cRLSign) }),
    Clause("damaged", nil, twins { $0.extensions.append(CertificateExtension(oid: .nameConstraints, value: [5, 0])) }),
    Clause(
      "unknown critical extension", nil,
      twins {
        $0.extensions.append(CertificateExtension(oid: policy1, critical: true, value: [5, 0]))
      }),
    Clause("for servers", nil, twins { $0.set(ExtendedKeyUsage([.serverAuth])) }),
    Clause("confined to other names", nil, twins { $0.set(NameConstraints(permitted: [.dns("b.test")])) }),
    Clause("excluding its name", nil, twins { $0.set(NameConstraints(permitted: [], excluded: [.dns("test")])) }),
    Clause("revoked", nil, twins(crls: { [try $0.crl([7]), try $1.crl()] }) { _ in }),
    Clause("revoked both", .revoked, twins(crls: { [try $0.crl([7, 8]), try $1.crl()] }) { _ in }),
    Clause("without the policy", nil, twins({ $0.policies.requiresExplicitPolicy = true }) { _ in }),
    Clause(
      "demanding a policy nobody has", nil,
      twins {
        $0.set(PolicyConstraints(requireExplicitPolicy: 0, inhibitPolicyMapping: nil))
        $0.set(CertificatePolicies([PolicyInformation(.anyExtendedKeyUsage)]))
      }),
    Clause("another key of the same name", nil) {
      let root = try Holder.root()
      let (bad, good) = (try root.authority("CA", serial: 7), try root.authority("CA", serial: 8))
      return try judge([good.client { $0.remove(.authorityKeyIdentifier) }, bad, good], trust: [root])
    },
    Clause("path length of one of two roots", nil) {
      let key = try PrivateKey.generate(.p256)
      let (short, long) = (
        try Holder.root("Root", key: key) { $0.set(BasicConstraints(isCA: true, pathLength: 0)) },
        try Holder.root("Root", key: key) { $0.serialNumber = SerialNumber(2) }
      )
      let middle = try long.authority()
      return try judge([middle.client(), middle], trust: [short, long])
    },
    Clause("order of the chain", nil) {
      let root = try Holder.root()
      let first = try root.authority("A")
      let second = try first.authority("B")
      let third = try second.authority("C")
      return try judge([third.client(), root, first, third, second, first], trust: [root]) { $0.maximumDepth = 3 }
    },
    Clause("a root that came along and is not trusted", .selfSignedInChain) {
      let other = try Holder.root("Other")
      return try judge([other.client(), other], trust: [Holder.root()])
    },
    Clause("a cross-certificate where the new root is not trusted", nil) {
      let (old, new) = (try Holder.root("Old"), try Holder.root("New"))
      let cross = try old.authority("New", key: new.key)
      let middle = try new.authority("Middle")
      return try judge([middle.client(), middle, new, cross], trust: [old]) { $0.maximumDepth = 5 }
    },
    Clause("an expired cross-certificate where the new root is trusted", nil) {
      let (old, new) = (try Holder.root("Old"), try Holder.root("New"))
      let cross = try old.authority("New", key: new.key) { $0.notAfter = UnixTime(now.seconds - 1) }
      return try judge([new.client(), cross], trust: [old, new])
    },
    Clause("roots that vouch for each other", nil) {
      let (a, b) = (try Holder.root("A"), try Holder.root("B"))
      let chain = [
        try a.client(), try b.authority("A", serial: 8, key: a.key), try a.authority("B", serial: 9, key: b.key),
      ]
      return try judge(chain, trust: [b]) { $0.maximumDepth = 20 }
    },
  ]

  @Test("what is wrong with one path does not stand in the way of another", arguments: clauses)
  func clause(_ clause: Clause) throws {
    #expect(try clause.found == clause.rule)
  }

  @Test("an intermediate is an anchor where it is named as one, and only there")
  func partialChain() throws {
    let root = try Holder.root()
    let middle = try root.authority()
    let client = try middle.client()
    #expect(judge(der: client.certificate.der, trust: [middle]).isVerified, "named as an anchor")
    #expect(try judge([client], trust: [middle]).firstFinding?.rule == .incompleteTrustedChain, "in a file of CAs")
    #expect(try judge([client], trust: [middle]) { $0.acceptsPartialChain = true }.isVerified)
    #expect(judge(der: client.certificate.der, trust: [client]).isVerified, "a leaf may be pinned")
    let expired = try root.authority { $0.notAfter = UnixTime(now.seconds - 1) }
    #expect(judge(der: try expired.client().certificate.der, trust: [expired]).firstFinding?.rule == .expired)
  }

  @Test("without any anchor nothing is valid")
  func noTrust() throws {
    let root = try Holder.root()
    #expect(judge(der: try root.client().certificate.der, trust: []).firstFinding?.rule == .unknownIssuer)
    #expect(judge(der: root.certificate.der, trust: []).firstFinding?.rule == .selfSigned)
  }
}
