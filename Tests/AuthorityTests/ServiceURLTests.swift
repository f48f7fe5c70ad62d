import PKI
import Testing

@testable import Authority

@Suite("Where a CA's services are")
struct ServiceURLTests {
  private func urls(_ ocsp: String...) -> ServiceURLs {
    var urls = ServiceURLs()
    urls.ocsp = ocsp
    urls.caIssuers = ["http://pki.example.com/ca.crt"]
    urls.crl = ["http://pki.example.com/ca.crl"]
    return urls
  }

  private func crlURLs(_ certificate: Certificate) throws -> [GeneralName] {
    try certificate.crlDistributionPoints()?.points.flatMap { $0.name?.fullNames(issuer: certificate.issuer) ?? [] }
      ?? []
  }

  @Test("certificates say where the services of the CA that signed them are, its own certificate does not")
  func inCertificates() throws {
    let authority = try TemporaryAuthority { $0.urls = urls("http://pki.example.com/ocsp") }
    let root = try authority.directory.authority("ca").certificate
    #expect(root.extension(.authorityInformationAccess) == nil && root.extension(.crlDistributionPoints) == nil)
    let leaf = try authority.issue("client", "alice").certificate
    let access = try #require(try leaf.authorityInformationAccess())
    #expect(access.uris(.ocsp) == ["http://pki.example.com/ocsp"])
    #expect(access.uris(.caIssuers) == ["http://pki.example.com/ca.crt"])
    #expect(try crlURLs(leaf) == [.uri("http://pki.example.com/ca.crl")])
    var request = AuthorityRequest(subject: try DistinguishedName(parsing: "/CN=I"), protection: .unencrypted)
    request.urls.ocsp = ["http://pki.example.com/issuing/ocsp"]
    try authority.directory.makeIntermediate(
      named: "issuing", request, signer: authority.signer(), isDefault: true)
    let issuing = try authority.directory.authority("issuing").certificate
    #expect(try issuing.authorityInformationAccess()?.uris(.ocsp) == ["http://pki.example.com/ocsp"])
    let below = try authority.issue("client", "bob").certificate
    #expect(try below.authorityInformationAccess()?.uris(.ocsp) == ["http://pki.example.com/issuing/ocsp"])
    #expect(below.extension(.crlDistributionPoints) == nil)
    let signer = try #require(try authority.directory.makeOCSPSigner(signer: authority.signer("ca")))
    #expect(signer.certificate.extension(.authorityInformationAccess) == nil)
  }

  @Test("a profile's URLs take the place of the CA's, kind by kind")
  func profile() throws {
    let authority = try TemporaryAuthority { $0.urls = urls("http://pki.example.com/ocsp") }
    let leaf = try authority.issue("client", "alice") { $0.profile.urls.ocsp = ["https://other.example.com/"] }
      .certificate
    #expect(try leaf.authorityInformationAccess()?.uris(.ocsp) == ["https://other.example.com/"])
    #expect(try leaf.authorityInformationAccess()?.uris(.caIssuers) == ["http://pki.example.com/ca.crt"])
  }

  @Test("they can be changed, are written to the audit log, and nothing but a URL is taken")
  func change() throws {
    let authority = try TemporaryAuthority()
    try authority.directory.setURLs(urls("http://a.example/", "http://b.example/"), of: nil, why: "moved")
    #expect(try authority.directory.authority("ca").urls.ocsp == ["http://a.example/", "http://b.example/"])
    #expect(try authority.directory.audit(limit: 1).first?.action == "urls")
    for bad in ["ftp://x/", "http://", "http:///ocsp", "http://x y/", "http://x/\u{E9}", "", "http://x/\n"] {
      #expect(throws: AuthorityError.self) { try authority.directory.setURLs(urls(bad), of: nil) }
    }
    try authority.directory.setURLs(ServiceURLs(), of: "ca")
    #expect(try authority.directory.authority("ca").urls.isEmpty)
    #expect(try authority.issue("client", "alice").certificate.extension(.authorityInformationAccess) == nil)
  }
}
