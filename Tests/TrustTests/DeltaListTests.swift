import Cryptography
import PKI
import Testing

@testable import Trust

/// RFC 5280 §5.2.4 and §6.3.3: what a delta CRL may change, and of which base.
@Suite("Delta CRLs")
struct DeltaListTests {
  private let root: Holder
  private let client: Holder

  init() throws {
    root = try Holder.root()
    client = try root.client(serial: 9)
  }

  private struct Delta {
    var base: UInt8 = 3
    var number: UInt8 = 5
    var thisUpdate: Int64 = -60
    var nextUpdate: Int64 = 3600
    var reason: RevocationReason? = .keyCompromise
    var serial: UInt8 = 9
    var signer: PrivateKey?
    var keyIdentifier: [UInt8]?
    var extensions: [CertificateExtension] = []
  }

  private func list(_ change: (inout Delta) -> Void) throws -> CertificateRevocationList {
    var delta = Delta()
    change(&delta)
    let entry = RevokedEntry(
      serialNumber: SerialNumber(magnitude: [delta.serial]), revocationDate: now, reason: delta.reason)
    let indicator = DeltaCRLIndicator(baseCRLNumber: SerialNumber(magnitude: [delta.base]))
    return try CertificateRevocationList.build(
      issuer: root.certificate.subject, key: delta.signer ?? root.key, thisUpdate: now + .seconds(delta.thisUpdate),
      nextUpdate: now + .seconds(delta.nextUpdate), crlNumber: SerialNumber(magnitude: [delta.number]),
      authorityKeyIdentifier: delta.keyIdentifier ?? SubjectKeyIdentifier(of: root.key.publicKey).bytes,
      entries: [entry], additionalExtensions: [CertificateExtension(indicator, critical: true)] + delta.extensions)
  }

  /// What is said of the client by a base with number 3 or another, and a delta.
  private func rules(
    base number: UInt8 = 3, listed: [UInt8] = [], _ change: (inout Delta) -> Void = { _ in }
  ) throws -> [Rule] {
    try judge([client], trust: [root], crls: [root.crl(listed, number: number), list(change)]).findings.map(\.rule)
  }

  private static func removal(_ delta: inout Delta) { delta.reason = .removeFromCRL }

  @Test("a delta revokes, and lifts what its base holds")
  func counts() throws {
    #expect(try rules() == [.revoked])
    #expect(try rules { $0.serial = 8 } == [])
    #expect(try rules(listed: [9], Self.removal) == [])
    #expect(try rules(listed: [9]) { $0.serial = 8 } == [.revoked])
  }

  @Test("a delta that another key signed changes nothing")
  func forged() throws {
    let other = try PrivateKey.generate(.p256)
    #expect(try rules { $0.signer = other } == [])
    let lifted = try rules(listed: [9]) {
      Self.removal(&$0)
      $0.signer = other
    }
    #expect(lifted == [.revoked])
  }

  @Test("a delta updates bases from its BaseCRLNumber on, up to the list before it", arguments: 1...6)
  func base(_ number: UInt8) throws {
    // BaseCRLNumber 3, number 5.
    #expect(try rules(base: number) == ((3...4).contains(number) ? [.revoked] : []))
    #expect(try rules(base: number, listed: [9], Self.removal) == ((3...4).contains(number) ? [] : [.revoked]))
  }

  @Test("a delta of another scope or key is none of this base")
  func otherSeries() throws {
    var scope = IssuingDistributionPoint()
    scope.onlyContainsUserCerts = true
    #expect(try rules { $0.extensions = [CertificateExtension(scope, critical: true)] } == [])
    #expect(try rules { $0.keyIdentifier = [1, 2, 3] } == [])
  }

  @Test("a delta with a critical extension that is unknown changes nothing")
  func critical() throws {
    let strange = CertificateExtension(oid: OID("1.3.6.1.4.1.99999.1") ?? .anyPolicy, critical: true, value: [5, 0])
    #expect(
      try rules(listed: [9]) {
        Self.removal(&$0)
        $0.extensions = [strange]
      } == [.revoked])
  }

  @Test("a delta of the future changes nothing; one that has expired still revokes, but lifts nothing")
  func times() throws {
    #expect(try rules { $0.thisUpdate = 1 } == [])
    #expect(try rules { $0.thisUpdate = 0 } == [.revoked])
    #expect(try rules { $0.nextUpdate = -1 } == [.revoked])
    func lifted(_ nextUpdate: Int64) throws -> [Rule] {
      try rules(listed: [9]) {
        Self.removal(&$0)
        $0.nextUpdate = nextUpdate
      }
    }
    #expect(try lifted(0) == [])
    #expect(try lifted(-1) == [.revoked])
  }
}
