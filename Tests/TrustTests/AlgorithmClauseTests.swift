import Cryptography
import Foundation
import PKI
import Testing

@testable import Trust

/// Keys, digests and their encodings (RFC 3279, RFC 4055, RFC 5480, RFC 8410 and the stated policy).
@Suite("Clauses on algorithms")
struct AlgorithmClauseTests {
  typealias Odd = OddCertificate

  /// A SubjectPublicKeyInfo of an RSA key of `bits` that nobody has the other half of.
  static func rsa(bits: Int, exponent: [UInt8] = [1, 0, 1]) -> [UInt8] {
    let modulus = [0xc5] + [UInt8](repeating: 0x5b, count: bits / 8 - 1)
    let key = Odd.der {
      $0.sequence {
        $0.unsignedInteger(modulus)
        $0.unsignedInteger(exponent)
      }
    }
    return info(AlgorithmIdentifier(oid: OID("1.2.840.113549.1.1.1") ?? .anyPolicy, parameters: [5, 0]), key)
  }

  static func info(_ algorithm: AlgorithmIdentifier, _ key: [UInt8]) -> [UInt8] {
    Odd.der {
      $0.sequence {
        algorithm.write(to: &$0)
        $0.bitString(key)
      }
    }
  }

  /// A point of a curve named by its OID; no point at all, but of the right form.
  private static func curve(_ oid: String, bytes: Int) -> [UInt8] {
    let name = Odd.der { $0.objectIdentifier(OID(oid)?.bytes ?? []) }
    return info(
      AlgorithmIdentifier(oid: OID("1.2.840.10045.2.1") ?? .anyPolicy, parameters: name),
      [4] + [UInt8](repeating: 0x11, count: 2 * bytes))
  }

  private static func leaf(
    _ key: [UInt8], _ algorithms: AlgorithmPolicy = .standard
  ) -> @Sendable () throws -> Verdict {
    { try judgeOdd({ $0.algorithms = algorithms }) { $0.subjectPublicKeyInfo = key } }
  }

  /// A leaf signed by a fresh root's RSA key.
  private static func signed(_ algorithm: SignatureAlgorithm, identifier: [UInt8]? = nil)
    -> @Sendable () throws -> Verdict
  {
    {
      let root = try Holder.root("Root", key: rsaKey)
      var odd = try OddCertificate(under: root)
      odd.innerAlgorithm = identifier ?? Odd.der { AlgorithmIdentifier(algorithm).write(to: &$0) }
      return judge(der: try odd.der(algorithm), trust: [root])
    }
  }

  private static let rsaKey = try? PrivateKey.generate(.rsa(bits: 2048))

  private static func pss(_ fields: [UInt8]) -> [UInt8] {
    Odd.der {
      AlgorithmIdentifier(oid: .rsaPSS, parameters: Odd.der { $0.primitive(.sequence, fields) }).write(to: &$0)
    }
  }

  private static func fields(of algorithm: SignatureAlgorithm) -> [UInt8] {
    var reader = DERReader(AlgorithmIdentifier(algorithm).parameters ?? [])
    return (try? reader.read(.sequence)).map { reader.content($0) } ?? []
  }

  static let keys: [Clause] = [
    Clause("RSA 2048", nil, leaf(rsa(bits: 2048))),
    Clause("RSA 1024", .weakLeafKey, leaf(rsa(bits: 1024))),
    Clause("RSA 1024 under the old policy", nil, leaf(rsa(bits: 1024), .legacy)),
    Clause("RSA 512 under the old policy", .weakLeafKey, leaf(rsa(bits: 512), .legacy)),
    Clause("RSA 2040", .weakLeafKey, leaf(rsa(bits: 2040))),
    Clause("RSA 8192", nil, leaf(rsa(bits: 8192))),
    Clause("RSA 8200", .unsupportedPublicKey, leaf(rsa(bits: 8200))),
    Clause("RSA 16384 under the old policy", .unsupportedPublicKey, leaf(rsa(bits: 16384), .legacy)),
    Clause("RSA with exponent 1", .unsupportedPublicKey, leaf(rsa(bits: 2048, exponent: [1]))),
    Clause("RSA with an even exponent", .unsupportedPublicKey, leaf(rsa(bits: 2048, exponent: [4]))),
    Clause(
      "RSA with an exponent of 64 bits", .unsupportedPublicKey,
      leaf(rsa(bits: 2048, exponent: [UInt8](repeating: 0xff, count: 8)))),
    Clause("P-192", .unsupportedPublicKey, leaf(curve("1.2.840.10045.3.1.1", bytes: 24))),
    Clause("secp256k1", .unsupportedPublicKey, leaf(curve("1.3.132.0.10", bytes: 32))),
    Clause("a point beside P-256", .unsupportedPublicKey, leaf(curve("1.2.840.10045.3.1.7", bytes: 32))),
    Clause(
      "an unknown kind of key", .unsupportedPublicKey, leaf(info(AlgorithmIdentifier(oid: .anyPolicy), [1, 2, 3]))),
    Clause(
      "Ed25519 with parameters", .unsupportedPublicKey,
      leaf(info(AlgorithmIdentifier(oid: .ed25519, parameters: [5, 0]), [UInt8](repeating: 1, count: 32)))),
    Clause(
      "Ed25519 of 31 octets", .unsupportedPublicKey,
      leaf(info(AlgorithmIdentifier(oid: .ed25519), [UInt8](repeating: 1, count: 31)))),
  ]

