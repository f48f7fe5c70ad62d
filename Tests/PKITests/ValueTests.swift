import Cryptography
import Testing

@testable import PKI

@Suite("Times, serial numbers, identifiers and addresses")
struct ValueTests {
  @Test(
    "times are read and written as RFC 5280 §4.1.2.5 says, 2050 included",
    arguments: [
      ("1950-01-01T00:00:00Z", DERTag.utcTime), ("1999-12-31T23:59:59Z", .utcTime), ("2049-12-31T23:59:59Z", .utcTime),
      ("2050-01-01T00:00:00Z", .generalizedTime), ("1949-12-31T23:59:59Z", .generalizedTime),
      ("9999-12-31T23:59:59Z", .generalizedTime), ("2024-02-29T12:00:00Z", .utcTime),
      ("1970-01-01T00:00:00Z", .utcTime),
    ])
  func times(text: String, tag: DERTag) throws {
    let time = try #require(UnixTime(rfc3339: text))
    let der = DERWriter.bytes { $0.time(time) }
    #expect(der[0] == tag.rawValue)
    var reader = DERReader(der)
    #expect(try reader.readTime() == time)
    #expect(time.rfc3339 == text)
  }

  @Test(
    "times that are none are refused",
    arguments: [
      "210229000000Z", "211301000000Z", "210100000000Z", "210101240000Z", "210101006000Z", "210101000060Z",
      "2101010000Z", "210101000000", "210101000000+0000", "21010100000aZ", "210101000000.5Z", "",
    ])
  func badTimes(text: String) {
    var reader = DERReader(DERWriter.bytes { $0.primitive(.utcTime, text.utf8) })
    #expect(throws: DERError(.invalidTime, at: 0)) { try reader.readTime() }
  }

  @Test("the calendar agrees with itself over four centuries")
  func calendar() {
    for day in stride(from: -719_528, to: 2_900_000, by: 97) {
      let time = UnixTime(Int64(day) * 86_400 + 12_345)
      #expect(UnixTime(time.calendarDate) == time)
    }
    #expect(UnixTime(.min).rfc3339 == "0000-01-01T00:00:00Z")
    #expect(UnixTime(.max) + .seconds(1) == UnixTime(.max))
  }

  @Test("RFC 3339 text takes offsets and fractions")
  func rfc3339() {
    #expect(UnixTime(rfc3339: "2026-11-21T12:00:00+02:00")?.rfc3339 == "2026-11-21T10:00:00Z")
    #expect(UnixTime(rfc3339: "2026-11-21t12:00:00.25z")?.opensslText == "Nov 21 12:00:00 2026 GMT")
    #expect(UnixTime(rfc3339: "2026-11-01T02:03:04Z")?.opensslText == "Nov  1 02:03:04 2026 GMT")
    for text in ["2026-11-21", "2026-11-21T12:00:00", "2026-11-21T12:00:00.Z", "2026-11-21T12:00:00Zx"] {
      #expect(UnixTime(rfc3339: text) == nil)
    }
  }

  @Test(
    "serial numbers print as OpenSSL prints them",
    arguments: [
      ([0x00], "00"), ([0x01], "01"), ([0x7f, 0xff], "7FFF"), ([0x00, 0xff], "FF"), ([0xff], "-01"), ([0x80], "-80"),
      ([0x80, 0x00], "-8000"), ([0x00, 0x80], "80"),
    ] as [([UInt8], String)])
  func serials(bytes: [UInt8], hex: String) {
    #expect(SerialNumber(bytes: bytes).hexString == hex)
    #expect(SerialNumber(hex: hex)?.bytes == bytes)
  }

  @Test("serial numbers are read with colons, prefix and odd digits, and ordered as numbers")
  func serialText() {
    #expect(SerialNumber(hex: "0x0a:BC")?.hexString == "0ABC")
    #expect(SerialNumber(hex: "abc")?.hexString == "0ABC")
    #expect(SerialNumber(hex: "") == nil && SerialNumber(hex: "xyz") == nil && SerialNumber(hex: "-") == nil)
    let ordered = ["-8000", "-80", "-01", "00", "01", "7F", "80", "FF", "0100"].compactMap(SerialNumber.init(hex:))
    #expect(ordered.sorted() == ordered && ordered.count == 9)
    #expect(SerialNumber(255).unsignedValue == 255)
  }

  @Test("object identifiers go to dots and back")
  func identifiers() {
    for text in ["0.9.2342", "1.2.840.113549.1.1.11", "2.5.29.15", "2.999.3", "2.25.18446744073709551615"] {
      #expect(OID(text)?.description == text)
    }
    for text in ["", "1", "3.1", "1.40", "1..2", "1.2.", "a.b", "1.-2"] { #expect(OID(text) == nil) }
    #expect(OID.keyUsage.description == "2.5.29.15")
    #expect(OID.ocsp.description == "1.3.6.1.5.5.7.48.1")
    #expect(OID.userPrincipalName.description == "1.3.6.1.4.1.311.20.2.3")
    #expect(OID.signedCertificateTimestamps.description == "1.3.6.1.4.1.11129.2.4.2")
    #expect(OID.netscapeComment.description == "2.16.840.1.113730.1.13")
  }

  @Test(
    "addresses go to text and back",
    arguments: [
      ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "::"), ("2001:DB8::1", "2001:db8::1"),
      ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("::ffff:192.0.2.1", "::ffff:c000:201"),
      ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ("fe80::", "fe80::"),
    ])
  func addresses(text: String, canonical: String) throws {
    #expect(try IPAddressText.text(#require(IPAddressText.octets(text))) == canonical)
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.-4", ":::", "1::2::3", "12345::", "1:2:3", "g::",
    ])
  func badAddresses(text: String) {
    #expect(IPAddressText.octets(text) == nil)
  }

  @Test("general names are read from their command line form")
  func generalNames() {
    #expect(GeneralName(parsing: "dns:a.test") == .dns("a.test"))
    #expect(GeneralName(parsing: "IP:::1") == .ip([UInt8](repeating: 0, count: 15) + [1]))
    #expect(GeneralName(parsing: "email:a@b") == .email("a@b"))
    #expect(GeneralName(parsing: "uri:spiffe://x/y") == .uri("spiffe://x/y"))
    for text in ["", "a.test", "dns:", "dns:a b", "ip:1", "email:a", "what:x", "dns:ä"] {
      #expect(GeneralName(parsing: text) == nil)
    }
  }

  @Test("RSASSA-PSS parameters go to the algorithm and back")
  func pss() {
    for algorithm in [
      SignatureAlgorithm.rsaPSS(.sha256, saltLength: 32), .rsaPSS(.sha1, saltLength: 20),
      .rsaPSS(.sha512, saltLength: 20), .rsaPKCS1(.sha256), .ecdsa(.sha384), .ed25519, .dsa(.sha1),
    ] {
      #expect(AlgorithmIdentifier(algorithm).signatureAlgorithm == algorithm)
    }
    #expect(AlgorithmIdentifier(oid: .rsaPSS).signatureAlgorithm == nil)
    #expect(AlgorithmIdentifier(oid: .ed25519, parameters: [5, 0]).signatureAlgorithm == nil)
  }
}
