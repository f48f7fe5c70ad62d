import Cryptography
import Foundation
import PKI
import Testing
import Trust

@testable import Gateway

@Suite("CRLs that come over the network")
struct RemoteListTests {
  private static let now = UnixTime(1_800_000_000)

  private struct Signer {
    let key: PrivateKey
    let certificate: Certificate

    init(_ name: String = "CA") throws {
      key = try PrivateKey.generate(.p256)
      let subject = DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, name)]])
      var template = CertificateTemplate(
        serialNumber: SerialNumber(magnitude: [1]), issuer: subject, subject: subject,
        notBefore: UnixTime(now.seconds - 86400), notAfter: UnixTime(now.seconds + 86400),
        subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo)
      template.extensions = [CertificateExtension(BasicConstraints(isCA: true), critical: true)]
      certificate = try template.signed(by: key)
    }

    func crl(number: UInt8 = 1, from: Int64 = -60, to: Int64 = 3600) throws -> [UInt8] {
      try CertificateRevocationList.build(
        issuer: certificate.subject, key: key, thisUpdate: UnixTime(now.seconds + from),
        nextUpdate: UnixTime(now.seconds + to), crlNumber: SerialNumber(magnitude: [number]),
        authorityKeyIdentifier: [1], entries: []
      ).der
    }
  }

  private func refusal(
    _ bytes: [UInt8], _ signers: [[Signer]], grace: Duration = .zero, after: [UInt8]? = nil
  ) throws -> String? {
    let acceptance = ListAcceptance(signers: signers.map { $0.map(\.certificate) }, grace: grace)
    let earlier = try after.map { try CRLIndex(der: [$0]) }
    switch acceptance.judge(bytes, from: "x", after: earlier, at: Self.now) {
    case .success: return nil
    case .failure(let refusal): return "\(refusal)"
    }
  }

  @Test("a list counts that a CA of every server signed, that is current and no step back")
  func acceptance() throws {
    let (one, other, twin) = (try Signer(), try Signer("Other"), try Signer())
    #expect(try refusal(one.crl(), [[one], [other, one]]) == nil)
    #expect(try refusal(one.crl(), [[one], [other]])?.contains("none of the CAs here") == true)
    #expect(try refusal(one.crl(), [[twin]])?.hasPrefix("the signature is not that of its issuer") == true)
    #expect(try refusal(one.crl(from: 60), [[one]])?.hasPrefix("it is not valid before") == true)
    #expect(try refusal(one.crl(to: -10), [[one]])?.hasPrefix("it expired at") == true)
    #expect(try refusal(one.crl(to: -10), [[one]], grace: .seconds(60)) == nil)
    #expect(try refusal(one.crl(number: 2), [[one]], after: one.crl(number: 3))?.contains("older") == true)
    #expect(try refusal(one.crl(number: 3), [[one]], after: one.crl(number: 3)) == nil)
    #expect(try refusal(Array(one.crl().dropLast()), [[one]])?.hasPrefix("not a CRL") == true)
    #expect(try refusal(Array("<html>".utf8), [[one]])?.hasPrefix("not a CRL") == true)
  }

  @Test("the next request: before the end, as often as configured, sooner where the server says so")
  func schedule() {
    func next(_ longest: Int, nextUpdate: Int64?, maxAge: Int64? = nil, jitter: Double = 0) -> Int64 {
      let schedule = RefreshSchedule(longest: .seconds(longest), jitter: jitter)
      let end = nextUpdate.map { UnixTime(Self.now.seconds + $0) }
      return schedule.afterSuccess(nextUpdate: end, maxAge: maxAge, at: Self.now).seconds - Self.now.seconds
    }
    #expect(next(3600, nextUpdate: 1_000_000) == 3600)
    #expect(next(3600, nextUpdate: nil) == 3600)
    #expect(next(3600, nextUpdate: 1000) == 900)
    #expect(next(3600, nextUpdate: 30) == 60 && next(3600, nextUpdate: -30) == 60)
    #expect(next(3600, nextUpdate: 1_000_000, maxAge: 300) == 300)
    #expect(next(3600, nextUpdate: 1_000_000, maxAge: 0) == 60)
    #expect(next(3600, nextUpdate: 1_000_000, maxAge: 100_000) == 3600)
    #expect(next(1, nextUpdate: 1_000_000) == 1 && next(0, nextUpdate: 10) == 1)
    #expect(next(1000, nextUpdate: nil, jitter: 0.5) == 950)
    let schedule = RefreshSchedule(longest: .seconds(3600), jitter: 0)
    let waits = (0..<9).map { schedule.afterFailures($0, at: Self.now).seconds - Self.now.seconds }
    #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300, 300])
    #expect(RefreshSchedule(longest: .seconds(2), jitter: 0).afterFailures(4, at: Self.now) == Self.now + .seconds(2))
  }

  @Test("max-age is read out of Cache-Control")
  func cacheControl() {
    #expect(RefreshSchedule.maxAge("public, Max-Age=\"60\", must-revalidate") == 60)
    #expect(RefreshSchedule.maxAge("s-maxage=5") == nil && RefreshSchedule.maxAge(nil) == nil)
    #expect(RefreshSchedule.maxAge("max-age=-1") == nil && RefreshSchedule.maxAge("max-age=x") == nil)
  }

  @Test("a copy is found again with its validators, which count for its very bytes alone")
  func copies() throws {
    let path = NSTemporaryDirectory() + "/list-\(UUID().uuidString)/below/x.crl"
    #expect(ListCopy(at: path) == nil)
    let validators = ListValidators(etag: "\"a b\"", lastModified: "Sun, 06 Nov 1994 08:49:37 GMT")
    try ListCopy.store([1, 2, 3], validators, at: path)
    #expect(ListCopy(at: path)?.bytes == [1, 2, 3] && ListCopy(at: path)?.validators == validators)
    #expect(
      validators.conditions.map(\.name) == ["If-None-Match", "If-Modified-Since"]
        && ListValidators().conditions.isEmpty)
    try Data([1, 2, 4]).write(to: URL(fileURLWithPath: path))
    #expect(ListCopy(at: path)?.bytes == [1, 2, 4] && ListCopy(at: path)?.validators == nil)
    #expect(throws: ListCopy.Failure.self) { try ListCopy.store([1], validators, at: "/proc/none/x.crl") }
    try FileManager.default.removeItem(atPath: path)
  }
}
