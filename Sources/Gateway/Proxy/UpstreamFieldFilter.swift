import HTTPWire

/// Which fields of an upstream's response reach the client, and in what form.
struct UpstreamFieldFilter {
  let handler: ProxyHandler
  let request: Request
  let isHTTP2: Bool

  func fill(_ response: inout ResponseState, from fields: HTTPFields) throws(EvaluationFailure) {
    var passed = fields
    var seen = SingleFields()
    passed.removeAll { name, _ in isDropped(name) || seen.isRepeated(name) }
    response.contentType = passed.first("content-type")
    passed.remove("content-type")
    try rewrite(&passed, &response)
    if response.fields.isEmpty {
      response.fields = passed
    } else {
      passed.forEach { name, value in response.fields.append(name: name, value: value) }
    }
  }

  /// Fields of the connection, hidden ones, and those that the gateway makes itself.
  private func isDropped(_ name: UnsafeRawBufferPointer) -> Bool {
    switch name.count {
    case 7: if name.equalsIgnoringCase("upgrade"), isHTTP2 { return true }
    case 10:
      if name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive") { return true }
    case 13: if name.equalsIgnoringCase("accept-ranges"), handler.settings.forceRanges { return true }
    case 14: if name.equalsIgnoringCase("content-length") { return true }
    case 17: if name.equalsIgnoringCase("transfer-encoding") { return true }
    default: break
    }
    return handler.hidden.contains(name)
  }

  private func rewrite(_ fields: inout HTTPFields, _ response: inout ResponseState) throws(EvaluationFailure) {
    if !handler.redirects.isEmpty {
      if let location = fields.first("location"), let changed = try handler.redirects.rewritten(location, for: request)
      {
        fields.remove("location")
        response.location = changed
      }
      if let refresh = fields.first("refresh"),
        let changed = try handler.redirects.rewrittenRefresh(refresh, for: request)
      {
        fields.set(name: "Refresh", value: changed)
      }
    }
    if !handler.cookies.isEmpty { try rewriteCookies(&fields) }
  }

  private func rewriteCookies(_ fields: inout HTTPFields) throws(EvaluationFailure) {
    let cookies = fields.all("set-cookie")
    guard !cookies.isEmpty else { return }
    fields.remove("set-cookie")
    for cookie in cookies {
      fields.append(name: "Set-Cookie", value: try handler.cookies.rewritten(cookie, for: request) ?? cookie)
    }
  }

  /// `X-Accel-Buffering`; `nil` where it says nothing.
  func buffering(_ fields: HTTPFields) -> Bool? {
    if "X-Accel-Buffering".withIgnored(by: handler.ignored) { return nil }
    return fields.withFirst("x-accel-buffering") { value -> Bool? in
      if value.equalsIgnoringCase("no") { return false }
      return value.equalsIgnoringCase("yes") ? true : nil
    } ?? nil
  }

  /// The fields that survive an `X-Accel-Redirect`.
  func keepForRedirect(_ fields: HTTPFields) throws(EvaluationFailure) -> HTTPFields {
    var kept = fields
    let names: [StaticString] = [
      "content-type", "set-cookie", "content-disposition", "cache-control", "expires", "accept-ranges",
    ]
    kept.removeAll { name, _ in !names.contains { name.equalsIgnoringCase($0) } }
    if !handler.cookies.isEmpty { try rewriteCookies(&kept) }
    return kept
  }
}

extension String {
  func withIgnored(by names: FieldNameSet) -> Bool {
    Array(utf8).withUnsafeBytes { names.contains($0) }
  }
}

/// Fields that make sense once only: of several, the first counts.
private struct SingleFields {
  private static let names: [StaticString] = [
    "content-type", "date", "last-modified", "etag", "server", "location", "refresh", "expires", "status",
  ]
  private var seen: UInt16 = 0

  mutating func isRepeated(_ name: UnsafeRawBufferPointer) -> Bool {
    for (index, single) in Self.names.enumerated() where name.equalsIgnoringCase(single) {
      let bit = UInt16(1) << UInt16(index)
      defer { seen |= bit }
      return seen & bit != 0
    }
    return false
  }
}
