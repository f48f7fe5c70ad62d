import Cryptography
import Foundation
import PKI
import Testing

@testable import TrustFeeds

@Suite("SPIFFE bundles")
struct SPIFFEBundleTests {
  private let authority: Authority
  private let other: Authority

  init() throws {
    authority = try Authority("A")
    other = try Authority("B")
  }

  private func base64(_ certificate: Certificate) -> String { Data(certificate.der).base64EncodedString() }

  private func key(_ authority: Authority) -> String {
    #"{"kty":"EC","use":"x509-svid","x5c":["\#(base64(authority.certificate))"],"crv":"P-256","x":"a","y":"b"}"#
  }

  private func read(_ text: String) throws -> SPIFFEBundle { try SPIFFEBundle(Array(text.utf8), path: "b.json") }

  private func fault(_ text: String) -> String {
    do {
      _ = try read(text)
      return "none"
    } catch { return "\(error)" }
  }

  @Test("the authorities of a bundle are read in order, and keys of other or no uses are passed over")
  func bundle() throws {
    let others = #"{"kty":"RSA","use":"jwt-svid","kid":"1","n":"x","e":"AQAB"},{"kty":"oct","x5c":7},{"use":["a"]}"#
    let text =
      "\n {\"keys\":[\(key(authority)),\(others),\(key(other))],\"spiffe_sequence\":12,\"spiffe_refresh_hint\":300}"
    let bundle = try read(text)
    #expect(bundle.authorities == [authority.certificate, other.certificate])
  }

  @Test("a bundle without keys is one whose domain has taken all its authorities back")
  func empty() throws { #expect(try read(#"{"keys":[]}"#).authorities.isEmpty) }

  @Test("PEM is read, too")
  func pem() throws {
    let bundle = try SPIFFEBundle(authority.certificate.pem + other.certificate.pem, path: "b.pem")
    #expect(bundle.authorities == [authority.certificate, other.certificate])
  }

  @Test("what is no bundle is refused, and the fault is named")
  func faults() throws {
    let one = base64(authority.certificate)
    func x5c(_ text: String) -> String { #"{"keys":[{"kty":"EC","use":"x509-svid","x5c":\#(text)}]}"# }
    #expect(fault("{") == "b.json: not a SPIFFE bundle: malformed JSON")
    #expect(fault(#"{"spiffe_sequence":1}"#) == #"b.json: not a SPIFFE bundle: "keys" is missing at """#)
    #expect(fault(#"{"keys":{}}"#).contains("another type at \".keys\""))
    #expect(fault(#"{"keys":[{"use":"x509-svid"}]}"#).contains("\"x5c\" is missing at \".keys[0]\""))
    #expect(fault(#"{"keys":[{"use":"sig"}]}"#) == "b.json: no key has \"use\": \"x509-svid\"")
    #expect(fault(x5c("[]")) == "b.json: keys[0]: \"x5c\" must hold exactly one certificate, not 0")
    #expect(fault(x5c("[\"\(one)\",\"\(one)\"]")).contains("exactly one certificate, not 2"))
    #expect(fault(x5c("[\"%%%\"]")) == "b.json: keys[0]: \"x5c\" is not base64")
    #expect(fault(x5c("[\"MAA=\"]")).contains("keys[0]: \"x5c\" is not a certificate"))
    #expect(fault("nothing").contains("there is no certificate in it"))
  }

  @Test("a certificate that is no CA's is no authority")
  func leaf() throws {
    let key = try PrivateKey.generate(.p256)
    let name = authority.certificate.subject
    let leaf = try CertificateTemplate(
      serialNumber: SerialNumber(magnitude: [2]), issuer: name, subject: name, notBefore: UnixTime(0),
      notAfter: UnixTime(4_000_000_000), subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo, extensions: []
    ).signed(by: authority.key)
    #expect(fault(String(decoding: leaf.pem, as: UTF8.self)) == "b.json: certificate 1 is not a CA's")
  }
}
