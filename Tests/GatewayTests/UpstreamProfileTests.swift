import ConfigModel
import ConfigSyntax
import Cryptography
import PKI
import Testing
import Trust
import TrustFeeds

@testable import Gateway

@Suite("proxy_ssl_verify_profile")
struct UpstreamProfileTests {
  private let key: PrivateKey
  private let root: Certificate

  init() throws {
    key = try PrivateKey.generate(.p256)
    let name = try DistinguishedName(parsing: "/CN=Root")
    root = try Self.template(
      name, issuer: name, key: key,
      [
        CertificateExtension(BasicConstraints(isCA: true), critical: true),
        CertificateExtension(KeyUsage([.keyCertSign]), critical: true),
        CertificateExtension(try SubjectKeyIdentifier(of: key.publicKey)),
      ]
    ).signed(by: key)
  }

  private static func template(
    _ subject: DistinguishedName, issuer: DistinguishedName, key: PrivateKey, _ extensions: [CertificateExtension]
  ) -> CertificateTemplate {
    CertificateTemplate(
      serialNumber: SerialNumber(7), issuer: issuer, subject: subject, notBefore: UnixTime(0),
      notAfter: UnixTime(2_500_000_000), subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo,
      extensions: extensions)
  }

  /// What is said of a server of these names that is asked for as `a.test.example`.
  private func refusal(
    _ profile: VerifyProfile, names: [GeneralName] = [.dns("a.test.example")],
    usage: ExtendedKeyUsage? = .init([.serverAuth])
  ) throws -> Refusal? {
    let position = SourcePosition(file: "test", line: 1)
    var settings = ProxyTLSSettings()
    settings.$verifyProfile.set(profile, at: position)
    var extensions = [
      CertificateExtension(SubjectAlternativeName(names)),
      CertificateExtension(AuthorityKeyIdentifier(keyIdentifier: try SubjectKeyIdentifier(of: key.publicKey).bytes)),
    ]
    if let usage { extensions.append(CertificateExtension(usage)) }
    let server = try Self.template(
      DistinguishedName(parsing: "/O=Test"), issuer: root.subject, key: PrivateKey.generate(.p256), extensions
    ).signed(by: key)
    return UpstreamVerification(settings, authorities: [root], lists: nil)
      .refusal(of: PresentedChain([server.der]), name: "a.test.example")
  }

  @Test("strict holds an upstream against the profile of TLS servers, compatible does not")
  func profiles() throws {
    #expect(try refusal(.strict) == nil)
    #expect(try refusal(.compatible, usage: nil) == nil)
    let refused = try #require(try refusal(.strict, usage: nil))
    #expect(refused.rule == .serverProfile)
    #expect(refused.detail == "server.extendedKeyUsage: missing (BR §7.1.2.7.10)")
  }

  @Test("under either profile an upstream must have the name that it is asked for by")
  func names() throws {
    for profile in [VerifyProfile.compatible, .strict] {
      let other = try #require(try refusal(profile, names: [.dns("b.test.example"), .dns("a.test.example.b")]))
      #expect(other.rule == .hostMismatch)
    }
  }

  @Test("the list of public suffixes is at hand where strict asks for it")
  func wildcards() throws {
    // Without the list every wildcard is refused, with it this one is not.
    let refused = try refusal(.strict, names: [.dns("*.test.example")])
    #expect((refused == nil) == (PublicSuffixFile.list(for: .strict, purpose: .server) != nil))
    #expect(try refusal(.compatible, names: [.dns("*.test.example")]) == nil)
  }
}
