extension Request {
  /// Runs the phases until one answers, or waits.
  func runPhases(from start: Phase) {
    var phase: Phase? = start
    while let current = phase { phase = run(current) }
  }

  /// Goes on after an `AccessCheck` that was pending.
  func resumePhases() {
    guard let phase = phases.resumePoint else { return }
    phases.resumePoint = nil
    runPhases(from: phase)
  }

  private func run(_ phase: Phase) -> Phase? {
    switch phase {
    case .serverRewrite: return rewrite(server.root.rewrite, next: .findLocation)
    case .findLocation: return findLocation()
    case .rewrite: return rewrite(location?.rewrite, next: .postRewrite)
    case .postRewrite: return postRewrite()
    case .access: return checkAccess()
    case .tryFiles(let admission): return tryFiles(admission)
    case .content(let admission):
      answerContent(admission)
      return nil
    }
  }

  private func rewrite(_ program: RewriteProgram?, next: Phase) -> Phase? {
    guard let program else { return next }
    switch program.run(self) {
    case .next: return next
    case .answered: return nil
    case .finalize(let status):
      finalize(status: status)
      return nil
    }
  }

  private func postRewrite() -> Phase? {
    guard phases.uriChanged else { return .access }
    guard takeURIChange("while processing \"\(uri.asText)\"") else { return nil }
    location = nil
    return .findLocation
  }

  /// Counts a change of the URI; a cycle ends in 500.
  func takeURIChange(_ what: @autoclosure () -> String) -> Bool {
    phases.uriChangesLeft -= 1
    if phases.uriChangesLeft > 0 { return true }
    log(.error, "rewrite or internal redirection cycle \(what())")
    finalize(status: 500)
    return false
  }

  private func checkAccess() -> Phase? {
    findRealClient(effective.realIP)
    guard let admission = admitted() else { return nil }
    for check in effective.accessChecks {
      switch check.decide(self, admission) {
      case .pass: continue
      case .answered: return nil
      case .pending:
        phases.resumePoint = .tryFiles(admission)
        return nil
      }
    }
    return .tryFiles(admission)
  }

  /// Judges the client for the place where the request stands, and ends the request where that refuses.
  private func admitted() -> Admission? {
    switch judge() {
    case .admitted(let admission): return admission
    case .refused(let status):
      finalize(status: status)
      return nil
    }
  }

  private func tryFiles(_ admission: Admission) -> Phase? {
    guard let setting = effective.tryFiles else { return .content(admission) }
    return setting.run(self, admission)
  }

  private func answerContent(_ admission: Admission) {
    guard mayAnswer(by: phases.contentHandler, admission) else {
      return finalize(status: phases.judged?.refusal ?? 403)
    }
    if let handler = phases.contentHandler {
      handler.handle(self, admission)
    } else {
      StaticContent().handle(self, admission)
    }
  }
}

// MARK: - Finding the location

extension Request {
  private enum Lookup { case found, prefix, redirect, none }

  private func findLocation() -> Phase? {
    phases.contentHandler = nil
    phases.uriChanged = false
    location = nil
    let result: Lookup
    do throws(EvaluationFailure) {
      result = try find(in: server.root.children)
    } catch {
      location = nil
      finalize(status: 500)
      return nil
    }
    guard let location else {
      phases.contentHandler = server.root.handler
      return trustsClient() && bodyFits() ? .rewrite : nil
    }
    if location.facts.isInternal, !phases.isInternal {
      finalize(status: 404)
      return nil
    }
    enter(location)
    guard trustsClient(), bodyFits() else { return nil }
    if case .redirect = result {
      redirectToSlash(location)
      return nil
    }
    return .rewrite
  }

  private func find(in tree: LocationTree) throws(EvaluationFailure) -> Lookup {
    var shutsOutPatterns = false
    var result = Lookup.none
    switch tree.staticMatch(uri) {
    case .exact(let found):
      location = found
      return .found
    case .redirect(let found):
      location = found
      return .redirect
    case .prefix(let found):
      location = found
      if case .prefix(_, let shutsOut) = found.match { shutsOutPatterns = shutsOut }
      result = found.children.isEmpty ? .prefix : try find(in: found.children)
      if result == .none { result = .prefix }
    case nil: break
    }
    if result == .found || result == .redirect || shutsOutPatterns { return result }
    for (pattern, found) in tree.patterns {
      guard try pattern.matches(uri, isDecoded: isURIData, for: self) else { continue }
      location = found
      if !found.children.isEmpty { _ = try find(in: found.children) }
      return .found
    }
    return result
  }

  /// Takes over a location's settings: after it was found, or where an `if` holds.
  func enter(_ chosen: LocationRuntime) {
    var found = chosen
    if let limit = chosen.limitExcept, !limit.methods.contains(method.name) { found = limit.location }
    location = found
    isTraced = found.isTraced
    traceLocation()
    if let handler = found.handler { phases.contentHandler = handler }
    if !found.facts.keepsAlive || exchange.requestsOnConnection >= found.facts.keepaliveRequests {
      exchange.disableKeepAlive()
    }
  }

  private func bodyFits() -> Bool {
    guard !phases.bodyDiscarded, let limit = maximumBodySize, let length = declaredBodyLength, length > limit else {
      return true
    }
    log(.error, "client intended to send too large body: \(length) bytes")
    dropBody()
    finalize(status: 413)
    return false
  }

  private func redirectToSlash(_ location: LocationRuntime) {
    guard let admission = admitted() else { return }
    var target = URIEscape.uri.escaped(location.name)
    if !args.isEmpty {
      target.append(UInt8(ascii: "?"))
      target.append(contentsOf: args)
    }
    redirect(status: 301, to: target, admission)
  }
}

extension [UInt8] {
  /// For messages: ill-formed UTF-8 is repaired.
  var asText: String { String(decoding: self, as: UTF8.self) }
}
