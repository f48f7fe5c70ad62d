import Cryptography
import PKI
import Testing

@testable import Trust

/// RFC 5280 §4.1 and X.690: what a certificate is made of, one fixture a fault.
@Suite("Clauses on the form of certificates")
struct CertificateClauseTests {
  typealias Odd = OddCertificate

  private static func explicitVersion(_ number: UInt8) -> [UInt8] { [0xa0, 3, 2, 1, number] }

  static let heads: [Clause] = [
    Clause("nothing odd", nil) { try judgeOdd { _ in } },
    Clause("version 1 without extensions", nil) {
      try judgeOdd {
        $0.version = []
        $0.extensions = nil
      }
    },
    Clause("version 1 written out", .malformedCertificate) {
      try judgeOdd {
        $0.version = explicitVersion(0)
        $0.extensions = nil
      }
    },
    Clause("version 1 with extensions", .malformedCertificate) { try judgeOdd { $0.version = [] } },
    Clause("version 2 with extensions", .malformedCertificate) { try judgeOdd { $0.version = explicitVersion(1) } },
    Clause("version 4", .malformedCertificate) { try judgeOdd { $0.version = explicitVersion(3) } },
    Clause("version of two octets", .malformedCertificate) { try judgeOdd { $0.version = [0xa0, 4, 2, 2, 0, 2] } },
    Clause("version with something behind it", .malformedCertificate) {
      try judgeOdd { $0.version = [0xa0, 5, 2, 1, 2, 5, 0] }
    },
    Clause("empty list of extensions", .malformedCertificate) { try judgeOdd { $0.extensions = [] } },
    Clause("version 1 with a unique identifier", .malformedCertificate) {
      try judgeOdd {
        $0.version = []
        $0.extensions = nil
        $0.uniqueIdentifiers = [0x81, 2, 0, 1]
      }
    },
    Clause("unique identifiers", nil) { try judgeOdd { $0.uniqueIdentifiers = [0x81, 2, 0, 1, 0x82, 2, 0, 1] } },
    Clause("unique identifiers in the wrong order", .malformedCertificate) {
      try judgeOdd { $0.uniqueIdentifiers = [0x82, 2, 0, 1, 0x81, 2, 0, 1] }
    },
    Clause("serial number 0", nil) { try judgeOdd { $0.serial = [2, 1, 0] } },
    Clause("negative serial number", nil) { try judgeOdd { $0.serial = [2, 1, 0x80] } },
    Clause("serial number of 20 octets", nil) {
      try judgeOdd { $0.serial = [2, 20] + [UInt8](repeating: 0x7f, count: 20) }
    },
    Clause("serial number of 21 octets", .invalidSerialNumber) {
      try judgeOdd { $0.serial = [2, 21] + [UInt8](repeating: 0x7f, count: 21) }
    },
    Clause("serial number padded", .malformedCertificate) { try judgeOdd { $0.serial = [2, 2, 0, 1] } },
    Clause("serial number padded with ones", .malformedCertificate) {
      try judgeOdd { $0.serial = [2, 2, 0xff, 0x80] }
    },
    Clause("empty serial number", .malformedCertificate) { try judgeOdd { $0.serial = [2, 0] } },
    Clause("length in more octets than needed", .malformedCertificate) {
      try judgeOdd { $0.serial = [2, 0x81, 1, 1] }
    },
    Clause("indefinite length", .malformedCertificate) { try judgeOdd { $0.version = [0xa0, 0x80, 2, 1, 2, 0, 0] } },
    Clause("signature algorithms differ", .signatureAlgorithmMismatch) {
      try judgeOdd { $0.outerAlgorithm = Odd.der { AlgorithmIdentifier(.ecdsa(.sha384)).write(to: &$0) } }
    },
    Clause("signature algorithms differ in a NULL", .signatureAlgorithmMismatch) {
      try judgeOdd { odd in
        let oid = AlgorithmIdentifier(.ecdsa(.sha256)).oid
        odd.outerAlgorithm = Odd.der { AlgorithmIdentifier(oid: oid, parameters: [5, 0]).write(to: &$0) }
      }
    },
    Clause("ECDSA with a NULL", .unsupportedSignatureAlgorithm) {
      try judgeOdd { odd in
        let oid = AlgorithmIdentifier(.ecdsa(.sha256)).oid
        odd.innerAlgorithm = Odd.der { AlgorithmIdentifier(oid: oid, parameters: [5, 0]).write(to: &$0) }
      }
    },
  ]

