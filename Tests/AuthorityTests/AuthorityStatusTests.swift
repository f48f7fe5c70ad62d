import PKI
import Testing

@testable import Authority

@Suite("CAs that sign no more")
struct AuthorityStatusTests {
  private func withIntermediate(_ change: (inout AuthorityRequest) -> Void = { _ in }) throws -> TemporaryAuthority {
    let authority = try TemporaryAuthority()
    var request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=Issuing"), protection: .unencrypted)
    request.lifetime = 1000 * ValidityBounds.day
    change(&request)
    try authority.directory.makeIntermediate(named: "issuing", request, signer: authority.signer(), isDefault: true)
    return authority
  }

  @Test(
    "a revoked or held CA signs no certificate, nor does a CA below it, and its CRLs go on", arguments: [true, false])
  func revoked(_ isHold: Bool) throws {
    let authority = try withIntermediate { $0.pathLength = 1 }
    var below = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=Below"), protection: .unencrypted)
    (below.lifetime, below.pathLength) = (500 * ValidityBounds.day, 0)
    try authority.directory.makeIntermediate(
      named: "below", below, signer: authority.signer("issuing"), isDefault: false)
    try authority.issue("client", "alice")
    let records = try authority.directory.revocable("ca/issuing")
    let reason: RevocationReason = isHold ? .certificateHold : .keyCompromise
    try authority.directory.revoke(
      RevocationRequest(records: records, reason: reason), signers: [authority.signer("ca")])
    let refused = #expect(throws: AuthorityError.self) { try authority.issue("client", "bob") }
    #expect(refused?.operatorText.contains("ca default NAME") == true)
    let request = IssueRequest(profile: try ProfileSet.builtIn.profile("client"), name: "carol")
    #expect(throws: AuthorityError.self) {
      try authority.directory.issue(request, signer: authority.signer("below"))
    }
    #expect(throws: AuthorityError.self) {
      try authority.directory.renew(
        RenewalRequest(record: authority.directory.newest("alice"), profiles: .builtIn), signer: authority.signer())
    }
    #expect(!authority.exists("client/bob.key"))
    for name in ["issuing", "below"] {
      let status = try authority.directory.status(of: authority.directory.authority(name))
      #expect(status.name == (isHold ? "held" : "revoked"))
    }
    #expect(try authority.directory.status(of: authority.directory.authority("ca")) == .valid)
    try authority.directory.writeCRL(signer: authority.signer("issuing"))
    if isHold {
      try authority.directory.revoke(
        RevocationRequest(records: authority.directory.held("ca/issuing"), reason: .removeFromCRL),
        signers: [authority.signer("ca")])
      try authority.issue("client", "bob")
    }
  }

  @Test("an expired CA signs nothing, says so, and can't be the default")
  func expired() throws {
    let authority = try withIntermediate()
    let later = try authority.reopened(at: UnixTime(TemporaryAuthority.start.seconds + 1001 * 86_400))
    let request = IssueRequest(profile: try ProfileSet.builtIn.profile("client"), name: "bob")
    #expect(throws: AuthorityError.self) { try later.issue(request, signer: authority.signer("issuing")) }
    #expect(try later.status(of: later.authority("issuing")).name == "expired")
    #expect(throws: AuthorityError.self) { try later.makeDefault("issuing") }
    try later.makeDefault("ca")
    #expect(try later.authority(nil).name == "ca")
    #expect(try later.audit(limit: 1).first?.action == "default")
    _ = try later.issue(request, signer: later.unlock { nil })
    #expect(throws: AuthorityError.self) { try later.makeDefault("nobody") }
  }
}