  static let signatures: [Clause] = [
    Clause("RSA with SHA-256", nil, signed(.rsaPKCS1(.sha256))),
    Clause("RSA with SHA-1", .weakDigest, signed(.rsaPKCS1(.sha1))),
    Clause("RSA with MD5", .weakDigest, signed(.rsaPKCS1(.md5))),
    Clause(
      "RSA without the NULL", nil,
      signed(.rsaPKCS1(.sha256), identifier: Odd.der { AlgorithmIdentifier(oid: .sha256WithRSA).write(to: &$0) })),
    Clause(
      "RSA with other parameters", .unsupportedSignatureAlgorithm,
      signed(
        .rsaPKCS1(.sha256),
        identifier: Odd.der { AlgorithmIdentifier(oid: .sha256WithRSA, parameters: [2, 1, 0]).write(to: &$0) })),
    Clause("PSS", nil, signed(.rsaPSS(.sha256, saltLength: 32))),
    Clause(
      "PSS without parameters", .unsupportedSignatureAlgorithm,
      signed(.rsaPSS(.sha256, saltLength: 32), identifier: Odd.der { AlgorithmIdentifier(oid: .rsaPSS).write(to: &$0) })
    ),
    Clause(
      "PSS that says another salt length", .signature,
      signed(
        .rsaPSS(.sha256, saltLength: 32),
        identifier: Odd.der { AlgorithmIdentifier(.rsaPSS(.sha256, saltLength: 31)).write(to: &$0) })),
    Clause(
      "PSS with another trailer", .unsupportedSignatureAlgorithm,
      signed(
        .rsaPSS(.sha256, saltLength: 32),
        identifier: pss(fields(of: .rsaPSS(.sha256, saltLength: 32)) + [0xa3, 3, 2, 1, 2]))),
    Clause(
      "PSS with something behind", .unsupportedSignatureAlgorithm,
      signed(.rsaPSS(.sha256, saltLength: 32), identifier: pss(fields(of: .rsaPSS(.sha256, saltLength: 32)) + [5, 0]))),
    Clause("PSS over SHA-1", .weakDigest, signed(.rsaPSS(.sha1, saltLength: 20))),
    Clause("Ed25519", nil) {
      let root = try Holder.root("Root", key: PrivateKey.generate(.ed25519))
      return try judge([root.client()], trust: [root])
    },
    Clause("Ed25519 with parameters", .unsupportedSignatureAlgorithm) {
      let root = try Holder.root("Root", key: PrivateKey.generate(.ed25519))
      var odd = try OddCertificate(under: root)
      odd.innerAlgorithm = Odd.der { AlgorithmIdentifier(oid: .ed25519, parameters: [5, 0]).write(to: &$0) }
      return judge(der: try odd.der(.ed25519), trust: [root])
    },
    Clause("P-384 and P-521", nil) {
      let root = try Holder.root("Root", key: PrivateKey.generate(.p521))
      let middle = try root.authority(key: PrivateKey.generate(.p384))
      return try judge([middle.client(), middle], trust: [root])
    },
    Clause("an algorithm for another kind of key", .unknownIssuer) {
      let root = try Holder.root()
      var odd = try OddCertificate(under: root)
      odd.innerAlgorithm = Odd.der { AlgorithmIdentifier(.rsaPKCS1(.sha256)).write(to: &$0) }
      return judge(der: try odd.der(), trust: [root])
    },
    Clause("a root that signed itself with SHA-1", nil) {
      let key = try #require(rsaKey)
      let root = try Holder.root("Root", key: key)
      var template = CertificateTemplate(
        serialNumber: SerialNumber(1), issuer: name("Root"), subject: name("Root"), notBefore: UnixTime(0),
        notAfter: UnixTime(now.seconds + day), subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo)
      template.set(BasicConstraints(isCA: true), critical: true)
      let old = Holder(certificate: try template.signed(by: key, algorithm: .rsaPKCS1(.sha1)), key: key)
      return try judge([root.client()], trust: [old])
    },
  ]

  @Test("algorithms are known, strong enough and said in the right way", arguments: keys + signatures)
  func clause(_ clause: Clause) throws {
    #expect(try clause.found == clause.rule)
  }

  @Test("an issuer whose key is too large to be worth it costs no signature check")
  func largeIssuer() throws {
    let root = try Holder.root()
    let middle = try root.authority { $0.subjectPublicKeyInfo = Self.rsa(bits: 16384) }
    var odd = try OddCertificate(under: middle)
    odd.innerAlgorithm = Odd.der { AlgorithmIdentifier(.rsaPKCS1(.sha256)).write(to: &$0) }
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, anchors: [root.certificate]),
      policy: VerificationPolicy(purpose: .client, maximumDepth: 5))
    let chain = PresentedChain([try odd.der(), middle.certificate.der])
    let (verdict, left) = verifier.examine(chain, at: now)
    #expect(verdict.findings.map(\.rule).contains(.unsupportedPublicKey))
    #expect(try #require(left).signatures == WorkBudget().signatures - 1, "that of the intermediate alone")
  }
}
