import Cryptography
import Glibc
import PKI
import Synchronization
import Testing

@testable import Authority

@Suite("The OCSP responder")
struct OCSPResponderTests {
  private static let start = TemporaryAuthority.start

  private func responder(_ authority: TemporaryAuthority, validity: Duration = .seconds(3600)) throws -> OCSPResponder {
    try OCSPResponder(directory: authority.directory, passphrase: { nil }, validity: validity)
  }

  private func later(_ seconds: Int64) -> UnixTime { UnixTime(Self.start.seconds + seconds) }

  private func request(
    _ certificates: Certificate..., of issuer: Certificate, digest: Digest = .sha1, nonce: [UInt8]? = nil
  ) -> [UInt8] {
    OCSPRequest(certificates.map { OCSPCertID($0, issuer: issuer, digest: digest) }, nonce: nonce).der
  }

  private func statuses(_ reply: OCSPReply) throws -> [OCSPSingleResponse.Status] {
    try #require(try OCSPResponse(der: reply.der).basic).responses.map(\.status)
  }

  private func revoke(_ authority: TemporaryAuthority, _ query: String, _ reason: RevocationReason) throws {
    let directory = try authority.reopened(at: later(5))
    let records = try reason == .removeFromCRL ? directory.held(query) : directory.revocable(query)
    try directory.revoke(RevocationRequest(records: records, reason: reason), signers: [])
  }

