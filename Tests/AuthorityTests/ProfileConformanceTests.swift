import Cryptography
import PKI
import Testing
import Trust

@testable import Authority

@Suite("What this CA makes under the verifier's strict profile")
struct ProfileConformanceTests {
  private static let keys: [KeyType] = [.p256, .p384, .rsa(bits: 2048)]

  @Test("servers, clients, CAs and CRLs conform", arguments: keys)
  func conformance(_ key: KeyType) throws {
    let authority = try TemporaryAuthority { $0.keyType = key }
    let root = try Certificate(pem: authority.read("ca/ca.crt"))
    let crl = try CertificateRevocationList(pem: authority.read("ca/ca.crl"))
    let suffixes = PublicSuffixList(Array("com\n".utf8))
    let server = try authority.issue("server", "www.example.com") { request in
      request.names = [.dns("*.example.com"), .ip([192, 0, 2, 1])]
      request.key = .generate(key)
    }
    let client = try authority.issue("client", "device 7") { request in
      request.names = [.email("device@example.com")]
      request.key = .generate(key)
    }
    let snapshot = TrustSnapshot(generation: 1, authorities: [root], crls: try CRLIndex([crl]))
    for (issued, purpose) in [(server, Purpose.server), (client, .client)] {
      let policy = VerificationPolicy(
        purpose: purpose, revocation: .chain, profile: .strict, publicSuffixes: suffixes)
      let verdict = Verifier(snapshot: snapshot, policy: policy).verdict(
        on: PresentedChain([issued.certificate.der]), at: TemporaryAuthority.start + .seconds(60))
      #expect(verdict.isVerified, "\(verdict.findings.map { "\($0.rule) \($0.detail)" })")
    }
  }
}
