import HTTPWire

/// Proof that the client was judged for the place that is about to answer, and may have the answer.
///
/// Content, `return`, redirects and error pages take one, and so does whatever is sent to an upstream; only the judgement makes
/// it. It is worth nothing in another place: whenever a request comes to one, it is judged there.
struct Admission: Sendable {
  fileprivate let place: Place
  /// The place refused the client, who is to be shown the page of just that.
  fileprivate let isToPageOfRefusal: Bool

  fileprivate init(to place: Place, isToPageOfRefusal: Bool = false) {
    self.place = place
    self.isToPageOfRefusal = isToPageOfRefusal
  }

  /// Whether it was given for the place where the request stands.
  func isGood(for request: Request) -> Bool { place == Place(of: request) }
}

/// What comes of judging a client for a place.
enum Judgement {
  case admitted(Admission)
  /// With a status: 495, 496 and 497 of the certificate, 403 of the rules, 421 of a server that the handshake was not for.
  case refused(Int)
}

/// What gives the right to send the head of a response.
enum Warrant {
  case admission(Admission)
  /// A page that holds nothing of the site is for everybody.
  case page(SpecialPage.Page)
}

/// What decides who is answered: equal places answer the same clients.
private struct Place: Equatable, Sendable {
  let server: ObjectIdentifier
  let policy: PolicyID
  let rules: ObjectIdentifier?

  init(of request: Request) {
    let location = request.effective
    server = ObjectIdentifier(request.server)
    policy = location.clientTrust
    rules = location.clientAccess.map { ObjectIdentifier($0) }
  }
}

extension Request {
  /// Judges the client for the place where the request stands: by the policy on certificates, then by the rules on identities.
  func judge() -> Judgement {
    let judgement = judgeInPlace()
    traceJudgement(judgement)
    return judgement
  }

  private func judgeInPlace() -> Judgement {
    if let status = policyRefusal() { return refused(status) }
    guard admitsClient() else { return refused(403) }
    return .admitted(Admission(to: Place(of: self), isToPageOfRefusal: isAtPageOfRefusal))
  }

  /// Nothing of what an earlier place said goes to somebody whom this one refuses.
  private func refused(_ status: Int) -> Judgement {
    response.fields = HTTPFields()
    return .refused(status)
  }

  /// Admits to the page that the configuration has for `status`: whom the place admits, and whom it refused with just that
  /// status; `nil` where there is the built-in page only.
  func admissionToPage(of status: Int) -> Admission? {
    switch judge() {
    // A page of a refusal has no page of its own.
    case .admitted(let admission): return admission.isToPageOfRefusal ? nil : admission
    case .refused(status):
      // 421: nobody was asked, for the handshake was not for this server.
      if status == 421 || isRefusedAtPageOfRefusal { return nil }
      return Admission(to: Place(of: self), isToPageOfRefusal: true)
    case .refused: return nil
    }
  }
}

// MARK: - The page of a refusal

/// The page that a client gets to see whom a policy refused: from the very policy that refused, as nginx serves it.
struct RefusalPage {
  /// Who refused.
  let policy: PolicyID
  /// The path that the configuration names; `nil` for a named location.
  let path: [UInt8]?
  /// What had been asked for.
  let refusedURI: [UInt8]
}

extension Request {
  /// Whether a refused client may be led to this page of the gateway; others may.
  ///
  /// - Parameter path: `nil` for a named location.
  func opensPage(_ page: ErrorPages.Page, at path: [UInt8]?, _ admission: Admission) -> Bool {
    guard admission.isToPageOfRefusal, let judged = phases.judged, judged.refusal != nil else { return true }
    guard page.hasFixedPath else {
      log(.error, "error_page for a refused client names its page by a variable: not followed")
      return false
    }
    phases.refusalPage = RefusalPage(policy: judged.policy, path: path, refusedURI: uri)
    if method != .head { method = .get }
    dropBody()
    return true
  }

  /// Whether the request is where its error page led it, under the policy that refused the client.
  var isAtPageOfRefusal: Bool {
    guard let page = phases.refusalPage, page.policy == effective.clientTrust else { return false }
    guard let path = page.path else { return effective.isNamed }
    return uri == path || (path.last == UInt8(ascii: "/") && uri.starts(with: path))
  }

  private var isRefusedAtPageOfRefusal: Bool {
    guard let page = phases.refusalPage, let judged = phases.judged, judged.refusal != nil else { return false }
    return page.policy == judged.policy
  }

  /// Whether `handler`, `nil` standing for files, may answer.
  ///
  /// Who was refused gets the page and nothing else by it: a file, but not one of the client's choice; an upstream or a service
  /// only where a location was written for the page alone, and by GET of the configuration's path. (A `return` has answered by
  /// now.)
  func mayAnswer(by handler: (any ContentHandler)?, _ admission: Admission) -> Bool {
    guard admission.isToPageOfRefusal, let page = phases.refusalPage else { return true }
    let isOpen =
      if handler == nil {
        page.path != nil || uri != page.refusedURI
      } else {
        page.path != nil && effective.isForPages
      }
    if !isOpen {
      log(.error, "the page of a refused client leads to \"\(uri.asText)\", which is not for those refused")
    }
    return isOpen
  }
}

extension LocationRuntime {
  fileprivate var isNamed: Bool { if case .named = match { true } else { false } }

  /// Whether requests come here by this one path, or by redirects within the gateway alone.
  fileprivate var isForPages: Bool { if case .exact = match { true } else { facts.isInternal } }
}
