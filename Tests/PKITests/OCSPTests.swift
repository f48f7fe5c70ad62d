import Cryptography
import Foundation
import TestSupport
import Testing

@testable import PKI

@Suite("OCSP")
struct OCSPTests {
  private func leaf(_ authority: (key: PrivateKey, certificate: Certificate)) throws -> Certificate {
    let key = try PrivateKey.generate(.p256)
    var template = Samples.template(key: key, subject: try DistinguishedName(parsing: "/CN=leaf"))
    template.serialNumber = SerialNumber(77)
    return try template.signed(by: authority.key)
  }

  private func response(
    _ authority: (key: PrivateKey, certificate: Certificate), _ status: OCSPSingleResponse.Status,
    id: OCSPResponderID? = nil, digest: Digest = .sha1
  ) throws -> OCSPResponse {
    let certID = OCSPCertID(try leaf(authority), issuer: authority.certificate, digest: digest)
    let single = OCSPSingleResponse(
      certID, status, thisUpdate: UnixTime(1_700_000_000), nextUpdate: UnixTime(1_700_003_600))
    return OCSPResponse(
      try BasicOCSPResponse.build(
        [single], responderID: id ?? .name(authority.certificate.subject), producedAt: UnixTime(1_700_000_001),
        key: authority.key, certificates: [authority.certificate], nonce: [1, 2, 3, 4]))
  }

  @Test("a request is read back with its nonce", arguments: [Digest.sha1, .sha256])
  func request(_ digest: Digest) throws {
    let authority = try Samples.authority()
    let leaf = try leaf(authority)
    let made = OCSPRequest(
      [OCSPCertID(leaf, issuer: authority.certificate, digest: digest)], nonce: Array(repeating: 9, count: 32))
    let read = try OCSPRequest(der: made.der)
    #expect(read == made)
    #expect(try read.nonce() == Array(repeating: 9, count: 32))
    #expect(read.items[0].certID.names(leaf, issuer: authority.certificate))
    #expect(read.items[0].certID.isIssued(by: authority.certificate))
    #expect(read.text.contains("Serial Number: 4D"))
  }

  @Test(
    "a response is read back, whatever it says",
    arguments: [
      OCSPSingleResponse.Status.good, .unknown, .revoked(at: UnixTime(1_600_000_000), reason: .keyCompromise),
      .revoked(at: UnixTime(1_600_000_000), reason: nil),
    ])
  func response(_ status: OCSPSingleResponse.Status) throws {
    let authority = try Samples.authority()
    let made = try response(authority, status)
    let read = try OCSPResponse(der: made.der)
    let basic = try #require(read.basic)
    #expect(read == made)
    #expect(basic.responses[0].status == status)
    #expect(basic.responses[0].nextUpdate == UnixTime(1_700_003_600))
    #expect(basic.isSigned(by: authority.key.publicKey))
    #expect(try !basic.isSigned(by: PrivateKey.generate(.p256).publicKey))
    #expect(try basic.nonce() == [1, 2, 3, 4])
    #expect(basic.certificates == [authority.certificate.der])
    #expect(basic.responderID.matches(authority.certificate))
  }

  @Test("a responder is named by the hash of its key")
  func byKey() throws {
    let authority = try Samples.authority(.ed25519)
    let basic = try #require(try response(authority, .good, id: .key(of: authority.certificate)).basic)
    #expect(basic.responderID.matches(authority.certificate))
    #expect(try !basic.responderID.matches(Samples.authority().certificate))
  }

  @Test("an answer without a statement has its status alone", arguments: OCSPResponse.Status.allCases)
  func failures(_ status: OCSPResponse.Status) throws {
    let read = try OCSPResponse(der: OCSPResponse(failure: status).der)
    #expect(read.status == status && read.basic == nil)
  }

  @Test("a nonce is 1 to 128 octets")
  func nonces() throws {
    let authority = try Samples.authority()
    let certID = OCSPCertID(try leaf(authority), issuer: authority.certificate)
    for count in [0, 129] {
      let request = try OCSPRequest(der: OCSPRequest([certID], nonce: Array(repeating: 0, count: count)).der)
      #expect(throws: PKIError.self) { try request.nonce() }
    }
  }

  @Test("a response cut short at any byte is refused, and no changed byte crashes")
  func malformed() throws {
    let der = try response(Samples.authority(), .revoked(at: UnixTime(1_600_000_000), reason: .superseded)).der
    for count in 0..<der.count {
      #expect(throws: PKIError.self) { try OCSPResponse(der: Array(der.prefix(count))) }
    }
    for offset in der.indices {
      var changed = der
      changed[offset] ^= 0x5a
      _ = try? OCSPResponse(der: changed)
      _ = try? OCSPRequest(der: changed)
    }
  }

  @Test("openssl reads our request and our response", .enabled(if: OpenSSLTool.isInstalled()))
  func openssl() throws {
    let authority = try Samples.authority()
    let leaf = try leaf(authority)
    let request = OCSPRequest([OCSPCertID(leaf, issuer: authority.certificate)], nonce: [7, 7])
    let response = try response(authority, .revoked(at: UnixTime(1_600_000_000), reason: .keyCompromise))
    let files = [
      "req.der": request.der, "resp.der": response.der, "ca.pem": authority.certificate.pem, "leaf.pem": leaf.pem,
    ]
    try OpenSSLTool.withFiles(files) { directory in
      let asked = try OpenSSLTool.run(["ocsp", "-reqin", "req.der", "-req_text", "-noverify"], in: directory)
      #expect(asked.text.contains("Serial Number: 4D"))
      let said = try OpenSSLTool.run(
        [
          "ocsp", "-respin", "resp.der", "-resp_text", "-CAfile", "ca.pem", "-issuer", "ca.pem", "-cert", "leaf.pem",
          "-no_nonce", "-attime", "1700000100",
        ], in: directory)
      #expect(said.text.contains("Cert Status: revoked"))
      #expect(said.text.contains("keyCompromise (0x1)"))
      #expect(said.standardError.contains("Response verify OK"), "\(said.standardError)")
      for line in response.text.split(separator: "\n") where line.contains("Cert Status") || line.contains("Update") {
        #expect(said.text.contains(line.trimmingCharacters(in: .whitespaces)))
      }
    }
  }
}
