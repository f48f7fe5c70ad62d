import Cryptography
import PKI

/// The fields of a certificate (RFC 5280 §4.1).
extension ProfileRule {
  static let certificateRules: [ProfileRule] = [
    ProfileRule(
      "version", "RFC 5280 §4.1.2.1", "Extensions stand in version 3 alone, unique identifiers in 2 and 3.",
      everywhere: .malformedCertificate),
    ProfileRule(
      "serialNumber.positive", "RFC 5280 §4.1.2.2", "A serial number is greater than zero.",
      certificate: { subject in
        let serial = subject.certificate.serialNumber
        return serial.isNegative || serial.unsignedValue == 0 ? serial.hexString : nil
      }),
    ProfileRule(
      "serialNumber.length", "RFC 5280 §4.1.2.2", "A serial number has 20 octets at most.",
      everywhere: .invalidSerialNumber),
    ProfileRule(
      "signature", "RFC 5280 §4.1.1.2", "The algorithm that is signed is the one that stands beside the signature.",
      everywhere: .signatureAlgorithmMismatch),
    ProfileRule("issuer", "RFC 5280 §4.1.2.4", "The issuer has a name.", everywhere: .emptyIssuer),
    ProfileRule(
      "validity.zone", "RFC 5280 §4.1.2.5", "Dates have seconds, no fractions of them, and end in Z.",
      everywhere: .malformedCertificate),
    ProfileRule(
      "validity.form", "RFC 5280 §4.1.2.5", "Dates through 2049 are written as UTCTime.",
      certificate: { subject in
        subject.certificate.generalizedTimes.first { $0 < Self.year2050 }.map { "\($0.rfc3339) as GeneralizedTime" }
      }),
    ProfileRule(
      "subject", "RFC 5280 §4.1.2.6",
      "A CA has a subject; anybody else a subject or a subjectAltName, which is critical then.",
      everywhere: .emptySubject),
    ProfileRule(
      "subject.emailAddress", "RFC 5280 §4.1.2.6", "A mailbox in the subject is in the subjectAltName too.",
      certificate: mailboxInSubject),
    ProfileRule(
      "names.attributes", "RFC 5280 §4.1.2.4 and A.1",
      "Attributes of names have the string types, the characters and the lengths of the appendix.",
      certificate: { subject in
        NameAttributeSyntax.fault(subject.certificate.subject).map { "subject: \($0)" }
          ?? NameAttributeSyntax.fault(subject.certificate.issuer).map { "issuer: \($0)" }
      }),
    ProfileRule(
      "uniqueIdentifiers", "RFC 5280 §4.1.2.8", "There are no unique identifiers.",
      certificate: { $0.certificate.hasUniqueIdentifiers ? "there is one" : nil }),
    ProfileRule(
      "extensions", "RFC 5280 §4.1.2.9", "A list of extensions is not empty.", everywhere: .malformedCertificate),
    ProfileRule(
      "extensions.once", "RFC 5280 §4.2", "No extension stands twice in a certificate.",
      everywhere: .malformedCertificate),
    ProfileRule(
      "extensions.critical", "RFC 5280 §4.2", "A critical extension is one that is known here.",
      everywhere: .unknownCriticalExtension),
  ]

  static let year2050 = UnixTime(2_524_608_000)

  @Sendable private static func mailboxInSubject(_ subject: ProfiledCertificate) -> String? {
    let mailboxes = subject.names.compactMap { if case .email(let text) = $0 { text } else { nil } }
    for attribute in subject.certificate.subject.rdns.joined() where attribute.type == .emailAddress {
      guard let text = attribute.text, mailboxes.contains(text) else { return attribute.text ?? "no text" }
    }
    return nil
  }
}

/// What attributes of names are made of (RFC 5280 A.1).
enum NameAttributeSyntax {
  /// What is wrong with the first attribute that is not well made; nil where all are.
  static func fault(_ name: DistinguishedName) -> String? {
    for attribute in name.rdns.joined() {
      guard let form = forms[attribute.type] else { continue }
      guard form.tags.contains(attribute.tag), let text = attribute.text else {
        return "\(attribute.type): string type"
      }
      guard form.lengths.contains(text.unicodeScalars.count) else { return "\(attribute.type): length" }
      guard attribute.tag != .printableString || text.utf8.allSatisfy(isPrintable) else {
        return "\(attribute.type): no PrintableString"
      }
    }
    return nil
  }

  private struct Form {
    let tags: Set<DERTag>
    let lengths: ClosedRange<Int>
  }

  /// The numbers are the upper bounds of A.1.
  private static let forms: [OID: Form] = [
    .commonName: directory(64), .surname: directory(32768), .givenName: directory(32768),
    .organizationName: directory(64), .organizationalUnitName: directory(64), .localityName: directory(128),
    .stateOrProvinceName: directory(128), .title: directory(64),
    .countryName: Form(tags: [.printableString], lengths: 2...2),
    .serialNumber: Form(tags: [.printableString], lengths: 1...64),
    .dnQualifier: Form(tags: [.printableString], lengths: 1...Int.max),
    .domainComponent: Form(tags: [.ia5String], lengths: 0...Int.max),
    .emailAddress: Form(tags: [.ia5String], lengths: 1...255),
  ]

  private static func directory(_ bound: Int) -> Form {
    Form(tags: [.utf8String, .printableString, .teletexString, .bmpString, .universalString], lengths: 1...bound)
  }

  private static func isPrintable(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: " '()+,-./:=?".utf8.contains(byte)
    }
  }
}
