import Authority
import ContentService
import Cryptography
import PKI
import Testing

@testable import AuthorityService

@Suite("authority_ocsp")
struct StatusServiceTests {
  private let authority: TemporaryAuthority
  private let services = LocalAuthorities()
  private let root: Certificate
  private let alice: Certificate

  init() throws {
    authority = try TemporaryAuthority()
    let directory = try authority.reopened()
    root = try directory.authority(nil).certificate
    alice = try directory.issue(
      IssueRequest(profile: try ProfileSet.builtIn.profile("client"), name: "alice"),
      signer: try directory.unlock { nil }
    ).certificate
  }

  private func question(nonce: [UInt8]? = nil) -> [UInt8] {
    OCSPRequest([OCSPCertID(alice, issuer: root)], nonce: nonce).der
  }

  private func get(_ service: any ContentService, nonce: [UInt8]? = nil) async -> ServiceResponse {
    let path = String(decoding: Base64.encode(question(nonce: nonce)), as: UTF8.self)
    return await service.answer(ServiceRequest(method: "GET", subpath: path))
  }

  private func post(_ service: any ContentService, _ body: [UInt8]) async -> ServiceResponse {
    await service.answer(
      ServiceRequest(method: "POST", fields: ["content-type": "application/ocsp-request"], body: body))
  }

  @Test("an answer to GET may be kept as long as it is good; with a nonce, or to POST, it may not")
  func caching() async throws {
    let service = try services.service(.ocsp, of: authority.place)
    let kept = await get(service)
    let single = try #require(try OCSPResponse(der: kept.body).basic?.responses.first)
    #expect(kept.status == 200 && kept.contentType == "application/ocsp-response")
    #expect(kept.lastModified == single.thisUpdate.seconds && kept.expires == single.nextUpdate?.seconds)
    #expect(
      kept.etag != nil && kept.field("Cache-Control")?.hasSuffix(", public, no-transform, must-revalidate") == true)
    let again = await get(service)
    #expect(again.body == kept.body, "what was signed is given again")
    let unique = await get(service, nonce: [1, 2, 3])
    let posted = await post(service, question())
    for response in [unique, posted] {
      #expect(response.status == 200 && response.field("Cache-Control") == "no-store")
      #expect(response.etag == nil && response.expires == nil)
    }
  }

  @Test("a revocation is in the next answer")
  func revocation() async throws {
    let service = try services.service(.ocsp, of: authority.place)
    let before = await get(service)
    #expect(try OCSPResponse(der: before.body).basic?.responses.first?.status == .good)
    let directory = try authority.reopened()
    try directory.revoke(
      RevocationRequest(records: try directory.matches("alice"), reason: .keyCompromise),
      signers: [try directory.unlock { nil }])
    let after = await get(service)
    guard case .revoked = try OCSPResponse(der: after.body).basic?.responses.first?.status else {
      Issue.record("alice is not revoked")
      return
    }
  }

  @Test("what is no request is told so, with status 200")
  func malformed() async throws {
    let service = try services.service(.ocsp, of: authority.place)
    for body in [[], [0x30], Array("text".utf8), [UInt8](question().dropLast())] {
      let response = await post(service, body)
      #expect(response.status == 200 && response.field("Cache-Control") == "no-store")
      #expect(try OCSPResponse(der: response.body).status == .malformedRequest)
    }
  }

  @Test("when too much waits already: tryLater")
  func overload() async throws {
    let busy = LocalAuthorities(threads: 1, waiting: 0)
    let service = try busy.service(.ocsp, of: authority.place)
    let response = await get(service)
    #expect(response.status == 200 && response.problem != nil)
    #expect(try OCSPResponse(der: response.body).status == .tryLater)
  }
}
