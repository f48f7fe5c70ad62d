import PKI

/// The names a profile allows. A kind without patterns is not allowed at all; `*` alone allows every name of the kind.
public struct NamePolicy: Sendable, Hashable {
  /// `example.com` is that name; `*.example.com` is any name below it; `.example.com` both.
  public var dns: [String]
  /// Networks: `10.0.0.0/8`, or one address.
  public var ip: [String]
  /// `alice@example.com`, or `@example.com` for every mailbox there.
  public var email: [String]
  /// Prefixes up to a `/`: `spiffe://example.com/`.
  public var uri: [String]
  /// The subject's common name: exactly, or with one `*` at the beginning or the end.
  public var commonName: [String]

  public init(
    dns: [String] = [], ip: [String] = [], email: [String] = [], uri: [String] = [], commonName: [String] = ["*"]
  ) {
    self.dns = dns
    self.ip = ip
    self.email = email
    self.uri = uri
    self.commonName = commonName
  }

  public func allows(_ name: RequestedName) -> Bool {
    let patterns = patterns(for: name)
    if patterns.contains("*") { return true }
    switch name {
    case .dns(let text): return patterns.contains { Self.dns(text.lowercased(), matches: $0.lowercased()) }
    case .ip(let address):
      return patterns.contains { NetworkText.octets($0).map { NetworkText.network($0, contains: address) } ?? false }
    case .email(let text): return patterns.contains { Self.email(text, matches: $0) }
    case .uri(let text): return patterns.contains { text == $0 || ($0.hasSuffix("/") && text.hasPrefix($0)) }
    }
  }

  public func allows(commonName name: String) -> Bool {
    commonName.contains { pattern in
      if pattern.hasPrefix("*") { return name.hasSuffix(pattern.dropFirst()) }
      if pattern.hasSuffix("*") { return name.hasPrefix(pattern.dropLast()) }
      return name == pattern
    }
  }

  /// For errors: what of this name's kind is allowed.
  func accepted(for name: RequestedName) -> String {
    let patterns = patterns(for: name)
    return patterns.isEmpty ? "no name of this kind" : patterns.joined(separator: ", ")
  }

  private func patterns(for name: RequestedName) -> [String] {
    switch name {
    case .dns: dns
    case .ip: ip
    case .email: email
    case .uri: uri
    }
  }

  private static func dns(_ name: String, matches pattern: String) -> Bool {
    if pattern.hasPrefix("*.") { return name.hasSuffix(pattern.dropFirst()) && name.count > pattern.count - 1 }
    if pattern.hasPrefix(".") { return name.hasSuffix(pattern) || name == pattern.dropFirst() }
    return name == pattern
  }

  private static func email(_ address: String, matches pattern: String) -> Bool {
    guard let at = address.lastIndex(of: "@") else { return false }
    let host = address[at...].lowercased()
    return pattern.hasPrefix("@") ? host == pattern.lowercased() : address[..<at] + host == Self.lowercasedHost(pattern)
  }

  private static func lowercasedHost(_ address: String) -> String {
    guard let at = address.lastIndex(of: "@") else { return address }
    return address[..<at] + address[at...].lowercased()
  }
}
