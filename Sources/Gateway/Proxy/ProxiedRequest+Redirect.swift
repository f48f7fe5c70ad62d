import HTTPWire

// `X-Accel-Redirect`: the upstream hands the request back.
extension ProxiedRequest {
  func redirectsInternally(_ head: HTTPResponseHead) -> Bool {
    guard !isClientGone, let target = head.fields.first("x-accel-redirect"), !target.isEmpty,
      !"X-Accel-Redirect".withIgnored(by: handler.ignored)
    else { return false }
    if responseFraming == .length(0) { _ = connection?.decoder.next() }
    releaseConnection()
    finish()
    do throws(EvaluationFailure) {
      try keepFields(head.fields)
      follow(target)
    } catch {
      request.finalize(status: 500)
    }
    return true
  }

  private func keepFields(_ fields: HTTPFields) throws(EvaluationFailure) {
    let filter = UpstreamFieldFilter(handler: handler, request: request, isHTTP2: request.head.version >= .http2)
    var kept = try filter.keepForRedirect(fields)
    request.response.contentType = kept.first("content-type")
    kept.remove("content-type")
    request.response.fields = kept
  }

  private func follow(_ target: [UInt8]) {
    if target.first == UInt8(ascii: "@") {
      return request.internalRedirect(named: target.asText)
    }
    guard let (uri, args) = Self.safeURI(target) else {
      request.log(.error, "unsafe URI \"\(target.asText)\" was detected")
      return request.finalize(status: 404)
    }
    if request.method != .head { request.method = .get }
    request.internalRedirect(uri: uri, args: args)
  }

  /// A path, decoded, that leaves no folder by `..`; `nil` for anything else.
  static func safeURI(_ target: [UInt8]) -> (uri: [UInt8], args: [UInt8])? {
    let question = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
    let path = URIEscape.unescaped(Array(target[..<question]))
    guard !path.isEmpty, !path.contains(0) else { return nil }
    let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if segments.contains(where: { $0.elementsEqual("..".utf8) }) { return nil }
    return (path, question < target.endIndex ? Array(target[(question + 1)...]) : [])
  }
}
