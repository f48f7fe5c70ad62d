import Authority
import ContentService
import PKI

/// `authority_ocsp`: answers OCSP requests over HTTP (RFC 6960 appendix A, RFC 5019 §5 and §6).
struct StatusService: ContentService {
  private static let type = "application/ocsp-response"

  private let host: AuthorityHost
  private let responder: OCSPResponder

  init(_ host: AuthorityHost) throws(ServiceUnavailable) {
    self.host = host
    responder = try host.responder()
  }

  func answer(_ request: ServiceRequest, completion: @escaping @Sendable (ServiceResponse) -> Void) {
    switch StatusQuestion(request) {
    case .refused(let response): completion(response)
    case .malformed: completion(Self.failure(.malformedRequest))
    case .asked(let der, let isCacheable):
      if let known = responder.remembered(der, at: .now) { return completion(Self.response(known, isCacheable, .now)) }
      let responder = responder
      let isQueued = host.perform {
        let now = UnixTime.now
        completion(Self.response(responder.respond(to: der, at: now), isCacheable, now))
      }
      if !isQueued {
        var response = Self.failure(.tryLater)
        response.problem = ServiceResponse.overloaded.problem
        completion(response)
      }
    }
  }

  private static func response(_ reply: OCSPReply, _ isCacheable: Bool, _ now: UnixTime) -> ServiceResponse {
    var response = ServiceResponse(status: 200, contentType: type, body: reply.der, problem: reply.problem)
    guard isCacheable, reply.isCacheable, let thisUpdate = reply.thisUpdate, let nextUpdate = reply.nextUpdate else {
      response.fields.append(("Cache-Control", "no-store"))
      return response
    }
    response.etag = EntityTag.of(reply.der)
    response.lastModified = thisUpdate.seconds
    response.makeCacheable(until: nextUpdate, at: now, ", public, no-transform, must-revalidate")
    return response
  }

  /// RFC 6960 §2.3: answers without a statement, and never from a cache.
  private static func failure(_ status: OCSPResponse.Status) -> ServiceResponse {
    ServiceResponse(
      status: 200, contentType: type, fields: [("Cache-Control", "no-store")], body: OCSPResponse(failure: status).der)
  }
}
