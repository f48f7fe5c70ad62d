import ConfigSyntax

extension Grammar where Value == [ProxyHeader] {
  static var proxyHeader: Grammar {
    Grammar("field value", .exactly(2)) { invocation throws(Diagnostic) in
      let header = ProxyHeader(name: invocation.text(0), value: try invocation.template(1))
      guard header.name.isToken else {
        throw invocation.error("\"\(header.name)\" is no name of a header")
      }
      let isFraming = ["content-length", "transfer-encoding"].contains(header.name.lowercased())
      if isFraming, header.value.literal?.isEmpty != true {
        invocation.warn("\"\(header.name)\" follows from the body that is sent: the value given here is not used")
      }
      return [header]
    }
  }
}

extension String {
  /// RFC 9110 §5.6.2.
  fileprivate var isToken: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}

extension Grammar where Value == Template? {
  static var bindAddress: Grammar {
    Grammar("address [transparent] | off", .between(1, 2)) { invocation throws(Diagnostic) in
      guard invocation.count == 1 else {
        guard invocation.text(1) == "transparent" else { throw invocation.invalidParameter(invocation.text(1)) }
        throw invocation.error("the \"transparent\" parameter of \"proxy_bind\" is not supported")
      }
      return invocation.text(0) == "off" ? nil : try invocation.template(0)
    }
  }
}

extension Grammar where Value == [String] {
  private static let ignorable: Set<String> = [
    "X-Accel-Redirect", "X-Accel-Expires", "X-Accel-Limit-Rate", "X-Accel-Buffering", "X-Accel-Charset", "Expires",
    "Cache-Control", "Set-Cookie", "Vary",
  ]

  /// In lower case, as names of protocols are compared.
  static var upgradeProtocols: Grammar {
    Grammar("off | protocol …", .atLeast(1)) { invocation throws(Diagnostic) in
      if invocation.count == 1, invocation.text(0) == "off" { return [] }
      for text in invocation.texts where !text.split(separator: "/", maxSplits: 1).allSatisfy({ String($0).isToken }) {
        throw invocation.error("invalid protocol \"\(text)\"")
      }
      return invocation.texts.map { $0.lowercased() }
    }
  }

  static var ignoredHeaders: Grammar {
    Grammar("field …", .atLeast(1)) { invocation throws(Diagnostic) in
      for text in invocation.texts where !ignorable.contains(text) {
        throw invocation.error("invalid value \"\(text)\"")
      }
      return invocation.texts
    }
  }
}

extension Grammar where Value == [ProxyCookieRewrite] {
  static var cookieRewrite: Grammar {
    Grammar("off | from to", .between(1, 2)) { invocation throws(Diagnostic) in
      guard invocation.count == 2 else {
        guard invocation.text(0) == "off" else { throw invocation.invalidParameter(invocation.text(0)) }
        return [.off]
      }
      let replacement = try invocation.template(1)
      if let pattern = invocation.text(0).after("~") {
        let isCaseless = pattern.hasPrefix("*")
        let text = isCaseless ? String(pattern.dropFirst()) : pattern
        return [.regex(try invocation.regex(text, caseInsensitive: isCaseless), to: replacement)]
      }
      return [.replace(from: try invocation.template(0), to: replacement)]
    }
  }
}

extension Grammar where Value == [ProxyCookieFlags] {
  static var cookieFlags: Grammar {
    Grammar("off | cookie [flag …]", .atLeast(1)) { invocation throws(Diagnostic) in
      if invocation.count == 1, invocation.text(0) == "off" { return [.off] }
      guard invocation.count > 1 else { throw invocation.invalidParameter(invocation.text(0)) }
      var flags: [Template] = []
      for index in 1..<invocation.count { flags.append(try invocation.cookieFlag(index)) }
      if let pattern = invocation.text(0).after("~") {
        return [.regex(try invocation.regex(pattern, caseInsensitive: true), flags: flags)]
      }
      return [.flags(cookie: try invocation.template(0), flags: flags)]
    }
  }
}

extension Invocation {
  private static let cookieFlagNames: Set<String> = [
    "secure", "httponly", "samesite=strict", "samesite=lax", "samesite=none", "nosecure", "nohttponly", "nosamesite",
  ]

  fileprivate func cookieFlag(_ index: Int) throws(Diagnostic) -> Template {
    let flag = try template(index)
    if !flag.hasVariables, !Self.cookieFlagNames.contains(text(index).lowercased()) {
      warn("unknown proxy_cookie_flags flag \"\(text(index))\"")
    }
    return flag
  }

  func addRedirect() throws(Diagnostic) {
    let setting = scope.settings.location.proxy.$redirect
    let known = setting.isSet ? setting.wrappedValue : []
    let isOff = if case .off = known.first { true } else { false }
    if isOff || (count == 1 && text(0) == "off" && !known.isEmpty) { throw duplicate() }
    scope.settings.location.proxy.$redirect.set(known + [try redirect()], at: position)
  }

  private func redirect() throws(Diagnostic) -> ProxyRedirect {
    guard count == 2 else { return try defaultRedirect() }
    let replacement = try template(1)
    guard let pattern = text(0).after("~") else {
      return .replace(from: try template(0), to: replacement)
    }
    let isCaseless = pattern.hasPrefix("*")
    let text = isCaseless ? String(pattern.dropFirst()) : pattern
    _ = try regex(text, caseInsensitive: isCaseless)
    return .regex(pattern: text, caseInsensitive: isCaseless, to: replacement)
  }

  private func defaultRedirect() throws(Diagnostic) -> ProxyRedirect {
    if text(0) == "off" { return .off }
    guard text(0) == "default" else { throw invalidParameter(text(0)) }
    switch scope.settings.location.content {
    case .proxyPass(let pass) where pass.dynamicURL == nil: return .default
    case .proxyPass:
      throw error("\"proxy_redirect default\" cannot be used with \"proxy_pass\" directive with variables")
    default: throw error("\"proxy_redirect default\" should be placed after the \"proxy_pass\" directive")
    }
  }
}
