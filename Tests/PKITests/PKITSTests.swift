import Cryptography
import Foundation
import Testing

@testable import PKI

/// The certificates and lists of NIST's PKITS, where they are at hand: beside the package, or where
/// `COUNTERSIGN_PKITS` says.
@Suite("PKITS")
struct PKITSTests {
  private static var directory: URL? {
    let named = ProcessInfo.processInfo.environment["COUNTERSIGN_PKITS"].map { URL(fileURLWithPath: $0) }
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let beside = package.deletingLastPathComponent().appendingPathComponent("shared/pkits")
    return [named, beside].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path) }
  }

  private static func files(_ name: String) throws -> [(name: String, bytes: [UInt8])] {
    guard let directory = directory?.appendingPathComponent(name) else {
      print("PKITS is not at hand; set COUNTERSIGN_PKITS to its directory")
      return []
    }
    let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
    return try files.map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
  }

  @Test("every certificate parses, with all of its extensions and its text")
  func certificates() throws {
    for (name, bytes) in try Self.files("certs") {
      do {
        let certificate = try Certificate(der: bytes)
        #expect(certificate.publicKey != nil, "\(name): no key")
        try readExtensions(certificate)
        #expect(!certificate.text.isEmpty)
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }

  private func readExtensions(_ certificate: Certificate) throws {
    _ = try certificate.basicConstraints()
    _ = try certificate.keyUsage()
    _ = try certificate.extendedKeyUsage()
    _ = try certificate.subjectAlternativeName()
    _ = try certificate.nameConstraints()
    _ = try certificate.certificatePolicies()
    _ = try certificate.policyMappings()
    _ = try certificate.policyConstraints()
    _ = try certificate.inhibitAnyPolicy()
    _ = try certificate.crlDistributionPoints()
    _ = try certificate.freshestCRL()
    _ = try certificate.authorityKeyIdentifier()
    _ = try certificate.subjectKeyIdentifier()
  }

  @Test("every revocation list parses, with its extensions and entries")
  func lists() throws {
    for (name, bytes) in try Self.files("crls") {
      do {
        let list = try CertificateRevocationList(der: bytes)
        _ = try (list.crlNumber(), list.authorityKeyIdentifier(), list.issuingDistributionPoint())
        _ = try (list.deltaCRLIndicator(), list.freshestCRL())
        #expect(Array(list.entries).count == list.entries.count)
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }
}
