import Cryptography
import PKI
import Testing

@testable import Authority

@Suite("Issuing")
struct IssuingTests {
  @Test("a new CA has a key nobody else reads, a certificate, a CRL and nothing unfinished")
  func initialize() throws {
    let authority = try TemporaryAuthority()
    #expect(try authority.mode("ca/ca.key") == 0o400)
    #expect(try authority.mode("ca") == 0o700)
    let root = try Certificate(pem: authority.read("ca/ca.crt"))
    #expect(try root.basicConstraints()?.isCA == true)
    #expect(try root.keyUsage() == [.keyCertSign, .cRLSign])
    #expect(root.isSigned(by: try #require(root.publicKey)))
    let crl = try CertificateRevocationList(pem: authority.read("ca/ca.crl"))
    #expect(try crl.crlNumber()?.hexString == "01")
    #expect(crl.isSigned(by: try #require(root.publicKey)))
    #expect(FilePaths.names(in: authority.root + "/pki/ca").filter(AtomicFile.isLeftover).isEmpty)
  }

  @Test("a second CA is refused, and the first one's key is untouched")
  func twice() throws {
    let authority = try TemporaryAuthority()
    let before = try authority.read("ca/ca.key")
    let request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=Other"), protection: .unencrypted)
    #expect(throws: AuthorityError.self) {
      try AuthorityDirectory.initialize(
        authority.root + "/pki", request, as: TemporaryAuthority.actor(TemporaryAuthority.start))
    }
    #expect(try authority.read("ca/ca.key") == before)
  }

  @Test("a key in the CA's place that is not the certificate's signs nothing, whether it is encrypted or not")
  func foreignKey() throws {
    let authority = try TemporaryAuthority()
    let path = authority.root + "/pki/ca/ca.key"
    try authority.issue("client", "alice")
    let other = try PrivateKey.generate(.p256)
    for pem in [other.pkcs8PEM(), try other.encryptedPKCS8PEM(passphrase: [1], iterations: 1)] {
      // As by a hand that no command holds back.
      #expect(FileOperations.current.remove(path) == 0)
      try AtomicFile.create(pem, at: path, mode: AtomicFile.keyMode)
      do {
        _ = try authority.directory.unlock { [1] }
        Issue.record("the key was taken")
      } catch AuthorityError.keyMismatch(let key, _) {
        #expect(key == path)
      }
    }
    // Nor is it put into a container beside a certificate that it does not fit.
    let record = try authority.directory.newest("alice")
    do {
      _ = try authority.directory.p12(of: record, keyPath: path, password: "x") { [1] }
      Issue.record("the key was taken")
    } catch AuthorityError.keyMismatch(let key, _) {
      #expect(key == path)
    }
  }

  @Test("the CA's key and a leaf's are not overwritten without force, nor made for a certificate that is refused")
  func keptKeys() throws {
    let authority = try TemporaryAuthority()
    let path = authority.root + "/pki/client/alice.key"
    try AtomicFile.write([7], to: path, mode: AtomicFile.keyMode)
    #expect(throws: AuthorityError.self) { try authority.issue("client", "alice") }
    #expect(try authority.read("client/alice.key") == [7])
    var draft = RequestDraft(profile: try ProfileSet.builtIn.profile("client"), name: "alice")
    #expect(throws: AuthorityError.self) { try draft.write(in: authority.directory.layout) }
    #expect(try authority.read("client/alice.key") == [7])
    draft.force = true
    #expect(try draft.write(in: authority.directory.layout).first == path)
    #expect(try authority.read("client/alice.key") != [7])
  }

  @Test(
    "a name that a reader could not tell from another is not issued, in whatever way it comes",
    arguments: ["admin\u{200B}", "\u{202E}nimda", " admin", "admin ", "ad\u{AD}min", "ad\u{7F}min"])
  func invisibleNames(_ name: String) throws {
    let authority = try TemporaryAuthority()
    #expect(throws: AuthorityError.self) { try authority.issue("client", name) }
    let subject = DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, name)]])
    #expect(throws: AuthorityError.self) { try authority.issue("client", "x") { $0.subject = subject } }
    let csr = try CertificateSigningRequest.build(subject: subject, key: PrivateKey.generate(.p256))
    #expect(throws: AuthorityError.self) {
      try authority.issue("client", name) {
        $0.key = .csr(csr, path: "x.csr")
        $0.isNamedByRequest = true
      }
    }
    #expect(try authority.directory.certificates().isEmpty)
  }

  @Test("errors show what a stranger chose, cut and escaped")
  func shownErrors() {
    let long = String(repeating: "a", count: 3000)
    for error in [
      AuthorityError.notFound(query: "a\n\u{202E}" + long, near: ["\u{200B}"], file: nil),
      .csrRefused(path: "p", problem: "a\u{1B}[2J" + long),
      .nameRefused(name: "a\u{200B}" + long, profile: "p", accepted: "x"),
      .invalidValue(what: "w", value: "\u{7F}" + long, accepted: "x"),
      .ambiguous(query: "\r", candidates: ["\u{2028}"]),
    ] {
      let text = error.operatorText
      #expect(VisibleText.escapedLines(text) == text && !text.contains("a\n"))
      #expect(text.utf8.count < 1400)
    }
  }

  @Test("a server certificate has the guide's extensions, its names and a positive random serial of 128 bits")
  func server() throws {
    let authority = try TemporaryAuthority()
    let issued = try authority.issue("server", "mtls.example.com") {
      $0.names = [.dns("api.example.com"), .ip([192, 168, 1, 100])]
      $0.key = .generate(.rsa(bits: 2048))
    }
    let certificate = issued.certificate
    #expect(try certificate.keyUsage() == [.digitalSignature, .keyEncipherment])
    #expect(try certificate.extendedKeyUsage()?.purposes == [.serverAuth])
    #expect(try certificate.basicConstraints()?.isCA == false)
    #expect(
      try certificate.subjectAlternativeName()
        == [.dns("mtls.example.com"), .dns("api.example.com"), .ip([192, 168, 1, 100])])
    #expect(!certificate.serialNumber.isNegative)
    #expect((16...20).contains(certificate.serialNumber.bytes.count))
    let root = try authority.directory.authority("ca").certificate
    #expect(try certificate.authorityKeyIdentifier()?.keyIdentifier == root.subjectKeyIdentifier()?.bytes)
    #expect(try authority.mode("server/mtls.example.com.key") == 0o400)
    #expect(try Certificate(pem: authority.read("server/mtls.example.com.crt")) == certificate)
    #expect(try CertificateSigningRequest(pem: authority.read("server/mtls.example.com.csr")).isSelfSignatureValid)
  }

  @Test("an elliptic key does not claim to encipher keys")
  func ellipticKeyUsage() throws {
    #expect(try TemporaryAuthority().issue("client", "alice").certificate.keyUsage() == .digitalSignature)
  }

  @Test(
    "every key type makes a CA whose certificates verify",
    arguments: [KeyType.rsa(bits: 2048), .p256, .p384, .p521, .ed25519])
  func keyTypes(_ type: KeyType) throws {
    let authority = try TemporaryAuthority { $0.keyType = type }
    let issued = try authority.issue("client", "alice") { $0.key = .generate(type) }
    let key = try #require(authority.directory.authority("ca").certificate.publicKey)
    #expect(issued.certificate.isSigned(by: key))
    #expect(issued.certificate.publicKey?.type == type)
  }

  @Test("an existing key or certificate is left alone without force")
  func existing() throws {
    let authority = try TemporaryAuthority()
    try authority.issue("client", "alice")
    let key = try authority.read("client/alice.key")
    #expect(throws: AuthorityError.self) { try authority.issue("client", "alice") }
    #expect(try authority.read("client/alice.key") == key)
    try authority.issue("client", "alice") { $0.force = true }
    #expect(try authority.read("client/alice.key") != key)
  }

  @Test("a request is certified with its names; a broken signature, CA wishes and foreign names are refused")
  func requests() throws {
    let authority = try TemporaryAuthority()
    let key = try PrivateKey.generate(.p256)
    let names = CertificateExtension(SubjectAlternativeName([.dns("a.example")]))
    let csr = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/CN=a.example"), key: key, extensions: [names])
    let issued = try authority.issue("server", "a.example") { $0.key = .csr(csr, path: "a.csr") }
    #expect(try issued.certificate.subjectAlternativeName() == [.dns("a.example")])
    #expect(issued.certificate.subject.commonName == "a.example")
    #expect(issued.difference?.isEmpty == true)
    #expect(!authority.exists("server/a.example.key"))
    var der = csr.der
    der[der.count - 1] ^= 1
    let broken = try CertificateSigningRequest(der: der)
    #expect(throws: AuthorityError.self) { try authority.issue("server", "b") { $0.key = .csr(broken, path: "b.csr") } }
    let wish = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/CN=b"), key: key,
      extensions: [CertificateExtension(BasicConstraints(isCA: true), critical: true)])
    #expect(throws: AuthorityError.self) { try authority.issue("client", "b") { $0.key = .csr(wish, path: "b.csr") } }
    #expect(throws: AuthorityError.self) {
      try authority.issue("client", "c") {
        $0.profile.names.dns = ["only.example"]
        $0.key = .csr(csr, path: "a.csr")
        $0.requestNames = .accept
      }
    }
  }

  @Test("a request damaged at any byte is refused and leaves nothing")
  func damagedRequests() throws {
    let authority = try TemporaryAuthority()
    let csr = try CertificateSigningRequest.build(
      subject: DistinguishedName(parsing: "/CN=a"), key: PrivateKey.generate(.p256),
      extensions: [CertificateExtension(SubjectAlternativeName([.dns("a.example")]))])
    for index in csr.der.indices {
      var der = csr.der
      der[index] ^= 0x10
      guard let damaged = try? CertificateSigningRequest(der: der) else { continue }
      #expect(throws: AuthorityError.self, "byte \(index)") {
        try authority.issue("client", "a") { $0.key = .csr(damaged, path: "a.csr") }
      }
    }
    #expect(try authority.directory.certificates().isEmpty)
    #expect(!authority.exists("client/a.crt"))
  }

  @Test("names that no file can have are refused", arguments: ["", "a\nb", String(repeating: "a", count: 201)])
  func unusableNames(_ name: String) throws {
    let authority = try TemporaryAuthority()
    #expect(throws: AuthorityError.self) { try authority.issue("client", name) }
  }

  @Test("an e-mail address in the subject is an alternative name as well, and obeys the profile as one")
  func subjectEmail() throws {
    let authority = try TemporaryAuthority {
      $0.subject = (try? DistinguishedName(parsing: "/CN=Root/emailAddress=ca@example.com")) ?? $0.subject
    }
    let root = try authority.directory.authority("ca").certificate
    #expect(try root.subjectAlternativeName() == [.email("ca@example.com")])
    let subject = try DistinguishedName(parsing: "/CN=alice/emailAddress=alice@example.com")
    let issued = try authority.issue("client", "alice") { $0.subject = subject }
    #expect(try issued.certificate.subjectAlternativeName() == [.email("alice@example.com")])
    #expect(throws: AuthorityError.self) {
      try authority.issue("client", "mallory") {
        $0.subject = subject
        $0.profile.names.email = ["@example.org"]
      }
    }
    // A server's profile has no e-mail names: the attribute stays, and the lint tells.
    let server = try authority.issue("server", "a.example") { $0.subject = subject }
    #expect(try server.certificate.subjectAlternativeName() == [.dns("a.example")])
    #expect(server.warnings.map(\.lint) == ["subject-email", "name-in-use"])
  }

  @Test("a usual lifetime ends with the CA; a longer one asked for is refused")
  func lifetimes() throws {
    let authority = try TemporaryAuthority { $0.lifetime = 100 * ValidityBounds.day }
    let root = try authority.directory.authority("ca").certificate
    #expect(try authority.issue("client", "alice").certificate.notAfter == root.notAfter)
    #expect(throws: AuthorityError.self) {
      try authority.issue("client", "bob") { $0.lifetime = 101 * ValidityBounds.day }
    }
  }

  @Test("names outside of the CA's constraints are not signed", arguments: ["www.example.org", "badexample.com"])
  func constraints(_ name: String) throws {
    let authority = try TemporaryAuthority { $0.permitted = [.dns("example.com")] }
    try authority.issue("server", "www.example.com")
    #expect(throws: AuthorityError.self) { try authority.issue("server", name) }
    #expect(try authority.directory.certificates().count == 1)
  }

  @Test("an intermediate signs by default, its chain is written, and path lengths are kept")
  func intermediate() throws {
    let authority = try TemporaryAuthority()
    var request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=Issuing"), protection: .unencrypted)
    request.lifetime = 1000 * ValidityBounds.day
    request.pathLength = 0
    try authority.directory.makeIntermediate(named: "issuing", request, signer: authority.signer(), isDefault: true)
    let issued = try authority.issue("server", "a.example")
    #expect(issued.record.authority == "issuing")
    #expect(try PEM.decode(authority.read("ca/issuing-chain.crt")).count == 2)
    #expect(try PEM.decode(authority.read("server/a.example-chain.crt")).count == 2)
    #expect(try PEM.decode(authority.read("ca/ca.crl")).count == 2)
    let below = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=Below"), protection: .unencrypted)
    #expect(throws: AuthorityError.self) {
      try authority.directory.makeIntermediate(
        named: "below", below, signer: authority.signer("issuing"), isDefault: false)
    }
    #expect(!authority.exists("ca/below.key"))
  }

  @Test("renewing keeps name, names and key, and makes a new serial")
  func renew() throws {
    let authority = try TemporaryAuthority()
    let old = try authority.issue("server", "a.example") { $0.names = [.dns("b.example")] }
    let renewal = RenewalRequest(record: old.record, profiles: .builtIn, revokeOld: true)
    let new = try authority.directory.renew(renewal, signer: authority.signer())
    #expect(new.certificate.subjectPublicKeyInfo == old.certificate.subjectPublicKeyInfo)
    #expect(try new.certificate.subjectAlternativeName() == old.certificate.subjectAlternativeName())
    #expect(new.certificate.serialNumber != old.certificate.serialNumber)
    #expect(try Certificate(pem: authority.read("server/a.example.crt")) == new.certificate)
    #expect(try authority.directory.matches(old.record.serial).first?.revocation?.reason == .superseded)
    #expect(throws: AuthorityError.self) { try authority.directory.renew(renewal, signer: authority.signer()) }
  }
}
