import Cryptography
import HTTPWire

extension VariableTable {
  /// What the client asked for.
  static let request: [String: VariableGetter] = [
    "request": bytes { $0.head.requestLine },
    "request_method": { request, out in
      request.method.withName { out.append(contentsOf: $0) }
      return true
    },
    "request_uri": bytes { $0.unparsedURI },
    "uri": bytes { $0.uri },
    "document_uri": bytes { $0.uri },
    "args": bytes { $0.args },
    "query_string": bytes { $0.args },
    "is_args": { request, out in
      if !request.args.isEmpty { out.append(UInt8(ascii: "?")) }
      return true
    },
    "host": bytes { $0.host.isEmpty ? $0.server.name : $0.host },
    "request_port": { request, out in
      if request.hostPort > 0 { out.append(decimal: request.hostPort) }
      return true
    },
    "is_request_port": { request, out in
      if request.hostPort > 0 { out.append(UInt8(ascii: ":")) }
      return true
    },
    "server_protocol": { request, out in
      out.append(ascii: request.head.version.name)
      return true
    },
    "scheme": { request, out in
      out.append(ascii: request.isTLS ? "https" : "http")
      return true
    },
    "https": { request, out in
      if request.isTLS { out.append(ascii: "on") }
      return true
    },
    "http2": { request, out in
      guard request.head.version >= .http2 else { return false }
      out.append(ascii: request.isTLS ? "h2" : "h2c")
      return true
    },
    "content_type": requestField("content_type"),
    "content_length": field("content-length"),
    "request_length": number { $0.exchange.requestLength },
    "request_id": { request, out in
      request.appendIdentifier(to: &out)
      return true
    },
    "request_body": { request, out in
      guard let body = request.bufferedBody, body.readableBytes > 0 else { return false }
      out.append(contentsOf: body.readableBytesView)
      return true
    },
    "request_body_file": { request, out in
      guard let path = request.proxiedBody?.path else { return false }
      out.append(contentsOf: path.utf8)
      return true
    },
    "remote_user": { request, out in request.appendRemoteUser(to: &out) },
  ]

  static func bytes(_ value: @escaping @Sendable (Request) -> [UInt8]) -> VariableGetter {
    { request, out in
      out.append(contentsOf: value(request))
      return true
    }
  }

  static func number(_ value: @escaping @Sendable (Request) -> Int) -> VariableGetter {
    { request, out in
      out.append(decimal: value(request))
      return true
    }
  }

  private static func field(_ name: StaticString) -> VariableGetter {
    { request, out in
      request.head.fields.withFirst(name) {
        out.append(contentsOf: $0)
        return true
      } ?? false
    }
  }

  /// `$http_NAME`: all fields of that name; cookies are joined as HTTP/2 splits them (RFC 9113 §8.2.3).
  static let requestField: @Sendable (String) -> VariableGetter = { rest in
    let name = Array(rest.utf8)
    let separator: StaticString = rest == "cookie" ? "; " : ", "
    return { request, out in request.head.fields.append(allNamed: name, separatedBy: separator, to: &out) }
  }

  /// `$arg_NAME`: the first argument of that name, in either case.
  static let argument: @Sendable (String) -> VariableGetter = { rest in
    let name = Array(rest.utf8)
    return { request, out in
      guard !name.isEmpty else { return false }
      for part in request.args.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
        guard part.count > name.count, part[part.startIndex + name.count] == UInt8(ascii: "="),
          zip(part, name).allSatisfy({ lowerCased($0) == lowerCased($1) })
        else { continue }
        out.append(contentsOf: part.dropFirst(name.count + 1))
        return true
      }
      return false
    }
  }

  /// `$cookie_NAME` (RFC 6265 §4.2.1).
  static let cookie: @Sendable (String) -> VariableGetter = { rest in
    let name = Array(rest.utf8)
    return { request, out in
      for line in request.head.fields.all("cookie") {
        for part in line.split(separator: UInt8(ascii: ";")) {
          let pair = part.drop { $0 == 0x20 || $0 == 0x09 }
          guard pair.count > name.count, pair[pair.startIndex + name.count] == UInt8(ascii: "="),
            zip(pair, name).allSatisfy({ lowerCased($0) == lowerCased($1) })
          else { continue }
          out.append(contentsOf: pair.dropFirst(name.count + 1))
          return true
        }
      }
      return false
    }
  }
}

extension HTTPFields {
  /// Joins the values of all fields whose name is `name` with `-` read as `_`.
  ///
  /// - Parameter name: in lower case.
  /// - Returns: whether there is one.
  func append(allNamed name: [UInt8], separatedBy separator: StaticString, to out: inout [UInt8]) -> Bool {
    var isFound = false
    forEach { candidate, value in
      guard candidate.count == name.count else { return }
      for (a, b) in zip(candidate, name) where (a == UInt8(ascii: "-") ? UInt8(ascii: "_") : lowerCased(a)) != b {
        return
      }
      if isFound { out.append(ascii: separator) }
      isFound = true
      out.append(contentsOf: value)
    }
    return isFound
  }
}

extension Request {
  /// `$request_id`: 16 random bytes, the same for the whole request.
  fileprivate func appendIdentifier(to out: inout [UInt8]) {
    if let identifier {
      out.append(contentsOf: identifier)
      return
    }
    var made: [UInt8] = []
    made.append(hex: secureRandomBytes(16))
    identifier = made
    out.append(contentsOf: made)
  }

  /// `$remote_user`: the name of Basic authentication (RFC 7617 §2), whoever checks it.
  fileprivate func appendRemoteUser(to out: inout [UInt8]) -> Bool {
    guard let value = head.fields.first("authorization"), value.count > 6,
      value[..<6].map(lowerCased).elementsEqual("basic ".utf8), let text = Base64.decode(value[6...]),
      let colon = text.firstIndex(of: UInt8(ascii: ":"))
    else { return false }
    out.append(contentsOf: text[..<colon])
    return true
  }
}
