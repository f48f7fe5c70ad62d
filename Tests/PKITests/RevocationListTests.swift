import Cryptography
import TestSupport
import Testing

@testable import PKI

@Suite("Revocation lists")
struct RevocationListTests {
  private let entries = [
    RevokedEntry(serialNumber: SerialNumber(5), revocationDate: UnixTime(1_700_000_001)),
    RevokedEntry(
      serialNumber: SerialNumber(magnitude: [0xab, 0xcd]), revocationDate: UnixTime(1_700_000_002),
      reason: .keyCompromise, invalidityDate: UnixTime(1_600_000_000)),
    RevokedEntry(
      serialNumber: SerialNumber(7), revocationDate: UnixTime(1_700_000_003), reason: .certificateHold),
    RevokedEntry(serialNumber: SerialNumber(8), revocationDate: UnixTime(1_700_000_003), reason: .unspecified),
  ]

  private func list(
    _ authority: (key: PrivateKey, certificate: Certificate), _ additional: [CertificateExtension] = []
  ) throws -> CertificateRevocationList {
    try CertificateRevocationList.build(
      issuer: authority.certificate.subject, key: authority.key, thisUpdate: UnixTime(1_700_000_100),
      nextUpdate: UnixTime(1_900_000_000), crlNumber: SerialNumber(300),
      authorityKeyIdentifier: try #require(try authority.certificate.subjectKeyIdentifier()).bytes, entries: entries,
      additionalExtensions: additional)
  }

  @Test("what is put in is read back")
  func roundTrip() throws {
    let authority = try Samples.authority()
    let made = try list(authority)
    let read = try CertificateRevocationList(pem: made.pem)
    #expect(read == made)
    #expect(read.isSigned(by: authority.key.publicKey))
    #expect(try !read.isSigned(by: PrivateKey.generate(.p256).publicKey))
    #expect(try read.crlNumber()?.unsignedValue == 300)
    #expect(try read.authorityKeyIdentifier()?.keyIdentifier == authority.certificate.subjectKeyIdentifier()?.bytes)
    #expect(Array(read.entries) == entries)
    #expect(read.entries.count == 4)
    #expect(read.entries.map(\.reason) == [nil, .keyCompromise, .certificateHold, nil])
    #expect(read.entries.entry(for: SerialNumber(magnitude: [0xab, 0xcd]))?.invalidityDate == UnixTime(1_600_000_000))
    #expect(read.entries.entry(for: SerialNumber(6)) == nil)
    #expect(read.unknownCriticalExtensions(known: []).isEmpty)
  }

  @Test("an empty list leaves the sequence out")
  func empty() throws {
    let authority = try Samples.authority(.ed25519)
    let made = try CertificateRevocationList.build(
      issuer: authority.certificate.subject, key: authority.key, thisUpdate: UnixTime(1_700_000_100),
      nextUpdate: UnixTime(2_900_000_000), crlNumber: SerialNumber(1), authorityKeyIdentifier: [1], entries: [])
    #expect(made.entries.isEmpty && made.nextUpdate == UnixTime(2_900_000_000))
  }

  @Test("issuing distribution point and delta indicator are read, and are critical")
  func partialLists() throws {
    var point = IssuingDistributionPoint(name: .fullName([.uri("http://a.test/crl")]))
    point.onlyContainsUserCerts = true
    point.onlySomeReasons = [.keyCompromise]
    point.indirectCRL = true
    let made = try list(
      Samples.authority(),
      [
        CertificateExtension(point, critical: true),
        CertificateExtension(DeltaCRLIndicator(baseCRLNumber: SerialNumber(299)), critical: true),
      ])
    #expect(try made.issuingDistributionPoint() == point)
    #expect(try made.deltaCRLIndicator()?.unsignedValue == 299)
    #expect(made.unknownCriticalExtensions(known: [.deltaCRLIndicator]) == [.issuingDistributionPoint])
  }

  @Test("a list cut short at any byte is refused, and no changed byte crashes")
  func malformed() throws {
    let authority = try Samples.authority()
    let der = try list(authority).der
    for count in 0..<der.count {
      #expect(throws: PKIError.self) { try CertificateRevocationList(der: Array(der.prefix(count))) }
    }
    for index in der.indices {
      var changed = der
      changed[index] ^= 1
      guard let read = try? CertificateRevocationList(der: changed) else { continue }
      _ = Array(read.entries).map(\.reason)
      _ = read.text
      #expect(!read.isSigned(by: authority.key.publicKey), "byte \(index)")
    }
  }

  @Test("openssl reads ours and verifies it")
  func interop() throws {
    guard OpenSSLTool.isInstalled() else { return }
    let authority = try Samples.authority(.p384)
    let made = try list(authority)
    try OpenSSLTool.withFiles(["l.pem": made.pem, "ca.pem": authority.certificate.pem]) { directory in
      let shown = try OpenSSLTool.run(
        ["crl", "-in", "l.pem", "-noout", "-text", "-CAfile", "ca.pem", "-verify"], in: directory)
      #expect(shown.standardError.contains("verify OK"), "\(shown.standardError)")
      #expect(shown.text.contains("Serial Number: ABCD") && shown.text.contains("Key Compromise"))
      #expect(shown.text.contains("X509v3 CRL Number: \n                300"))
    }
  }

  @Test("a list of 100,000 entries is walked where it lies")
  func large() throws {
    let authority = try Samples.authority()
    let many = (1...100_000).lazy.map {
      RevokedEntry(serialNumber: SerialNumber(UInt64($0) << 20), revocationDate: UnixTime(1_700_000_000))
    }
    let made = try CertificateRevocationList.build(
      issuer: authority.certificate.subject, key: authority.key, thisUpdate: UnixTime(1_700_000_100),
      nextUpdate: UnixTime(1_900_000_000), crlNumber: SerialNumber(1), authorityKeyIdentifier: [1], entries: many)
    var count = 0
    made.entries.forEachSerial { serial, _, hasExtensions in
      if serial.count > 2, !hasExtensions { count += 1 }
    }
    #expect(count == 100_000 && made.entries.count == 100_000)
  }
}
