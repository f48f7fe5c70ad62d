import Cryptography
import TestSupport
import Testing

@testable import PKI

@Suite("Distinguished names")
struct DistinguishedNameTests {
  private static func name(_ tag: DERTag, _ value: [UInt8], _ type: OID = .commonName) -> DistinguishedName {
    DistinguishedName(rdns: [[AttributeTypeAndValue(type: type, tag: tag, value: value)]])
  }

  /// Names whose text forms OpenSSL has an opinion on.
  static let awkward: [DistinguishedName] = [
    name(.utf8String, Array("plain".utf8)), name(.utf8String, Array("Müller, Söhne + Co/KG <\"x\">; =1\\2".utf8)),
    name(.utf8String, Array(" lead and trail ".utf8)), name(.utf8String, Array(" ".utf8)),
    name(.utf8String, Array("#hash#".utf8)), name(.utf8String, Array("a#b".utf8)),
    name(.utf8String, Array("tab\tnew\nline\u{7f}".utf8)), name(.utf8String, Array("日本 😀".utf8)),
    name(.printableString, Array("a=b'()".utf8)), name(.ia5String, Array("a@b".utf8), .emailAddress),
    name(.teletexString, [0x47, 0x72, 0xfc, 0xdf, 0x65]), name(.bmpString, [0x65, 0xe5, 0x00, 0x2c, 0x67, 0x2c]),
    name(.universalString, [0, 1, 0xf6, 0, 0, 0, 0, 0x20]), name(.numericString, Array("12 3".utf8)),
    name(.bitString, [0, 1, 2], OID("2.5.4.45")!),
    name(.utf8String, Array("odd".utf8), OID("1.2.3.4.5")!), name(.utf8String, Array("id".utf8), OID("2.5.4.97")!),
    name(.utf8String, [0x66, 0x00, 0x67]),
    DistinguishedName(rdns: [
      [AttributeTypeAndValue(.countryName, "DE")], [AttributeTypeAndValue(.domainComponent, "test")],
      [AttributeTypeAndValue(.commonName, "a"), AttributeTypeAndValue(.userID, "b")],
      [AttributeTypeAndValue(.surname, "s")], [AttributeTypeAndValue(.serialNumber, "42")],
      [AttributeTypeAndValue(.givenName, "g")], [AttributeTypeAndValue(.streetAddress, "st")],
      [AttributeTypeAndValue(.title, "t")], [AttributeTypeAndValue(.dnQualifier, "q")],
    ]),
  ]

  @Test("both text forms are OpenSSL's, character for character", arguments: awkward.indices)
  func opensslForms(index: Int) throws {
    guard OpenSSLTool.isInstalled() else { return }
    let name = Self.awkward[index]
    let key = try PrivateKey.generate(.p256)
    let certificate = try Samples.template(key: key, subject: name).signed(by: key)
    try OpenSSLTool.withFiles(["c.der": certificate.der]) { directory in
      func subject(_ option: String) throws -> String {
        let output = try OpenSSLTool.run(
          ["x509", "-in", "c.der", "-noout", "-subject", "-nameopt", option], in: directory)
        return String(output.text.dropFirst("subject=".count).dropLast())
      }
      let (rfc2253, oneLine) = try (subject("RFC2253"), subject("compat"))
      #expect(name.rfc2253 == rfc2253)
      #expect(name.oneLine == oneLine)
    }
  }