  @Test(
    "an issued certificate is good, by any of the usual hashes", arguments: [Digest.sha1, .sha256, .sha384, .sha512])
  func good(_ digest: Digest) throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let asked = request(leaf, of: root, digest: digest)
    let reply = try responder(authority).respond(to: asked, at: later(1))
    let basic = try #require(try OCSPResponse(der: reply.der).basic)
    #expect(basic.responses.map(\.status) == [.good])
    #expect(basic.responses[0].certID == OCSPCertID(leaf, issuer: root, digest: digest))
    #expect(basic.responses[0].thisUpdate == later(1) && basic.producedAt == later(1))
    #expect(basic.responses[0].nextUpdate == later(3601))
    #expect(reply.thisUpdate == later(1) && reply.nextUpdate == later(3601) && reply.isCacheable)
    #expect(try basic.isSigned(by: #require(root.publicKey)) && basic.responderID == .key(of: root))
  }

  @Test(
    "a revoked certificate has the time and the reason, unless it is unspecified",
    arguments: [RevocationReason.keyCompromise, .superseded, .certificateHold, .unspecified])
  func revoked(_ reason: RevocationReason) throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    try revoke(authority, "alice", reason)
    let root = try authority.directory.authority("ca").certificate
    let reply = try responder(authority).respond(to: request(leaf, of: root), at: later(10))
    #expect(try statuses(reply) == [.revoked(at: later(5), reason: reason == .unspecified ? nil : reason)])
  }

  @Test("a serial number that was never issued, or given up, is unknown, and nobody may keep that")
  func unknown() throws {
    let authority = try TemporaryAuthority()
    let root = try authority.directory.authority("ca")
    let responder = try responder(authority)
    let abandoned = SerialNumber(hex: "1234") ?? SerialNumber(0)
    let intent = CertificateIntent(
      authority: root, serial: abandoned, profile: "usr_cert", name: "x", folder: "client", subject: "CN=x",
      alternativeNames: [], notBefore: Self.start, notAfter: later(100), publicKeyHash: "")
    let layout = authority.directory.layout
    _ = try authority.directory.ledger.write { try intent.insert(into: $0, layout: layout, at: Self.start) }
    for serial in [abandoned, SerialNumber(77), SerialNumber(bytes: [0xFF])] {
      let asked = OCSPRequest([OCSPCertID(serialNumber: serial, issuer: root.certificate)]).der
      let reply = responder.respond(to: asked, at: later(1))
      #expect(try statuses(reply) == [.unknown])
      #expect(!reply.isCacheable && responder.remembered(asked, at: later(1)) == nil)
    }
  }

  @Test("of a CA that is not of this directory nothing is said, be its name or its key alike")
  func unauthorized() throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let responder = try responder(authority)
    let ours = OCSPCertID(leaf, issuer: root)
    var otherName = ours
    otherName.issuerNameHash[0] ^= 1
    var otherKey = ours
    otherKey.issuerKeyHash[0] ^= 1
    var otherParameters = ours
    otherParameters.hashAlgorithm.parameters = [0x04, 0x01, 0x07]
    var otherHash = ours
    otherHash.hashAlgorithm = AlgorithmIdentifier(oid: .md5WithRSA)
    for certID in [otherName, otherKey, otherParameters, otherHash] {
      let reply = responder.respond(to: OCSPRequest([certID]).der, at: later(1))
      #expect(try OCSPResponse(der: reply.der).status == .unauthorized)
      #expect(!reply.isCacheable && reply.nextUpdate == nil)
    }
    // A CA of the same name and another key.
    let twin = try TemporaryAuthority()
    let other = try twin.directory.authority("ca").certificate
    #expect(responder.respond(to: request(leaf, of: other), at: later(1)).status == .unauthorized)
  }

  @Test("every CA of the directory answers for its own, and a root for itself")
  func allAuthorities() throws {
    let authority = try TemporaryAuthority()
    let root = try authority.signer()
    let subject = try DistinguishedName(parsing: "/O=Test/CN=Issuing")
    try authority.directory.makeIntermediate(
      named: "issuing", AuthorityRequest(subject: subject, protection: .unencrypted), signer: root, isDefault: true)
    let issuing = try authority.directory.authority("issuing").certificate
    let leaf = try authority.issue("client", "alice").certificate
    let responder = try responder(authority)
    for (certificate, issuer) in [(leaf, issuing), (issuing, root.certificate), (root.certificate, root.certificate)] {
      let reply = responder.respond(to: request(certificate, of: issuer), at: later(1))
      #expect(try statuses(reply) == [.good])
      let basic = try #require(try OCSPResponse(der: reply.der).basic)
      #expect(try basic.isSigned(by: #require(issuer.publicKey)))
    }
  }

  @Test("each certificate asked about has its statement; those of another CA than the first are unknown to its signer")
  func several() throws {
    let authority = try TemporaryAuthority()
    let first = try authority.issue("client", "alice").certificate
    let second = try authority.issue("client", "bob").certificate
    try revoke(authority, "bob", .superseded)
    let root = try authority.signer()
    let subject = try DistinguishedName(parsing: "/O=Test/CN=Issuing")
    try authority.directory.makeIntermediate(
      named: "issuing", AuthorityRequest(subject: subject, protection: .unencrypted), signer: root, isDefault: true)
    let issuing = try authority.directory.authority("issuing").certificate
    let third = try authority.issue("client", "carol").certificate
    let responder = try responder(authority)
    var foreign = OCSPCertID(first, issuer: root.certificate)
    foreign.issuerKeyHash[0] ^= 1
    let (one, two) = (OCSPCertID(first, issuer: root.certificate), OCSPCertID(second, issuer: root.certificate))
    let three = OCSPCertID(third, issuer: issuing)
    let asked = OCSPRequest([foreign, two, three, one, one])
    let reply = responder.respond(to: asked.der, at: later(10))
    let basic = try #require(try OCSPResponse(der: reply.der).basic)
    #expect(basic.responses.map(\.certID) == asked.items.map(\.certID))
    let gone = OCSPSingleResponse.Status.revoked(at: later(5), reason: .superseded)
    #expect(basic.responses.map(\.status) == [.unknown, gone, .unknown, .good, .good])
    #expect(try basic.isSigned(by: #require(root.certificate.publicKey)))
    #expect(responder.respond(to: OCSPRequest([foreign, foreign]).der, at: later(10)).status == .unauthorized)
  }

  @Test("a nonce of 1 to 128 octets comes back and keeps the answer from being kept", arguments: [1, 32, 128])
  func nonce(_ length: Int) throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let responder = try responder(authority)
    _ = responder.respond(to: request(leaf, of: root), at: later(1))
    let nonce = [UInt8](repeating: 7, count: length)
    let asked = request(leaf, of: root, nonce: nonce)
    let reply = responder.respond(to: asked, at: later(1))
    #expect(try OCSPResponse(der: reply.der).basic?.nonce() == nonce)
    #expect(!reply.isCacheable && responder.remembered(asked, at: later(1)) == nil)
  }

  @Test("what is no request, or has a critical extension that is not understood, is malformed")
  func malformed() throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let responder = try responder(authority)
    let whole = request(leaf, of: root)
    var critical = OCSPRequest([OCSPCertID(leaf, issuer: root)])
    critical.extensions = [CertificateExtension(oid: .keyUsage, critical: true, value: [5, 0])]
    var criticalItem = OCSPRequest([OCSPCertID(leaf, issuer: root)])
    criticalItem.items[0].extensions = critical.extensions
    var ignored = critical
    ignored.extensions[0].critical = false
    let bad: [[UInt8]] = [
      [], [0x30], Array(whole.dropLast()), whole + [0], [UInt8](repeating: 0x30, count: 70_000), critical.der,
      criticalItem.der, request(leaf, of: root, nonce: []),
      request(leaf, of: root, nonce: [UInt8](repeating: 1, count: 129)), OCSPRequest([]).der, root.der,
    ]
    for bytes in bad {
      let reply = responder.respond(to: bytes, at: later(1))
      #expect(reply.status == .malformedRequest && !reply.isCacheable)
      #expect(try OCSPResponse(der: reply.der).status == .malformedRequest)
    }
    #expect(try statuses(responder.respond(to: ignored.der, at: later(1))) == [.good])
    for offset in whole.indices {
      var changed = whole
      changed[offset] ^= 0x41
      _ = try OCSPResponse(der: responder.respond(to: changed, at: later(1)).der)
    }
  }

  @Test("an answer is given again from memory until the ledger changes or a quarter of its life is left")
  func memory() throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let responder = try responder(authority)
    let asked = request(leaf, of: root)
    #expect(responder.remembered(asked, at: later(1)) == nil)
    let first = responder.respond(to: asked, at: later(1))
    #expect(responder.remembered(asked, at: later(2000))?.der == first.der)
    #expect(responder.respond(to: asked, at: later(2000)).der == first.der)
    #expect(responder.remembered(asked, at: later(0)) == nil)
    #expect(responder.remembered(asked, at: later(2701)) == nil)
    #expect(responder.respond(to: asked, at: later(2701)).thisUpdate == later(2701))
    #expect(responder.remembered(asked, at: later(2702)) != nil)
    #expect(responder.remembered([], at: later(1))?.status == .malformedRequest)
    // Both by another process and through the directory that it was made with.
    try revoke(authority, "alice", .certificateHold)
    #expect(responder.remembered(asked, at: later(2703)) == nil)
    #expect(
      try statuses(responder.respond(to: asked, at: later(2703)))
        == [.revoked(at: later(5), reason: .certificateHold)])
    let held = try authority.directory.held("alice")
    try authority.directory.revoke(RevocationRequest(records: held, reason: .removeFromCRL), signers: [])
    #expect(try statuses(responder.respond(to: asked, at: later(2704))) == [.good])
  }

  @Test("whoever asks after a revocation was done is told so, however many ask at the same time")
  func concurrent() async throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let responder = try responder(authority)
    let asked = request(leaf, of: root)
    let now = later(10)
    let isRevoked = Flag()
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var seen = 0
          for _ in 0..<10_000 where seen < 20 {
            let mustBeRevoked = isRevoked.isUp
            let reply = responder.remembered(asked, at: now) ?? responder.respond(to: asked, at: now)
            guard let status = try OCSPResponse(der: reply.der).basic?.responses.first?.status else { return -1 }
            if mustBeRevoked, status == .good { return -1 }
            if status != .good { seen += 1 }
            await Task.yield()
          }
          return seen
        }
      }
      try revoke(authority, "alice", .superseded)
      isRevoked.raise()
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts == [20, 20, 20, 20])
  }

  @Test("the life of answers is brought within bounds and never goes beyond their signer's")
  func validity() throws {
    let authority = try TemporaryAuthority { $0.lifetime = 1000 }
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let asked = request(leaf, of: root)
    let short = try responder(authority, validity: .seconds(1))
    #expect(short.respond(to: asked, at: later(1)).nextUpdate == later(61))
    let long = try responder(authority, validity: .seconds(1 << 40))
    #expect(long.respond(to: asked, at: later(1)).nextUpdate == later(1000))
  }

  @Test("a ledger that cannot be asked is an internal error, with its cause for the operator")
  func brokenLedger() throws {
    let authority = try TemporaryAuthority()
    let leaf = try authority.issue("client", "alice").certificate
    let root = try authority.directory.authority("ca").certificate
    let responder = try responder(authority)
    try authority.directory.ledger.write { try $0.execute(sql: "ALTER TABLE certificate RENAME TO gone") }
    let reply = responder.respond(to: request(leaf, of: root), at: later(1))
    #expect(reply.status == .internalError)
    #expect(reply.problem?.contains("certificate") == true)
  }
}

/// Raised by one thread, seen by others.
private final class Flag: Sendable {
  private let state = Mutex(false)

  var isUp: Bool { state.withLock { $0 } }
  func raise() { state.withLock { $0 = true } }
}
