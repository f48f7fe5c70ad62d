import Authority
import ContentService
import PKI
import Testing

@testable import AuthorityService

@Suite("authority_crl and authority_certificate")
struct PublishedFileTests {
  private let authority: TemporaryAuthority
  private let services = LocalAuthorities()

  init() throws { authority = try TemporaryAuthority() }

  private func get(
    _ kind: AuthorityServiceKind, _ path: String = "/", _ subpath: String = "", method: String = "GET"
  ) async throws -> ServiceResponse {
    let service = try services.service(kind, of: authority.place)
    return await service.answer(ServiceRequest(method: method, path: path, subpath: subpath))
  }

  @Test("the CRL of the default CA in DER, with its validators and a life of an hour at most")
  func list() async throws {
    let response = try await get(.revocationList(name: nil))
    let crl = try CertificateRevocationList(der: response.body)
    #expect(response.status == 200 && response.contentType == "application/pkix-crl")
    #expect(response.lastModified == crl.thisUpdate.seconds)
    #expect(response.etag?.hasPrefix("\"") == true)
    #expect(response.field("Cache-Control") == "max-age=3600")
    #expect(try #require(response.expires) <= crl.thisUpdate.seconds + 3600 + 60)
  }

  @Test("a list is not to be kept beyond its nextUpdate")
  func ageing() throws {
    let record = try authority.reopened().authority(nil)
    let published = PublishedAuthority(record)
    let end = try #require(record.crlNextUpdate)
    let late = try #require(
      PublishedRevocationList.response(published, isPEM: false, at: UnixTime(end.seconds - 10)))
    #expect(late.field("Cache-Control") == "max-age=10" && late.expires == end.seconds)
    let over = try #require(PublishedRevocationList.response(published, isPEM: false, at: UnixTime(end.seconds + 10)))
    #expect(over.field("Cache-Control") == "max-age=0" && over.expires == end.seconds + 10)
  }

  @Test("another process's new CRL is what the next request gets, under another tag")
  func newest() async throws {
    let before = try await get(.revocationList(name: nil))
    let directory = try authority.reopened()
    let written = try directory.writeCRL(signer: try directory.unlock { nil })
    let after = try await get(.revocationList(name: nil))
    #expect(after.body == written.der && after.body != before.body && after.etag != before.etag)
  }

  @Test(
    "the path names the CA and the form",
    arguments: [
      ("/crl/", "", 200), ("/crl/ca.crl", "ca.crl", 200), ("/crl/ca", "ca", 200), ("/crl/%63a.crl", "%63a.crl", 200),
      ("/crl/other.crl", "other.crl", 404), ("/crl/a/ca.crl", "a/ca.crl", 404), ("/crl/%zz", "%zz", 404),
      ("/crl/../ca", "..%2fca", 404), ("/crl/%ff", "%ff", 404),
    ])
  func naming(_ path: String, _ subpath: String, _ status: Int) async throws {
    #expect(try await get(.revocationList(name: nil), path, subpath).status == status)
  }

  @Test("what ends in .pem is PEM: a CRL, and the chain of a certificate")
  func armour() async throws {
    let crl = try await get(.revocationList(name: nil), "/crl/ca.crl.pem", "ca.crl.pem")
    let der = try await get(.revocationList(name: nil)).body
    #expect(try CertificateRevocationList(pem: crl.body).der == der)
    let exact = try await get(.revocationList(name: "ca"), "/ca.pem")
    #expect(exact.body == crl.body && exact.contentType == "application/x-pem-file")
    let chain = try await get(.certificate(name: nil), "/ca.pem", "ca.pem")
    #expect(chain.contentType == "application/pem-certificate-chain")
    #expect(try PEM.decode(chain.body).count == 1)
  }

  @Test("the CA's certificate in DER")
  func certificate() async throws {
    let response = try await get(.certificate(name: "ca"), "/ca.crt")
    let certificate = try authority.reopened().authority(nil).certificate
    #expect(response.body == certificate.der && response.contentType == "application/pkix-cert")
    #expect(response.field("Cache-Control") == "max-age=86400")
  }

  @Test("GET and HEAD are answered, other methods told which are")
  func methods() async throws {
    #expect(try await get(.revocationList(name: nil), method: "HEAD").status == 200)
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
      let response = try await get(.certificate(name: nil), method: method)
      #expect(response.status == 405 && response.field("Allow") == "GET, HEAD")
    }
  }

  @Test("a configuration that names what is not there is refused, with what is")
  func refusals() throws {
    let unknown = #expect(throws: ServiceUnavailable.self) {
      try services.service(.revocationList(name: "other"), of: authority.place)
    }
    #expect(unknown?.reason == "there is no CA \"other\" in \"\(authority.place.directory)\"; it has \"ca\"")
    let nowhere = AuthorityPlace(directory: authority.root + "/nowhere")
    #expect(throws: ServiceUnavailable.self) { try services.check(nowhere) }
    var place = authority.place
    place.passwordFile = authority.root + "/none"
    #expect(throws: ServiceUnavailable.self) { try services.check(place) }
  }

  @Test("when too much waits already, what must be read is put off, and what is known is answered")
  func overload() async throws {
    let services = LocalAuthorities(threads: 1, waiting: 0)
    let service = try services.service(.revocationList(name: nil), of: authority.place)
    #expect(await service.answer(ServiceRequest(method: "GET")).status == 200)
    let directory = try authority.reopened()
    try directory.writeCRL(signer: try directory.unlock { nil })
    let refused = await service.answer(ServiceRequest(method: "GET"))
    #expect(refused.status == 503 && refused.field("Retry-After") == "1" && refused.problem != nil)
  }

  @Test("a directory that another took the place of is opened anew")
  func replaced() async throws {
    let other = try TemporaryAuthority()
    let service = try services.service(.certificate(name: nil), of: authority.place)
    _ = await service.answer(ServiceRequest(method: "GET"))
    #expect(try Shell.run("rm -rf '\(authority.root)/pki' && mv '\(other.root)/pki' '\(authority.root)/pki'"))
    let expected = try authority.reopened().authority(nil).certificate.der
    #expect(await service.answer(ServiceRequest(method: "GET")).body == expected)
  }
}
