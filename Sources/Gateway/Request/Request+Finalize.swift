import HTTPWire
import NIOCore

extension Request {
  /// Ends the request with `status`: its error page where one is configured, nginx's own page otherwise.
  ///
  /// 444, 408 and 499 close the connection without a response. After the head was sent the response is cut off.
  func finalize(status: Int) {
    guard !response.isFinished else { return }
    if status == 444 || status == 408 || status == 499 || response.headSent {
      abortResponse(status: response.headSent ? nil : status)
      return
    }
    answerSpecially(status)
  }

  private func answerSpecially(_ status: Int) {
    phases.errorStatus = status
    if SpecialPage.closesConnection(status) { exchange.disableKeepAlive() }
    response.contentType = nil
    response.isErrorPage = true
    if !phases.hasErrorPage, phases.uriChangesLeft > 0, let page = effective.errorPages.page(for: status) {
      phases.hasErrorPage = !effective.settings.core.recursiveErrorPages
      send(page)
      return
    }
    dropBody()
    if SpecialPage.isReportedAs400(status) { phases.errorStatus = 400 }
    send(SpecialPage.body(of: status, refusal: shownRefusal))
  }

  /// The id of the refusal, where clients may see it.
  private var shownRefusal: String? { server.block.tls.verifyClientDetail ? refusalID : nil }

  private func send(_ page: ErrorPages.Page) {
    if let status = page.status { phases.errorStatus = status }
    let target = page.target.value(for: self)
    switch target.first {
    case UInt8(ascii: "/"):
      if method != .head { method = .get }
      let (uri, args) = target.splitArguments()
      internalRedirect(uri: uri, args: args)
    case UInt8(ascii: "@"): internalRedirect(named: target.asText)
    default:
      dropBody()
      if !RedirectStatus.takesLocation(page.status ?? 0) { phases.errorStatus = 302 }
      response.location = target
      send(SpecialPage.body(of: phases.errorStatus))
    }
  }

  /// - Parameter body: nginx's page without its tail; empty: no body at all.
  private func send(_ body: [UInt8]) {
    let tail = effective.headers.pageTail(for: self)
    response.status = phases.errorStatus
    response.etag = nil
    response.lastModified = nil
    response.allowsRanges = false
    response.disablesNotModified = true
    response.fields.remove("content-length")
    response.fields.remove("accept-ranges")
    response.contentLength = body.isEmpty ? 0 : body.count + tail.count
    if !body.isEmpty { response.contentType = Array("text/html".utf8) }
    guard sendHead() else { return }
    if !body.isEmpty, !isHeaderOnly {
      var buffer = ByteBuffer(bytes: body)
      buffer.writeBytes(tail)
      sendBody(buffer)
    }
    finishBody()
  }

  /// A header filter refuses the response that it was given (412, 416): the page of `status` takes its place.
  func replaceResponse(by status: Int, keeping fields: HTTPFields = HTTPFields()) {
    let tries = response.upstreamTries
    response = ResponseState()
    response.upstreamTries = tries
    response.fields = fields
    answerSpecially(status)
  }
}

extension Request {
  /// Starts over with another URI, within the gateway.
  func internalRedirect(uri: [UInt8], args: [UInt8]) {
    guard takeURIChange("while internally redirecting to \"\(uri.asText)\"") else { return }
    self.uri = uri
    self.args = args
    location = nil
    phases.isInternal = true
    phases.isUnparsedURIValid = false
    phases.addsURIToAlias = false
    phases.isLocationValid = true
    runPhases(from: .serverRewrite)
  }

  /// Goes on in a named location; the URI stays.
  func internalRedirect(named name: String) {
    guard takeURIChange("while redirect to named location \"\(name)\"") else { return }
    guard !uri.isEmpty else {
      log(.error, "empty URI in redirect to named location \"\(name)\"")
      return finalize(status: 500)
    }
    guard let found = server.namedLocation(name) else {
      log(.error, "could not find named location \"\(name)\"")
      return finalize(status: 500)
    }
    phases.isInternal = true
    phases.contentHandler = nil
    phases.uriChanged = false
    enter(found)
    runPhases(from: .rewrite)
  }
}
