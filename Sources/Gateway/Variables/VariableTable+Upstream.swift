import HTTPWire

extension VariableTable {
  /// What the tries at upstream servers came to: one value a try.
  static let upstreams: [String: VariableGetter] = [
    "upstream_addr": each { $0.append(utf8: $1.address ?? "") },
    "upstream_status": each { out, attempt in
      if let status = attempt.status { out.append(decimal: status) } else { out.append(UInt8(ascii: "-")) }
    },
    "upstream_connect_time": each { $0.append(duration: $1.connectTime) },
    "upstream_header_time": each { $0.append(duration: $1.headerTime) },
    "upstream_response_time": each { $0.append(duration: $1.responseTime) },
    "upstream_response_length": each { $0.append(decimal: $1.responseLength) },
    "upstream_bytes_received": each { $0.append(decimal: $1.bytesReceived) },
    "upstream_bytes_sent": each { $0.append(decimal: $1.bytesSent) },
    "upstream_cache_status": { _, _ in false },
    "proxy_host": { request, out in
      guard let authority = request.response.proxyAuthority else { return false }
      out.append(contentsOf: authority.host)
      return true
    },
    "proxy_port": { request, out in
      guard let authority = request.response.proxyAuthority else { return false }
      out.append(contentsOf: authority.port)
      return true
    },
    "proxy_add_x_forwarded_for": { request, out in
      if request.head.fields.append(allNamed: Array("x_forwarded_for".utf8), separatedBy: ", ", to: &out) {
        out.append(ascii: ", ")
      }
      out.append(contentsOf: request.clientText)
      return true
    },
  ]

  /// `, ` stands between tries, ` : ` where an internal redirect led to another upstream.
  private static func each(_ body: @escaping @Sendable (inout [UInt8], UpstreamTry) -> Void) -> VariableGetter {
    { request, out in
      let tries = request.response.upstreamTries
      guard !tries.isEmpty else { return false }
      var separator: StaticString = ""
      for attempt in tries {
        guard attempt.address != nil else {
          separator = " : "
          continue
        }
        out.append(ascii: separator)
        body(&out, attempt)
        separator = ", "
      }
      return true
    }
  }

  /// `$upstream_http_NAME`.
  static let upstreamField: @Sendable (String) -> VariableGetter = { rest in
    let name = Array(rest.utf8)
    return { request, out in
      request.response.upstreamFields?.append(allNamed: name, separatedBy: ", ", to: &out) ?? false
    }
  }

  /// `$upstream_trailer_NAME`.
  static let upstreamTrailer: @Sendable (String) -> VariableGetter = { rest in
    let name = Array(rest.utf8)
    return { request, out in
      request.response.upstreamTrailers?.append(allNamed: name, separatedBy: ", ", to: &out) ?? false
    }
  }

  /// `$upstream_cookie_NAME`: the value of the first Set-Cookie of that name (RFC 6265 §4.1).
  static let upstreamCookie: @Sendable (String) -> VariableGetter = { rest in
    let name = Array(rest.utf8)
    return { request, out in
      for line in request.response.upstreamFields?.all("set-cookie") ?? [] {
        guard line.count > name.count, line[name.count] == UInt8(ascii: "="),
          zip(line, name).allSatisfy({ lowerCased($0) == lowerCased($1) })
        else { continue }
        out.append(contentsOf: line[(name.count + 1)...].prefix { $0 != UInt8(ascii: ";") })
        return true
      }
      return false
    }
  }
}

extension [UInt8] {
  /// Seconds with three decimals; `-` where there is none.
  fileprivate mutating func append(duration: Duration?) {
    guard let duration else { return append(UInt8(ascii: "-")) }
    let (seconds, attoseconds) = duration.components
    append(milliseconds: seconds.multipliedSaturated(by: 1000) + attoseconds / 1_000_000_000_000_000)
  }
}
