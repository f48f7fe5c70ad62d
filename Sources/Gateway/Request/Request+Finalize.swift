import HTTPWire
import NIOCore

extension Request {
  /// Ends the request with `status`: its error page where one is configured, nginx's own page otherwise.
  ///
  /// 444, 408 and 499 close the connection without a response. After the head was sent the response is cut off.
  func finalize(status: Int) {
    response.location = nil
    conclude(status, nil)
  }

  /// Ends the request with a redirect, or with what the configuration has in its place.
  func redirect(status: Int, to location: [UInt8], _ admission: Admission) {
    response.location = location
    conclude(status, admission)
  }

  private func conclude(_ status: Int, _ admission: Admission?) {
    guard !response.isFinished else { return }
    trace("http finalize request: \(status), \"\(uri.asText)\"")
    if status == 444 || status == 408 || status == 499 || response.headSent {
      abortResponse(status: response.headSent ? nil : status)
      return
    }
    answerSpecially(status, admission)
  }

  private func answerSpecially(_ status: Int, _ admission: Admission?) {
    phases.errorStatus = status
    if SpecialPage.closesConnection(status) { exchange.disableKeepAlive() }
    response.contentType = nil
    response.isErrorPage = true
    if let page = configuredPage(for: status), let admission = admission ?? admissionToPage(of: status),
      follow(page, admission)
    {
      return
    }
    dropBody()
    if SpecialPage.isReportedAs400(status) { phases.errorStatus = 400 }
    send(SpecialPage.page(of: status, refusal: shownRefusal), admission)
  }

  private func configuredPage(for status: Int) -> ErrorPages.Page? {
    if phases.hasErrorPage || phases.uriChangesLeft <= 0 { return nil }
    return effective.errorPages.page(for: status)
  }

  /// The id of the refusal, where clients may see it.
  private var shownRefusal: String? { server.block.tls.verifyClientDetail ? refusalID : nil }

  /// - Returns: `false` where the page is not for this client.
  private func follow(_ page: ErrorPages.Page, _ admission: Admission) -> Bool {
    let target = page.target.value(for: self)
    switch target.first {
    case UInt8(ascii: "/"):
      let (uri, args) = page.target.internalURI(for: self)
      guard opensPage(page, at: uri, admission) else { return false }
      prepare(page)
      if method != .head { method = .get }
      internalRedirect(uri: uri, args: args)
    case UInt8(ascii: "@"):
      guard opensPage(page, at: nil, admission) else { return false }
      prepare(page)
      internalRedirect(named: target.asText)
    default:
      prepare(page)
      dropBody()
      if !RedirectStatus.takesLocation(page.status ?? 0) { phases.errorStatus = 302 }
      response.location = target
      send(SpecialPage.page(of: phases.errorStatus), admission)
    }
    return true
  }

  private func prepare(_ page: ErrorPages.Page) {
    phases.hasErrorPage = !effective.settings.core.recursiveErrorPages
    if let status = page.status { phases.errorStatus = status }
  }

  /// - Parameter admission: to what the response has beside the page, as a Location.
  private func send(_ page: SpecialPage.Page, _ admission: Admission?) {
    let body = page.body
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
    guard sendHead(by: admission.map { .admission($0) } ?? .page(page)) else { return }
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
    answerSpecially(status, nil)
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
