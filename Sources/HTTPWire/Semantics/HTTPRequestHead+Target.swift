extension HTTPRequestHead {
  /// The target in origin-form: an absolute-form target without scheme and authority, `/` where that leaves no path
  /// (RFC 9112 §3.2.2). `*` and authority-form targets stay as they are.
  public var originForm: [UInt8] {
    guard let first = target.first, first != 0x2F, first != 0x2A, method != .connect else { return target }
    guard let colon = target.firstIndex(of: 0x3A), target.count >= colon + 3 else { return target }
    let rest = target[(colon + 3)...]
    guard let start = rest.firstIndex(where: { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 }) else { return [0x2F] }
    return target[start] == 0x2F ? Array(target[start...]) : [0x2F] + target[start...]
  }

  /// The request line as the client sent it, without its CRLF: `$request`. For HTTP/2, as nginx words it.
  public var requestLine: [UInt8] {
    if let malformedLine { return malformedLine }
    var line = method.name
    line.append(0x20)
    line.append(contentsOf: target)
    line.append(0x20)
    line.append(contentsOf: version.name.fieldBytes)
    return line
  }

  /// Whether the client means to keep the connection after this request (RFC 9112 §9.3).
  public var keepsConnection: Bool {
    let asked = fields.withFirst("connection") { value -> Bool? in
      if value.hasListMember("close") { return false }
      return value.hasListMember("keep-alive") ? true : nil
    }
    return (asked ?? nil) ?? (version >= .http1_1)
  }

  /// Asks for a 100 before it sends its body (RFC 9110 §10.1.1).
  public var expectsContinue: Bool {
    version == .http1_0 ? false : fields.withFirst("expect") { $0.equalsIgnoringCase("100-continue") } ?? false
  }
}

extension HTTPVersion {
  /// `$server_protocol`.
  public var name: StaticString {
    switch (major, minor) {
    case (1, 0): "HTTP/1.0"
    case (2, _): "HTTP/2.0"
    case (3, _): "HTTP/3.0"
    case (0, _): "HTTP/0.9"
    default: "HTTP/1.1"
    }
  }
}
