import ConfigModel
import Cryptography
import PKI
import Testing
import Trust

@testable import Gateway

@Suite("CRLs that are pushed")
struct CRLPushCheckTests {
  private static let now = UnixTime(1_800_000_000)
  private let key: PrivateKey
  private let authority: Certificate

  init() throws {
    key = try PrivateKey.generate(.p256)
    let subject = DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, "CA")]])
    authority = try CertificateTemplate(
      serialNumber: SerialNumber(1), issuer: subject, subject: subject, notBefore: UnixTime(0),
      notAfter: UnixTime(4_000_000_000), subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo,
      extensions: [CertificateExtension(BasicConstraints(isCA: true), critical: true)]
    ).signed(by: key)
  }

  private func refusal(from: Int64 = -60, to: Int64 = 3600, signedBy other: PrivateKey? = nil) throws -> CRLPushRefusal?
  {
    let crl = try CertificateRevocationList.build(
      issuer: authority.subject, key: other ?? key, thisUpdate: Self.now + .seconds(from),
      nextUpdate: Self.now + .seconds(to), crlNumber: SerialNumber(1), authorityKeyIdentifier: [1], entries: [])
    do throws(CRLPushRefusal) {
      try CRLPushCheck.check(try CRLPushCheck.offer(in: crl.der), TLSSettings(), [authority], at: Self.now)
      return nil
    } catch { return error }
  }

  @Test("a list of the future is not taken, but for five minutes by which clocks differ")
  func future() throws {
    #expect(try refusal(from: 299) == nil)
    #expect(try refusal(from: 300) == nil)
    #expect(try refusal(from: 301) == .notYetValid(thisUpdate: Self.now + .seconds(301)))
  }

  @Test("a list counts to its last second")
  func end() throws {
    #expect(try refusal(to: 1) == nil)
    #expect(try refusal(to: 0) == nil)
    #expect(try refusal(to: -1) == .expired(nextUpdate: Self.now - .seconds(1)))
  }

  @Test("a list that another key signed is not taken")
  func forged() throws {
    #expect(try refusal(signedBy: PrivateKey.generate(.p256)) == .foreignSignature("CN=CA"))
  }
}