  static let names: [Clause] = [
    Clause("no issuer", .unknownIssuer) { try judgeOdd { $0.issuer = [0x30, 0] } },
    Clause("empty relative name", .malformedCertificate) { try judgeOdd { $0.subject = [0x30, 2, 0x31, 0] } },
    Clause("attribute with something behind its value", .malformedCertificate) {
      try judgeOdd { $0.subject = [0x30, 14, 0x31, 12, 0x30, 10, 6, 3, 0x55, 4, 3, 0x0c, 1, 0x41, 5, 0] }
    },
    Clause("string in pieces", .malformedCertificate) {
      try judgeOdd { $0.subject = [0x30, 14, 0x31, 12, 0x30, 10, 6, 3, 0x55, 4, 3, 0x2c, 3, 0x0c, 1, 0x41] }
    },
    Clause("U+0000 in the common name", .malformedName) {
      try judgeOdd { $0.subject = [0x30, 14, 0x31, 12, 0x30, 10, 6, 3, 0x55, 4, 3, 0x0c, 3, 0x41, 0, 0x42] }
    },
    Clause("U+0000 in a common name of 16 bits", .malformedName) {
      try judgeOdd { $0.subject = [0x30, 15, 0x31, 13, 0x30, 11, 6, 3, 0x55, 4, 3, 0x1e, 4, 0, 0x41, 0, 0] }
    },
    Clause("no subject, no subjectAltName", .emptySubject) { try judgeOdd { $0.subject = [0x30, 0] } },
    Clause("no subject, subjectAltName not critical", .emptySubject) {
      try judgeOdd {
        $0.subject = [0x30, 0]
        $0.extensions = [Odd.standard(SubjectAlternativeName([.dns("a.example")]))]
      }
    },
    Clause("no subject, critical subjectAltName", nil) {
      try judgeOdd {
        $0.subject = [0x30, 0]
        $0.extensions = [Odd.standard(SubjectAlternativeName([.dns("a.example")]), critical: true)]
      }
    },
    Clause("a CA without subject", .emptySubject) {
      try judgeOdd {
        $0.subject = [0x30, 0]
        $0.extensions = [
          Odd.standard(SubjectAlternativeName([.dns("a.example")]), critical: true),
          Odd.standard(BasicConstraints(isCA: true), critical: true),
        ]
      }
    },
  ]

  private static func times(_ from: [UInt8], _ to: [UInt8]) -> @Sendable () throws -> Verdict {
    { try judgeOdd { $0.validity = Odd.period(from, to) } }
  }

  private static let start = Odd.utc("260101000000Z")
  private static let end = Odd.utc("280101000000Z")

  static let times: [Clause] = [
    Clause("UTCTime without seconds", .malformedCertificate, times(Odd.utc("2601010000Z"), end)),
    Clause("UTCTime without Z", .malformedCertificate, times(Odd.utc("260101000000"), end)),
    Clause("UTCTime with an offset", .malformedCertificate, times(Odd.utc("260101000000+0000"), end)),
    Clause("GeneralizedTime with a fraction", .malformedCertificate, times(Odd.generalized("20260101000000.5Z"), end)),
    Clause("GeneralizedTime with an offset", .malformedCertificate, times(Odd.generalized("20260101000000+0100"), end)),
    Clause("GeneralizedTime without Z", .malformedCertificate, times(Odd.generalized("20260101000000"), end)),
    Clause("GeneralizedTime before 2050", nil, times(Odd.generalized("20260101000000Z"), end)),
    Clause("GeneralizedTime after 2050", nil, times(start, Odd.generalized("20510101000000Z"))),
    Clause("no well-defined expiration", nil, times(start, Odd.generalized("99991231235959Z"))),
    Clause("30 February", .malformedCertificate, times(Odd.utc("260230000000Z"), end)),
    Clause("29 February of no leap year", .malformedCertificate, times(Odd.utc("260229000000Z"), end)),
    Clause("29 February of a leap year", nil, times(Odd.utc("240229000000Z"), end)),
    Clause("month 13", .malformedCertificate, times(Odd.utc("261301000000Z"), end)),
    Clause("24 o'clock", .malformedCertificate, times(Odd.utc("260101240000Z"), end)),
    Clause("a leap second", .malformedCertificate, times(Odd.utc("251231235960Z"), end)),
    Clause("letters", .malformedCertificate, times(Odd.utc("26O101000000Z"), end)),
    Clause("a sign", .malformedCertificate, times(Odd.utc("+60101000000Z"), end)),
    Clause("year 50 is 1950", nil, times(Odd.utc("500101000000Z"), end)),
    Clause("year 49 is 2049", .notYetValid, times(Odd.utc("490101000000Z"), Odd.generalized("20510101000000Z"))),
    Clause("the last second counts", nil) {
      try judgeOdd(at: UnixTime(rfc3339: "2028-01-01T00:00:00Z") ?? now) { $0.validity = Odd.period(start, end) }
    },
    Clause("the second after does not", .expired) {
      try judgeOdd(at: UnixTime(rfc3339: "2028-01-01T00:00:01Z") ?? now) { $0.validity = Odd.period(start, end) }
    },
    Clause("ends before it begins", .notYetValid, times(Odd.utc("290101000000Z"), start)),
  ]

  @Test("a certificate's fields are as RFC 5280 §4.1 has them", arguments: heads + names + times)
  func clause(_ clause: Clause) throws {
    #expect(try clause.found == clause.rule)
  }

  @Test("a certificate without an issuer is told so beside that nobody is its issuer")
  func noIssuer() throws {
    let verdict = try judgeOdd { $0.issuer = [0x30, 0] }
    #expect(verdict.findings.map(\.rule).contains(.emptyIssuer))
  }

  @Test("bytes behind a certificate, or too few of them, make it none")
  func ends() throws {
    let root = try Holder.root()
    let der = try OddCertificate(under: root).der()
    #expect(judge(der: der, trust: [root]).isVerified)
    #expect(judge(der: der + [0], trust: [root]).firstFinding?.rule == .malformedCertificate)
    #expect(judge(der: der.dropLast(), trust: [root]).firstFinding?.rule == .malformedCertificate)
    #expect(judge(der: [], trust: [root]).firstFinding?.rule == .malformedCertificate)
  }
}
