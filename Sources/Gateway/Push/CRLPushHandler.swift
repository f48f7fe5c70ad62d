import ConfigModel
import HTTPWire
import NIOCore

/// `ssl_crl_push`: a CRL in the request's body becomes the server's.
struct CRLPushHandler: ContentHandler {
  let shared: GatewayShared

  func handle(_ request: Request, _ admission: Admission) {
    guard request.method == .put || request.method == .post else {
      request.response.fields.append(name: "Allow", value: "PUT, POST")
      return request.finalize(status: 405)
    }
    request.readBody(into: BodyCollector(request) { body in take(body, request, admission) })
  }

  private func take(_ body: [UInt8], _ request: Request, _ admission: Admission) {
    let loop = request.exchange.eventLoop
    let bound = NIOLoopBound(request, eventLoop: loop)
    let events = shared.events
    let trusted = request.server.tls?.state.authorities ?? []
    shared.intake.take(body, for: request.server.block.tls, trusted: trusted, in: shared) { outcome in
      loop.execute { CRLPushAnswer(outcome).send(to: bound.value, admission, events) }
    }
  }
}

/// What who brought a list is told, and the log.
struct CRLPushAnswer {
  private let outcome: CRLIntake.Outcome

  init(_ outcome: CRLIntake.Outcome) { self.outcome = outcome }

  func send(to request: Request, _ admission: Admission, _ events: EventCounters) {
    let status: Int
    switch outcome {
    case .success(let receipt):
      status = 200
      events.count(.crlPush, receipt.isChanged ? "taken" : "unchanged")
      log(receipt, request)
    case .failure(let refusal):
      status = refusal.status
      events.count(.crlPush, refusal.name)
      request.log(refusal.status >= 500 ? .error : .warn, "the CRL that was pushed is refused: \(refusal)")
      if refusal == .busy { request.response.fields.append(name: "Retry-After", value: "1") }
    }
    request.response.contentType = Array("application/json".utf8)
    request.sendText(json, status: status, admission)
  }

  private func log(_ receipt: CRLPushReceipt, _ request: Request) {
    guard receipt.isChanged else { return }
    let number = receipt.number.map { " number \($0)" } ?? ""
    request.log(
      .notice,
      "the CRL\(number) of \"\(receipt.list.issuer.rfc2253)\" was pushed and is in effect: \(receipt.list.entries) "
        + "revoked, \(receipt.closedConnections) connections closed")
  }

  /// Members in a fixed order; one line.
  var json: [UInt8] {
    var members: [(String, JSONScalar)] = []
    switch outcome {
    case .success(let receipt):
      members = [
        ("issuer", .text(receipt.list.issuer.rfc2253)), ("number", receipt.number.map { .text($0) } ?? .null),
        ("thisUpdate", .text(receipt.list.thisUpdate.rfc3339)),
        ("nextUpdate", receipt.list.nextUpdate.map { .text($0.rfc3339) } ?? .null),
        ("entries", .number(receipt.list.entries)), ("changed", .bool(receipt.isChanged)),
        ("closedConnections", .number(receipt.closedConnections)),
      ]
    case .failure(let refusal): members = [("error", .text(refusal.name)), ("detail", .text(refusal.publicText))]
    }
    return JSONScalar.object(members)
  }
}
