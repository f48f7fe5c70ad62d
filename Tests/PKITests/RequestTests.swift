import Cryptography
import TestSupport
import Testing

@testable import PKI

@Suite("Certification requests")
struct RequestTests {
  private func request(_ type: KeyType = .p256) throws -> CertificateSigningRequest {
    try CertificateSigningRequest.build(
      subject: Samples.name, key: PrivateKey.generate(type),
      extensions: [CertificateExtension(SubjectAlternativeName([.dns("a.test"), .ip([127, 0, 0, 1])]))],
      challengePassword: "geheim")
  }

  @Test("what is asked for is read back", arguments: [KeyType.p256, .p384, .p521, .ed25519, .rsa(bits: 2048)])
  func roundTrip(type: KeyType) throws {
    let made = try request(type)
    let read = try CertificateSigningRequest(pem: made.pem)
    #expect(read == made && read.isSelfSignatureValid)
    #expect(read.publicKey?.type == type)
    #expect(read.challengePassword == "geheim")
    let names = try read.requestedExtensions().first?.decoded(as: SubjectAlternativeName.self)?.names
    #expect(names == [.dns("a.test"), .ip([127, 0, 0, 1])])
  }

  @Test("a request with any byte changed is refused or its signature no longer holds")
  func tampering() throws {
    let der = try request().der
    for count in 0..<der.count {
      #expect(throws: PKIError.self) { try CertificateSigningRequest(der: Array(der.prefix(count))) }
    }
    for index in der.indices {
      var changed = der
      changed[index] ^= 1
      guard let request = try? CertificateSigningRequest(der: changed) else { continue }
      _ = try? request.requestedExtensions()
      #expect(!request.isSelfSignatureValid, "byte \(index)")
    }
  }

  @Test("openssl takes ours, and we take openssl's")
  func interop() throws {
    guard OpenSSLTool.isInstalled() else { return }
    let made = try request()
    try OpenSSLTool.withFiles(["r.pem": made.pem, "k.pem": PrivateKey.generate(.rsa(bits: 2048)).pkcs8PEM()]) {
      directory in
      let shown = try OpenSSLTool.run(["req", "-in", "r.pem", "-noout", "-verify", "-text"], in: directory)
      #expect(shown.status == 0 && shown.text.contains("DNS:a.test, IP Address:127.0.0.1"), "\(shown.standardError)")
      let arguments = ["req", "-new", "-key", "k.pem", "-subj", "/CN=x", "-addext", "subjectAltName=URI:spiffe://a/b"]
      let read = try CertificateSigningRequest(pem: OpenSSLTool.run(arguments, in: directory).standardOutput)
      #expect(read.isSelfSignatureValid && read.subject.rfc2253 == "CN=x")
      let names = try read.requestedExtensions().first?.decoded(as: SubjectAlternativeName.self)?.names
      #expect(names == [.uri("spiffe://a/b")])
    }
  }

  @Test("a text without a request is none")
  func missing() {
    #expect(throws: PKIError.missingPEMBlock(label: "CERTIFICATE REQUEST")) {
      try CertificateSigningRequest(pem: Array(CertificateFixtures.everyExtension.utf8))
    }
  }
}
