import ConfigModel
import HTTPWire

extension Request {
  /// Entry from the connection: a head has been read. Chooses the server, normalises the URI and runs the phases.
  func start() {
    exchange.events = self
    guard takeTarget(), takeHost(), checkMethod(), checkTLS() else { return }
    traceHead()
    findRealClient(server.root.realIP)
    runPhases(from: .serverRewrite)
  }

  /// Entry for what could not be read as a request: 400, 408, 414, 494, 501, 505.
  ///
  /// - Parameter reason: for the log, as `client sent invalid method`.
  func refuse(status: Int, reason: String) {
    exchange.events = self
    _ = reject(reason, status: status)
  }

  /// Before the phases nothing is known of keep-alive: the connection ends.
  private func reject(_ reason: String, status: Int = 400) -> Bool {
    exchange.disableKeepAlive()
    log(.info, reason)
    finalize(status: status)
    return false
  }

  /// The same for a client that came the wrong way.
  private func reject(_ rule: RequestRule, _ reason: String, status: Int) -> Bool {
    exchange.disableKeepAlive()
    tell(ClientRefusal(rule), .info, reason)
    finalize(status: status)
    return false
  }

  private func takeTarget() -> Bool {
    if method == .connect { return true }
    unparsedURI = head.originForm
    let merges = server.mergesSlashes
    if NormalizedURI.isPlain(unparsedURI) {
      uri = unparsedURI
      return true
    }
    guard unparsedURI.first == UInt8(ascii: "/"),
      let normalized = NormalizedURI(target: unparsedURI, mergeSlashes: merges)
    else {
      uri = []
      return reject("client sent invalid request")
    }
    uri = normalized.path
    args = normalized.arguments
    phases.uriWasQuoted = normalized.wasQuoted
    phases.uriHasPlus = normalized.hasPlus
    return true
  }

  private func takeHost() -> Bool {
    do throws(EvaluationFailure) {
      return try findHost()
    } catch {
      return reject("the server of the client's host could not be found out", status: 500)
    }
  }

  private func findHost() throws(EvaluationFailure) -> Bool {
    if let authority = head.authority, try !takeHost(authority) {
      return reject("client sent invalid host in request line")
    }
    let scan = FieldScan(head.fields, known: connection.lastHost?.text)
    declaredBodyLength = scan.contentLength
    if let repeated = scan.repeated { return reject("client sent duplicate header line: \"\(repeated)\"") }
    if let text = scan.host {
      guard try host.isEmpty ? takeHost(text) : HostName(text) != nil else {
        return reject("client sent invalid host header")
      }
    } else if scan.hasHost, host.isEmpty, let last = connection.lastHost {
      takeHost(last)
    }
    if host.isEmpty, let nameless = connection.listener.nameless { server = nameless }
    return checkHostPresence(scan.hasHost)
  }

  private func checkHostPresence(_ hasHost: Bool) -> Bool {
    if hasHost || head.version < .http1_1 { return true }
    if head.version >= .http2 {
      return head.authority != nil || reject("client sent neither \":authority\" nor \"Host\" header")
    }
    return reject("client sent HTTP/1.1 request without \"Host\" header")
  }

  /// - Returns: `false` where the text is no host.
  private func takeHost(_ text: [UInt8]) throws(EvaluationFailure) -> Bool {
    if let last = connection.lastHost, last.text == text {
      takeHost(last)
      return true
    }
    guard let name = HostName(text) else { return false }
    let found = try connection.listener.server(named: name.name, for: self)
    takeHost(KnownHost(text, name, found))
    connection.remember(host: text, name, found)
    return true
  }

  private func takeHost(_ known: KnownHost) {
    host = known.name.name
    hostPort = known.name.port
    server = known.server
    isTraced = server.root.isTraced
  }

  private func checkMethod() -> Bool {
    switch method {
    case .connect: reject("client sent CONNECT method", status: 405)
    case .trace: reject("client sent TRACE method", status: 405)
    default: true
    }
  }
}

// MARK: - TLS

extension Request {
  private func checkTLS() -> Bool {
    guard connection.listener.setting.isTLS else { return true }
    guard connection.isTLS else {
      return reject(.plaintext, "client sent plain HTTP request to HTTPS port", status: 497)
    }
    guard isDirected else {
      connection.counters.count(.requestRefused(.misdirected))
      return reject(
        .misdirected, "client attempted to request the server name different from the one that was negotiated",
        status: 421)
    }
    guard server.hasLocationTrust else { return checkCertificate() }
    // Each place asks for itself; the server's own statements see the verdict of now.
    _ = connection.currentVerdict(for: server)
    return true
  }

  /// Whether the connection was made under the policy of the server that Host names.
  ///
  /// Deviation: nginx compares names, and only where SNI was sent; here a server with another policy is refused in
  /// either case, and another name of the same server is not.
  var isDirected: Bool {
    if server === connection.server { return true }
    let policy = server.clientPolicy
    if policy != connection.server.clientPolicy { return false }
    return !(policy.verifies && connection.tls?.serverName != nil)
  }

  private func checkCertificate() -> Bool {
    guard let status = policyRefusal() else { return true }
    traceJudgement(.refused(status))
    if status == 496 { exchange.disableKeepAlive() }
    finalize(status: status)
    return false
  }
}
