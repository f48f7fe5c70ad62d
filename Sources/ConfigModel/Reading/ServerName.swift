import ConfigSyntax

extension ServerNameDraft {
  /// One argument of `server_name`.
  init(_ written: String, _ invocation: Invocation) throws(Diagnostic) {
    if written.hasPrefix("*"), written.utf8.count < 3 || !written.hasPrefix("*.") {
      throw invocation.error("server name \"\(written)\" is invalid")
    }
    if written.hasPrefix("."), written.utf8.count < 2 {
      throw invocation.error("server name \"\(written)\" is invalid")
    }
    if written.contains("/") { invocation.warn("server name \"\(written)\" has suspicious symbols") }
    let isHostname = written.lowercased() == "$hostname"
    let shown = isHostname ? invocation.reading.host.name : written
    text = shown.hasPrefix("~") ? shown : shown.lowercased()
    pattern = try Self.pattern(text, invocation)
  }

  private static func pattern(_ text: String, _ invocation: Invocation) throws(Diagnostic) -> ServerNamePattern {
    if let regex = text.after("~") {
      guard !regex.isEmpty else { throw invocation.error("empty regex in server name \"\(text)\"") }
      let hasUpper = regex.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
      return .regex(try invocation.regex(regex, caseInsensitive: hasUpper))
    }
    return plainPattern(text)
  }

  /// A name that is neither a host name nor a wildcard is kept: it matters only beside other servers.
  private static func plainPattern(_ name: String) -> ServerNamePattern {
    let wildcards = name.utf8.count { $0 == UInt8(ascii: "*") }
    switch wildcards {
    case 0: return name.hasPrefix(".") ? .dotted(suffix: name) : .exact(name)
    case 1 where name.hasPrefix("*."): return .leadingWildcard(suffix: String(name.dropFirst()))
    case 1 where name.hasSuffix(".*") && name.utf8.count > 2:
      return .trailingWildcard(prefix: String(name.dropLast()))
    default: return .exact(name)
    }
  }

  var isValid: Bool {
    guard case .exact(let name) = pattern else { return true }
    return !name.contains("..") && !name.contains("*")
  }
}
