import HTTPWire

/// What `error_log … debug` tells of a request, step by step, for readers of nginx's debug log.
extension Request {
  /// Tells a step, where the place's error log wants to know: anywhere else it costs one look.
  @inline(__always)
  func trace(_ message: @autoclosure () -> String) {
    if isTraced { writeTrace(message()) }
  }

  @inline(never)
  private func writeTrace(_ message: String) {
    effective.errorLog.write(.debug, connection: connection.number, message)
  }

  /// The head as it was read.
  func traceHead() {
    guard isTraced else { return }
    writeTrace("http request line: \"\(head.requestLine.asText)\"")
    head.fields.forEach { name, value in
      let name = String(decoding: name, as: UTF8.self)
      let isSecret = Self.secretFields.contains(name.lowercased())
      writeTrace("http header: \"\(name): \(isSecret ? "(not shown)" : String(decoding: value, as: UTF8.self))\"")
    }
    writeTrace("http uri: \"\(uri.asText)\", args: \"\(args.asText)\", host: \"\(host.asText)\"")
    writeTrace("http server: \"\(server.name.asText)\"")
  }

  /// Whose values let in whoever reads them.
  private static let secretFields: Set<String> = ["authorization", "proxy-authorization", "cookie"]

  func traceJudgement(_ judgement: Judgement) {
    guard isTraced else { return }
    let policy = effective.clientTrust == .server ? "the server's" : "the location's own"
    let verdict = clientVerdict?.verifyText ?? "NONE"
    switch judgement {
    case .admitted: writeTrace("access: admitted, client certificate \(verdict) under \(policy) policy")
    case .refused(let status):
      writeTrace("access: refused by \(status), client certificate \(verdict) under \(policy) policy")
    }
  }

  func traceLocation() {
    trace("using configuration \"\(effective.name.asText)\" for \"\(uri.asText)\"")
  }
}
