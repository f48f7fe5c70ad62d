import Cryptography
import PKI
import Testing

@testable import Authority

@Suite("Names in requests")
struct RequestNameTests {
  /// A request for what was never offered.
  private func evil(_ key: PrivateKey? = nil) throws -> CertificateSigningRequest {
    let names: [GeneralName] = [
      .dns("admin.example"), .email("root@example.com"), .uri("spiffe://example.com/admin"), .ip([10, 0, 0, 1]),
      .directory(try DistinguishedName(parsing: "/CN=ca")),
    ]
    return try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/O=Evil/CN=admin"), key: try key ?? PrivateKey.generate(.p256),
      extensions: [
        CertificateExtension(SubjectAlternativeName(names)), CertificateExtension(ExtendedKeyUsage([.serverAuth])),
      ])
  }

  @Test("the name given and --san decide; all that the request asks for beyond them is left out and shown")
  func leftOut() throws {
    let authority = try TemporaryAuthority()
    let csr = try evil()
    let issued = try authority.issue("client", "device-7") {
      $0.key = .csr(csr, path: "evil.csr")
      $0.names = [.dns("device-7.example")]
    }
    #expect(issued.certificate.subject.rfc2253 == "CN=device-7")
    #expect(try issued.certificate.subjectAlternativeName() == [.dns("device-7.example")])
    #expect(
      issued.difference?.leftOut == [
        "O=Evil", "CN=admin", "dns:admin.example", "email:root@example.com", "uri:spiffe://example.com/admin",
        "ip:10.0.0.1", "DirName:CN=ca", "serverAuth",
      ])
  }

  @Test("accepted names are certified and shown, and held against the profile; kinds not issued here are refused")
  func accepted() throws {
    let authority = try TemporaryAuthority()
    let evil = try evil()
    #expect(throws: AuthorityError.self) {
      try authority.issue("client", "device-7") {
        $0.key = .csr(evil, path: "evil.csr")
        $0.requestNames = .accept
      }
    }
    let key = try PrivateKey.generate(.p256)
    let csr = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/O=Fleet/CN=device-7"), key: key,
      extensions: [CertificateExtension(SubjectAlternativeName([.dns("d7.example")]))])
    func ask(_ name: String, _ change: (inout Profile) -> Void) throws -> Issued {
      try authority.issue("client", name) {
        change(&$0.profile)
        $0.key = .csr(csr, path: "d.csr")
        $0.requestNames = .accept
      }
    }
    let issued = try ask("device-7") { _ in }
    #expect(issued.certificate.subject.rfc2253 == "CN=device-7,O=Fleet")
    #expect(issued.difference?.accepted == ["O=Fleet", "dns:d7.example"])
    #expect(throws: AuthorityError.self) { try ask("x") { $0.names.dns = ["*.other.example"] } }
    #expect(throws: AuthorityError.self) { try ask("y") { $0.names.commonName = ["gateway-*"] } }
  }

  @Test("sign refuses further names, names them, and signs nothing; a request for its own name alone is signed")
  func refused() throws {
    let authority = try TemporaryAuthority()
    func sign(_ csr: CertificateSigningRequest, _ name: String) throws -> Issued {
      try authority.issue("client", name) {
        $0.key = .csr(csr, path: "x.csr")
        $0.requestNames = .refuse
        $0.isNamedByRequest = true
      }
    }
    let refused = #expect(throws: AuthorityError.self) { try sign(evil(), "admin") }
    #expect(refused?.operatorText.contains("dns:admin.example") == true)
    #expect(refused?.operatorText.contains("--accept-csr-names") == true)
    #expect(try authority.directory.certificates().isEmpty)
    let plain = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/CN=alice"), key: PrivateKey.generate(.p256), extensions: [])
    #expect(try sign(plain, "alice").certificate.subject.rfc2253 == "CN=alice")
  }

  @Test("a request for a server is no client's certificate without a word", arguments: ["client", "server"])
  func purposes(_ profile: String) throws {
    let authority = try TemporaryAuthority()
    let asked: OID = profile == "client" ? .serverAuth : .clientAuth
    let csr = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/CN=a.example"), key: PrivateKey.generate(.p256),
      extensions: [CertificateExtension(ExtendedKeyUsage([asked]))])
    #expect(csr.purposesAsked == [profile == "client" ? "serverAuth" : "clientAuth"])
    #expect(throws: AuthorityError.self) {
      try authority.issue(profile, "a.example") {
        $0.key = .csr(csr, path: "x.csr")
        $0.requestNames = .refuse
      }
    }
  }

  @Test("a certificate is never put beside a key that it does not fit; both are named")
  func foreignKey() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    let before = (try authority.read("client/alice.key"), try authority.read("client/alice.crt"))
    let csr = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/CN=alice"), key: PrivateKey.generate(.p256), extensions: [])
    let refused = #expect(throws: AuthorityError.self) {
      try authority.issue("client", "alice") {
        $0.key = .csr(csr, path: "elsewhere.csr")
        $0.force = true
      }
    }
    #expect(refused?.operatorText.contains("client/alice.key") == true)
    #expect(refused?.operatorText.contains("client/alice.crt") == true)
    #expect(try authority.read("client/alice.key") == before.0)
    #expect(try authority.read("client/alice.crt") == before.1)
    let own = try KeyFile.read(authority.root + "/pki/client/alice.key") { nil }
    let fitting = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/CN=alice"), key: own, extensions: [])
    let path = authority.root + "/pki/client/alice.csr"
    let issued = try authority.issue("client", "alice") {
      $0.key = .csr(fitting, path: path)
      $0.force = true
    }
    #expect(issued.record.keyPath == authority.root + "/pki/client/alice.key")
  }

  @Test("a subject or name that another valid certificate has is warned of, or refused by the profile")
  func holders() throws {
    let authority = try TemporaryAuthority()
    let first = try authority.issue("server", "a.example") { $0.names = [.dns("Shared.example")] }
    let second = try authority.issue("server", "b.example") { $0.names = [.dns("shared.EXAMPLE")] }
    #expect(second.warnings.map(\.lint) == ["name-in-use"])
    #expect(second.warnings.first?.message.contains("server/a.example (\(first.record.serial))") == true)
    func unique(_ name: String) throws -> Issued {
      try authority.issue("server", name) {
        $0.profile.requiresUniqueNames = true
        $0.names = [.dns("shared.example")]
        $0.force = true
      }
    }
    #expect(throws: AuthorityError.self) { try unique("c.example") }
    // The successor of a certificate is no other holder; a revoked one is none either.
    try authority.issue("client", "alice")
    #expect(try authority.issue("client", "alice") { $0.force = true }.warnings.isEmpty)
    for record in [first.record, second.record] {
      try authority.directory.revoke(
        RevocationRequest(records: [record], reason: .superseded), signers: [authority.signer()])
    }
    #expect(try unique("c.example").warnings.isEmpty)
  }
}
