import Cryptography
import Testing

@testable import PKI

@Suite("Text for people")
struct TextTests {
  @Test("a certificate's text names all that is in it")
  func certificate() throws {
    let text = try Certificate(pem: Array(CertificateFixtures.everyExtension.utf8)).text
    for line in [
      "        Version: 3 (0x2)", "        Serial Number: AB12CD34",
      "            Not After : Nov 18 13:34:09 2036 GMT", "            X509v3 Basic Constraints: critical",
      "                CA:TRUE, pathlen:3", "                digitalSignature, keyCertSign, cRLSign",
      "                TLS Web Server Authentication, TLS Web Client Authentication, 1.2.3.4",
      "                Permitted: IP:192.0.2.0/255.255.255.0", "                  CPS: http://cps.test/",
      "                  User Notice: Notice text", "                Reasons: keyCompromise, cACompromise",
      "                OCSP - URI:http://ocsp.test/", "            Public Key: P-256",
    ] {
      #expect(text.contains(line + "\n"), "\(line)\n\(text)")
    }
  }

  @Test("nothing in a certificate can steer the terminal")
  func controlCharacters() throws {
    let key = try PrivateKey.generate(.p256)
    var template = Samples.template(key: key)
    template.extensions = [
      CertificateExtension(SubjectAlternativeName([.dns("a\u{1b}[31m\n\0b"), .uri("x")])),
      CertificateExtension(
        SubjectAlternativeName([
          .other(.userPrincipalName, DERWriter.bytes { $0.primitive(.utf8String, "\u{202e}x".utf8) })
        ])
      ),
    ].suffix(1)
    template.extensions.append(
      CertificateExtension(IssuerAlternativeName([.dns("a\u{1b}[31m\n\0b")])))
    let text = try template.signed(by: key).text
    #expect(text.contains("DNS:a\\u{1b}[31m\\u{a}\\u{0}b"))
    #expect(!text.unicodeScalars.contains("\u{202e}") && !text.unicodeScalars.contains("\u{1b}"))
  }
}
