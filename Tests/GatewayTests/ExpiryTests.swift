import PKI
import Testing

@testable import Gateway

@Suite("Warnings before certificates end")
struct ExpiryTests {
  private static let day: Int64 = 86400

  private static func step(life: Int64, left: Int64) -> Int? {
    ExpiryThreshold(notBefore: UnixTime(0), notAfter: UnixTime(life), at: UnixTime(life - left))?.step
  }

  @Test(
    "a certificate of a year is warned of 30, 14, 7, 3 and 1 days before its end",
    arguments: [
      (31, nil), (30, 0), (15, 0), (14, 1), (8, 1), (7, 2), (4, 2), (3, 3), (2, 3), (1, 4), (0, 4),
    ] as [(Int64, Int?)])
  func year(left: Int64, expected: Int?) {
    #expect(Self.step(life: 365 * Self.day, left: left * Self.day) == expected)
  }

  @Test(
    "one that lives a day: from a third of its life on, then halved",
    arguments: [(9, nil), (8, 0), (5, 0), (4, 1), (2, 2), (1, 3)] as [(Int64, Int?)])
  func short(left: Int64, expected: Int?) {
    #expect(Self.step(life: Self.day, left: left * 3600) == expected)
  }

  @Test("past its end it has expired")
  func expired() {
    #expect(Self.step(life: Self.day, left: -1) == ExpiryThreshold.expired.step)
    #expect(Self.step(life: 0, left: -1) == ExpiryThreshold.expired.step)
  }

  @Test("each threshold is told once, and an end once a day")
  func once() throws {
    let authority = try TestAuthority()
    let certificate = try #require(try authority.verdict(subject: "/CN=localhost").leaf)
    let entry = ExpiringCertificates.Entry(certificate, path: "/etc/site.crt")
    let expiring = ExpiringCertificates(certificates: [entry], authorities: [])
    let warnings = ExpiryWarnings()
    let end = certificate.notAfter.seconds
    func lines(_ left: Int64) -> [String] {
      warnings.due([("localhost", expiring), ("other", expiring)], at: UnixTime(end - left)).map(\.0)
    }
    #expect(lines(31 * Self.day).isEmpty)
    let first = lines(30 * Self.day)
    #expect(first.count == 1)
    #expect(first.first?.contains("/etc/site.crt: the certificate \"CN=localhost\"") == true)
    #expect(first.first?.contains("of server \"localhost\" expires at") == true)
    #expect(first.first?.contains("in 30 days") == true)
    #expect(lines(30 * Self.day - 1).isEmpty)
    #expect(lines(10 * Self.day).count == 1)
    #expect(lines(9 * Self.day).isEmpty)
    #expect(lines(-1).first?.contains("expired at") == true)
    #expect(lines(-3600).isEmpty)
    #expect(lines(-Self.day - 2).count == 1)
  }
}
