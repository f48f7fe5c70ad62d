import HTTPWire

extension VariableTable {
  static let responses: [String: VariableGetter] = [
    "status": { request, out in
      let status = request.phases.errorStatus != 0 ? request.phases.errorStatus : request.response.status
      out.append(decimal: status, width: 3)
      return true
    },
    "bytes_sent": number { $0.exchange.bytesSent },
    "body_bytes_sent": number { $0.exchange.bodyBytesSent },
    "request_completion": { request, out in
      if request.response.isFinished { out.append(ascii: "OK") }
      return true
    },
    "sent_http_content_type": sent("content_type") { $0.contentType },
    "sent_http_content_length": sent("content_length") { response in
      response.contentLength.map { length in
        var out: [UInt8] = []
        out.append(decimal: length)
        return out
      }
    },
    "sent_http_location": sent("location") { $0.location },
    "sent_http_last_modified": sent("last_modified") { $0.lastModified.map(HTTPDate.text) },
    "sent_http_etag": sent("etag") { $0.etag },
    "sent_http_connection": sentOfConnection(.connection),
    "sent_http_keep_alive": sentOfConnection(.keepAlive),
    "sent_http_transfer_encoding": sentOfConnection(.transferEncoding),
  ]

  /// A field that handlers leave in a property until the head is sent.
  private static func sent(
    _ name: String, _ value: @escaping @Sendable (ResponseState) -> [UInt8]?
  ) -> VariableGetter {
    let field = responseField(name)
    return { request, out in
      if !request.response.headSent, let value = value(request.response) {
        out.append(contentsOf: value)
        return true
      }
      return field(request, &out)
    }
  }

  private static func sentOfConnection(_ field: ConnectionField) -> VariableGetter {
    { request, out in
      guard let text = request.exchange.sentField(field) else { return false }
      out.append(contentsOf: text.utf8)
      return true
    }
  }

  /// `$sent_http_NAME`.
  static let responseField: @Sendable (String) -> VariableGetter = { rest in
    let name = Array(rest.utf8)
    return { request, out in request.response.fields.append(allNamed: name, separatedBy: ", ", to: &out) }
  }

  /// `$sent_trailer_NAME`.
  static let responseTrailer: @Sendable (String) -> VariableGetter = { rest in
    let name = Array(rest.utf8)
    return { request, out in request.response.trailers.append(allNamed: name, separatedBy: ", ", to: &out) }
  }
}
