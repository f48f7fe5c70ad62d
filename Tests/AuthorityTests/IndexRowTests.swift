import Cryptography
import PKI
import Testing

@testable import Authority

@Suite("Rows of index.txt")
struct IndexRowTests {
  @Test("a valid row has its serial, expiry and subject")
  func valid() throws {
    let row = try IndexRow(line: "V\t271121133557Z\t\t1001\tunknown\t/O=Old/CN=user")
    #expect(row.state == .valid)
    #expect(row.serial.hexString == "1001")
    #expect(row.notAfter == UnixTime(rfc3339: "2027-11-21T13:35:57Z"))
    #expect(row.subject == "/O=Old/CN=user")
  }

  @Test("an expired row and a date of four-digit year are read")
  func expired() throws {
    let row = try IndexRow(line: "E\t20501121133557Z\t\t0A\tunknown\t/CN=x")
    #expect(row.state == .expired)
    #expect(row.notAfter == UnixTime(rfc3339: "2050-11-21T13:35:57Z"))
  }

  @Test("a two-digit year from 50 on is of the last century")
  func century() throws {
    #expect(
      try IndexRow(line: "E\t990101000000Z\t\t01\tunknown\t/CN=x").notAfter == UnixTime(rfc3339: "1999-01-01T00:00:00Z")
    )
  }

  @Test(
    "a revocation is read with reason and argument",
    arguments: [
      ("261121133558Z", RevocationReason.unspecified, nil, nil),
      ("261121133558Z,keyCompromise", .keyCompromise, nil, nil),
      ("261121133558Z,CACompromise", .cACompromise, nil, nil),
      ("261121133558Z,certificateHold", .certificateHold, nil, nil),
      ("261121133558Z,holdInstruction,holdInstructionReject", .certificateHold, "holdInstructionReject", nil),
      ("261121133558Z,keyTime,20261001000000Z", .keyCompromise, nil, "2026-10-01T00:00:00Z"),
      ("261121133558Z,CAkeyTime,20261001000000Z", .cACompromise, nil, "2026-10-01T00:00:00Z"),
    ] as [(String, RevocationReason, String?, String?)])
  func revoked(_ field: String, _ reason: RevocationReason, _ hold: String?, _ lost: String?) throws {
    let row = try IndexRow(line: "R\t271121133557Z\t\(field)\t1001\tunknown\t/CN=x")
    guard case .revoked(let facts) = row.state else {
      Issue.record("not revoked")
      return
    }
    #expect(facts.date == UnixTime(rfc3339: "2026-11-21T13:35:58Z"))
    #expect(facts.reason == reason)
    #expect(facts.holdInstruction == hold)
    #expect(facts.invalidityDate == lost.flatMap { UnixTime(rfc3339: $0) })
  }

  @Test(
    "a damaged row says what is wrong with it",
    arguments: [
      ("V\t271121133557Z\t\t1001\tunknown", IndexRowProblem.fieldCount(5)),
      ("V 271121133557Z 1001 unknown /CN=x", .fieldCount(1)),
      ("X\t271121133557Z\t\t1001\tunknown\t/CN=x", .unknownState("X")),
      ("V\t27112113355Z\t\t1001\tunknown\t/CN=x", .badExpiry("27112113355Z")),
      ("V\t271321133557Z\t\t1001\tunknown\t/CN=x", .badExpiry("271321133557Z")),
      ("V\t271121133557Z\t\t101\tunknown\t/CN=x", .badSerial("101")),
      ("V\t271121133557Z\t\t10G1\tunknown\t/CN=x", .badSerial("10G1")),
      ("V\t271121133557Z\t261121133558Z\t1001\tunknown\t/CN=x", .revocationOfUnrevoked("261121133558Z")),
      ("R\t271121133557Z\t\t1001\tunknown\t/CN=x", .badRevocation("")),
      ("R\t271121133557Z\t261121133558Z,whim\t1001\tunknown\t/CN=x", .unknownReason("whim")),
      (
        "R\t271121133557Z\t261121133558Z,keyTime,soon\t1001\tunknown\t/CN=x",
        .badRevocation("261121133558Z,keyTime,soon")
      ),
      ("V\t271121133557Z\t\t1001\tunknown\t", .noSubject),
    ] as [(String, IndexRowProblem)])
  func damaged(_ line: String, _ problem: IndexRowProblem) {
    #expect(throws: problem) { try IndexRow(line: line[...]) }
  }

  @Test("the common name of a subject column ends where the next attribute begins")
  func commonName() {
    #expect(IndexSubject.commonName("/O=Old/CN=user/emailAddress=u@example.com") == "user")
    #expect(IndexSubject.commonName("/CN=http/www.example.com") == "http/www.example.com")
    #expect(IndexSubject.commonName("/O=Old") == nil)
  }
}

@Suite("CRL numbers")
struct CRLCounterTests {
  @Test(
    "numbers count on across octets",
    arguments: [("", "01"), ("01", "02"), ("FF", "0100"), ("2A", "2B"), ("FFFF", "010000")])
  func next(_ number: String, _ following: String) {
    #expect(CRLCounter(hex: number)?.next.hexString == following)
    #expect(CRLCounter(hex: following)?.previous == CRLCounter(hex: number))
  }

  @Test("what is no number of at most 20 octets is refused")
  func refused() {
    #expect(CRLCounter(hex: "XY") == nil)
    #expect(CRLCounter(hex: String(repeating: "F", count: 42)) == nil)
  }

  @Test("numbers compare as numbers, not as text")
  func order() throws {
    #expect(try #require(CRLCounter(hex: "FF")) < #require(CRLCounter(hex: "0100")))
  }
}

@Suite("Serial numbers of RFC 5280 §4.1.2.2")
struct SerialLengthTests {
  @Test(
    "20 octets are taken over, the sign's included; more are not",
    arguments: [
      ("7F" + String(repeating: "AB", count: 19), true), ("80" + String(repeating: "AB", count: 19), false),
      ("01" + String(repeating: "AB", count: 20), false), ("00" + "7F" + String(repeating: "AB", count: 19), true),
    ])
  func length(_ serial: String, _ isTaken: Bool) {
    let row = try? IndexRow(line: "V\t271121133557Z\t\t\(serial)\tunknown\t/CN=x")
    #expect((row != nil) == isTaken)
  }
}

@Suite("Request files")
struct RequestFileTests {
  @Test("a file with two requests is refused: nobody could say which one was signed")
  func two() throws {
    let authority = try TemporaryAuthority()
    let csr = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/CN=a"), key: PrivateKey.generate(.p256), extensions: [])
    let path = authority.root + "/x.csr"
    try AtomicFile.write(csr.pem, to: path, mode: 0o644)
    #expect(try RequestFile.read(path) == csr)
    for second in [csr.pem, Array("-----BEGIN NEW CERTIFICATE REQUEST-----\ndamaged".utf8)] {
      try AtomicFile.write(csr.pem + second, to: path, mode: 0o644)
      #expect(throws: AuthorityError.self) { try RequestFile.read(path) }
    }
  }
}
