import Cryptography
import PKI
import Testing

@testable import Trust

/// A certificate put together from bytes, so that every part of it can be wrong.
struct OddCertificate {
  var version: [UInt8] = [0xa0, 3, 2, 1, 2]
  var serial: [UInt8] = [2, 1, 77]
  var innerAlgorithm: [UInt8] = OddCertificate.der { AlgorithmIdentifier(.ecdsa(.sha256)).write(to: &$0) }
  var outerAlgorithm: [UInt8]?
  var issuer: [UInt8]
  var validity: [UInt8] = OddCertificate.period(
    OddCertificate.utc("260101000000Z"), OddCertificate.utc("280101000000Z"))
  var subject: [UInt8] = name("client").der
  var subjectPublicKeyInfo: [UInt8]
  /// What stands between the key and the extensions.
  var uniqueIdentifiers: [UInt8] = []
  /// Whole `Extension`s; nil leaves the field out.
  var extensions: [[UInt8]]? = []
  var key: PrivateKey

  init(under issuer: Holder, key: PrivateKey? = nil) throws {
    self.issuer = issuer.certificate.subject.der
    self.key = issuer.key
    subjectPublicKeyInfo = try (key ?? PrivateKey.generate(.p256)).publicKey.subjectPublicKeyInfo
    extensions = [Self.standard(ExtendedKeyUsage([.clientAuth, .serverAuth]))]
  }

  func der(_ algorithm: SignatureAlgorithm = .ecdsa(.sha256)) throws -> [UInt8] {
    let tbs = Self.der {
      $0.sequence {
        for part in [version, serial, innerAlgorithm, issuer, validity, subject, subjectPublicKeyInfo] { $0.raw(part) }
        $0.raw(uniqueIdentifiers)
        if let extensions {
          $0.constructed(.contextConstructed(3)) { $0.sequence { for item in extensions { $0.raw(item) } } }
        }
      }
    }
    let signature = try key.sign(tbs, algorithm)
    return Self.der {
      $0.sequence {
        $0.raw(tbs)
        $0.raw(outerAlgorithm ?? innerAlgorithm)
        $0.bitString(signature)
      }
    }
  }

  static func der(_ body: (inout DERWriter) -> Void) -> [UInt8] { DERWriter.bytes(body) }

  static func utc(_ text: String) -> [UInt8] { der { $0.primitive(.utcTime, text.utf8) } }
  static func generalized(_ text: String) -> [UInt8] { der { $0.primitive(.generalizedTime, text.utf8) } }
  static func period(_ from: [UInt8], _ to: [UInt8]) -> [UInt8] {
    der {
      $0.sequence {
        $0.raw(from)
        $0.raw(to)
      }
    }
  }

  /// An `Extension` whose value is `value`'s, or bytes that are not.
  static func standard(_ value: some ExtensionValue, critical: Bool = false) -> [UInt8] {
    raw(type(of: value).oid, value.der, critical: critical ? [1, 1, 0xff] : [])
  }

  static func raw(_ oid: OID, _ value: [UInt8], critical: [UInt8] = []) -> [UInt8] {
    der {
      $0.sequence {
        $0.objectIdentifier(oid.bytes)
        $0.raw(critical)
        $0.octetString(value)
      }
    }
  }
}

/// One clause of a standard, a chain that breaks it or only seems to, and the rule that must be named.
struct Clause: CustomTestStringConvertible, Sendable {
  var testDescription: String
  /// Nil: the chain is valid.
  var rule: Rule?
  var make: @Sendable () throws -> Verdict

  init(_ name: String, _ rule: Rule?, _ make: @escaping @Sendable () throws -> Verdict) {
    testDescription = name
    self.rule = rule
    self.make = make
  }

  var found: Rule? {
    get throws { try make().firstFinding?.rule }
  }
}

/// Judges bytes, whatever they are, as the leaf of a chain.
func judge(
  der: [UInt8], _ others: [Holder] = [], trust: [Holder], at moment: UnixTime = now,
  _ change: (inout VerificationPolicy) -> Void = { _ in }
) -> Verdict {
  var policy = VerificationPolicy(purpose: .client, maximumDepth: 10)
  change(&policy)
  let snapshot = TrustSnapshot(generation: 1, anchors: trust.map(\.certificate))
  return Verifier(snapshot: snapshot, policy: policy).verdict(
    on: PresentedChain([der] + others.map(\.certificate.der)), at: moment)
}

/// A leaf of a fresh root, built from bytes.
func judgeOdd(
  at moment: UnixTime = now, _ policy: (inout VerificationPolicy) -> Void = { _ in },
  _ change: (inout OddCertificate) throws -> Void
) throws -> Verdict {
  let root = try Holder.root()
  var odd = try OddCertificate(under: root)
  try change(&odd)
  return judge(der: try odd.der(), trust: [root], at: moment, policy)
}

/// The DNS, mail and other names `names` in a leaf under a root confined by `constraints`.
func judgeNames(
  _ names: [GeneralName], permitted: [GeneralName] = [], excluded: [GeneralName] = [], subject: String = "/CN=client"
) throws -> Verdict {
  let root = try Holder.root {
    $0.set(NameConstraints(permitted: permitted, excluded: excluded), critical: true)
  }
  let parsed = try DistinguishedName(parsing: subject)
  let client = try root.client { template in
    template.subject = parsed
    if !names.isEmpty { template.set(SubjectAlternativeName(names), critical: true) }
  }
  return try judge([client], trust: [root])
}
