import ContentService

/// Answers a location with a service that knows nothing of the gateway.
struct ServiceHandler: ContentHandler {
  let service: any ContentService
  /// What of the path is the location's own.
  let prefix: [UInt8]

  init(_ service: any ContentService, match: LocationRuntime.Match) {
    self.service = service
    switch match {
    case .exact(let name), .prefix(let name, _): prefix = name
    case .server, .pattern, .named: prefix = []
    }
  }

  func handle(_ request: Request, _ admission: Admission) {
    ServiceExchange(service, for: request, admission, prefix: prefix).start()
  }
}

extension Request {
  /// This request as a service sees it, before its body is read.
  ///
  /// - Parameter prefix: the location's name, which the subpath leaves out.
  func serviceRequest(after prefix: [UInt8]) -> ServiceRequest {
    var fields: [String: String] = [:]
    head.fields.forEach { name, value in
      fields[String(decoding: name, as: UTF8.self).lowercased()] = String(decoding: value, as: UTF8.self)
    }
    return ServiceRequest(
      method: method.name.asText, path: uri.asText, subpath: subpath(after: prefix).asText, query: args.asText,
      fields: fields)
  }

  /// As the client sent it, so that doubled slashes in base64 are not merged; made anew where the URI was changed.
  private func subpath(after prefix: [UInt8]) -> [UInt8] {
    let sent = unparsedURI.prefix { $0 != UInt8(ascii: "?") }
    var rest: [UInt8]
    if phases.isUnparsedURIValid, sent.starts(with: prefix) {
      rest = Array(sent.dropFirst(prefix.count))
    } else {
      rest = URIEscape.uri.escaped(uri.starts(with: prefix) ? Array(uri.dropFirst(prefix.count)) : uri)
    }
    if prefix.last != UInt8(ascii: "/"), rest.first == UInt8(ascii: "/") { rest.removeFirst() }
    return rest
  }
}