  @Test(
    "RFC 2253 text as OpenSSL gives it",
    arguments: [
      (1, #"CN=M\C3\BCller\, S\C3\B6hne \+ Co/KG \<\"x\"\>\; =1\\2"#), (2, #"CN=\ lead and trail\ "#),
      (4, ##"CN=\#hash#"##), (10, #"CN=Gr\C3\BC\C3\9Fe"#), (15, "1.2.3.4.5=#0C036F6464"),
      (16, "organizationIdentifier=id"),
      (18, "dnQualifier=q,title=t,street=st,GN=g,serialNumber=42,SN=s,UID=b+CN=a,DC=test,C=DE"),
    ])
  func golden(index: Int, text: String) {
    #expect(Self.awkward[index].rfc2253 == text)
  }

  @Test("the slash form is read in its order, with escapes and multi-valued RDNs")
  func slashForm() throws {
    let name = try DistinguishedName(slashForm: #"/C=DE/O=A\/B \+ C/CN=x+UID=y/emailAddress=a@b"#)
    #expect(name.rfc2253 == #"emailAddress=a@b,UID=y+CN=x,O=A/B \+ C,C=DE"#)
    #expect(try DistinguishedName(slashForm: "/").isEmpty)
    #expect(try DistinguishedName(slashForm: "/1.2.3.4=z").rdns[0][0].type == OID("1.2.3.4"))
    #expect(try DistinguishedName(parsing: "/CN=a") == DistinguishedName(parsing: "CN=a"))
  }

  @Test("the slash form makes the bytes openssl makes")
  func slashFormBytes() throws {
    guard OpenSSLTool.isInstalled() else { return }
    let text = "/C=DE/ST=Berlin/L=Berlin/O=Größe \\/ Co/OU=x/CN=host+UID=7/emailAddress=a@b.test/DC=test/serialNumber=1"
    let key = try PrivateKey.generate(.p256)
    try OpenSSLTool.withFiles(["key.pem": key.pkcs8PEM()]) { directory in
      let output = try OpenSSLTool.run(
        ["req", "-new", "-key", "key.pem", "-subj", text, "-utf8", "-outform", "DER"], in: directory)
      let request = try CertificateSigningRequest(der: output.standardOutput)
      #expect(try DistinguishedName(slashForm: text) == request.subject)
    }
  }

  @Test("RFC 4514 text is read back as it is written")
  func rfc4514() throws {
    let name = try DistinguishedName(rfc4514: #"CN=a\, b\20, O = "quoted, <x>" ;OU=\C3\A4\2B+UID=#0C0162 , C=DE"#)
    #expect(name.rfc2253 == #"CN=a\, b\ ,O=quoted\, \<x\>,UID=b+OU=\C3\A4\+,C=DE"#)
    for index in [0, 1, 2, 4, 5, 7] {
      #expect(try DistinguishedName(rfc4514: Self.awkward[index].rfc2253) == Self.awkward[index])
    }
    #expect(try DistinguishedName(rfc4514: "").isEmpty)
  }

  @Test(
    "a fault in a name's text is named",
    arguments: [
      ("/CN", PKIError.NameTextFault.missingEqualsSign), ("/XX=a", .unknownAttribute), ("/CN=", .emptyAttribute),
      ("/CN=a\\", .badEscape), ("/C=DEU", .countryNotTwoLetters), ("CN", .missingEqualsSign), ("CN=", .emptyAttribute),
      ("CN=a,", .missingEqualsSign), ("CN=\\z", .badEscape), ("CN=#0C05", .badHexadecimal), ("CN=#zz", .badHexadecimal),
      ("CN=\"a", .unterminatedQuote), ("CN=a\\00b", .valueNotAllowedForAttribute),
      ("/DC=ä", .valueNotAllowedForAttribute),
    ])
  func faults(text: String, fault: PKIError.NameTextFault) {
    #expect {
      try DistinguishedName(parsing: text)
    } throws: { error in
      guard case .invalidNameText(text, _, fault) = error as? PKIError else { return false }
      return true
    }
  }

  @Test("names match without regard to case, string type and surplus white space (RFC 5280 §7.1)")
  func matching() throws {
    let a = Self.name(.printableString, Array("Good  CA ".utf8))
    #expect(a.matches(Self.name(.utf8String, Array(" good ca".utf8))))
    #expect(a.matches(Self.name(.bmpString, "GOOD CA".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })))
    #expect(!a.matches(Self.name(.utf8String, Array("goodca".utf8))))
    #expect(!a.matches(Self.name(.utf8String, Array("Good CA".utf8), .organizationName)))
    #expect(Self.name(.utf8String, Array("É".utf8)).matches(Self.name(.utf8String, Array("e\u{301}".utf8))))
    #expect(try DistinguishedName(parsing: "/CN=a+UID=b").matches(DistinguishedName(parsing: "/UID=B+CN=A")))
    #expect(try !DistinguishedName(parsing: "/CN=a/UID=b").matches(DistinguishedName(parsing: "/UID=b/CN=a")))
    #expect(!Self.name(.bitString, [0, 1]).matches(Self.name(.bitString, [0, 2])))
  }

  @Test("a name contains what stands below it")
  func containment() throws {
    let base = try DistinguishedName(parsing: "/C=DE/O=Org")
    #expect(try base.contains(DistinguishedName(parsing: "/C=de/O=ORG/CN=x")))
    #expect(base.contains(base) && DistinguishedName.empty.contains(base))
    #expect(try !base.contains(DistinguishedName(parsing: "/C=DE/CN=x")))
    #expect(try !base.contains(DistinguishedName(parsing: "/C=DE")))
  }

  @Test("an embedded NUL is seen")
  func embeddedNUL() {
    #expect(Self.awkward[17].hasEmbeddedNUL)
    #expect(!Self.awkward[1].hasEmbeddedNUL)
    #expect(Self.name(.bmpString, [0, 0x61, 0, 0]).hasEmbeddedNUL)
    #expect(GeneralName.dns("good.test\0.evil.test").hasEmbeddedNUL)
  }
}
