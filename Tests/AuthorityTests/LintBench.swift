import Cryptography
import PKI

@testable import Authority

/// A leaf that no lint has anything against, under one CA; each test changes one thing.
struct LintBench {
  static let now = TemporaryAuthority.start
  static let key = Result { try PrivateKey.generate(.p256) }
  static let authorityKey = Result { try PrivateKey.generate(.p256) }

  var subject = "/O=Test/CN=a.example"
  var attributes: [AttributeTypeAndValue] = []
  var names: [RequestedName] = [.dns("a.example")]
  var notBefore = now
  var notAfter = UnixTime(now.seconds + 1000)
  var publicKey: PublicKey?
  var isAuthority = false
  var profile: Profile?
  var isKeyCompromised = false
  var now = LintBench.now
  var chain: [Certificate] = []

  /// The findings of one lint.
  func findings(_ lint: Lint) throws -> [LintFinding.Severity] { lint.findings(try context()).map(\.severity) }

  func context() throws -> LintContext {
    let base = subject.isEmpty ? [] : try DistinguishedName(parsing: subject).rdns
    let draft = CertificateDraft(
      subject: DistinguishedName(rdns: base + attributes.map { [$0] }), notBefore: notBefore, notAfter: notAfter,
      publicKey: try publicKey ?? Self.key.get().publicKey, names: names, extensions: [], isAuthority: isAuthority,
      profile: profile, name: "a", folder: "server", profileName: "server_cert", certificatePath: "a.crt",
      action: .issue, why: "")
    return LintContext(draft: draft, chain: chain, now: now, isKeyCompromised: isKeyCompromised)
  }

  /// A CA's certificate, signed by itself.
  static func authority(
    _ name: String = "CA", constraints: BasicConstraints? = BasicConstraints(isCA: true),
    usage: KeyUsage? = .keyCertSign, permitted: [String] = [], excluded: [String] = [],
    from notBefore: UnixTime = now, until notAfter: UnixTime = UnixTime(now.seconds + 1000)
  ) throws -> Certificate {
    let subject = try DistinguishedName(parsing: "/O=Test/CN=\(name)")
    var extensions = constraints.map { [CertificateExtension($0, critical: true)] } ?? []
    if let usage { extensions.append(CertificateExtension(usage, critical: true)) }
    if !permitted.isEmpty || !excluded.isEmpty {
      let names = NameConstraints(
        permitted: try permitted.map { try ConstrainedName($0).generalName },
        excluded: try excluded.map { try ConstrainedName($0).generalName })
      extensions.append(CertificateExtension(names, critical: true))
    }
    let key = try authorityKey.get()
    let template = CertificateTemplate(
      serialNumber: SerialNumber(1), issuer: subject, subject: subject, notBefore: notBefore, notAfter: notAfter,
      subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo, extensions: extensions)
    return try template.signed(by: key)
  }

  /// An RSA key of exactly so many bits; nobody has the other half.
  static func rsa(bits: Int) throws -> PublicKey {
    var modulus = [UInt8](repeating: 0, count: (bits + 7) / 8)
    modulus[0] = 1 << UInt8((bits - 1) % 8)
    modulus[modulus.count - 1] |= 1
    let key = DERWriter.bytes {
      $0.sequence {
        $0.primitive(.integer, modulus[0] < 0x80 ? modulus : [0] + modulus)
        $0.integer(65537)
      }
    }
    let info = DERWriter.bytes {
      $0.sequence {
        $0.sequence {
          $0.objectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01])
          $0.null()
        }
        $0.bitString(key)
      }
    }
    return try PublicKey(subjectPublicKeyInfo: info)
  }
}
