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
    case .dns(let text):
      let name = ExactText(text).loweredASCII
      return patterns.contains { Self.dns(name, matches: ExactText($0).loweredASCII) }
    case .ip(let address):
      return patterns.contains { NetworkText.octets($0).map { NetworkText.network($0, contains: address) } ?? false }
    case .email(let text):
      let address = Self.loweredHost(ExactText(text))
      return patterns.contains { Self.email(address, matches: ExactText($0)) }
    case .uri(let text):
      let uri = ExactText(text)
      return patterns.map { ExactText($0) }.contains { uri == $0 || ($0.hasSuffix("/") && uri.hasPrefix($0)) }
    }
  }

  /// A value that is no text is allowed where every name is.
  func allows(commonName attribute: AttributeTypeAndValue) -> Bool {
    attribute.text.map { allows(commonName: $0) } ?? commonName.contains("*")
  }

  public func allows(commonName name: String) -> Bool {
    let name = ExactText(name)
    return commonName.map { ExactText($0) }.contains { pattern in
      if pattern.hasPrefix("*") { return name.hasSuffix(pattern.dropFirst(1)) }
      if pattern.hasSuffix("*") { return name.hasPrefix(pattern.dropLast(1)) }
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

  private static func dns(_ name: ExactText, matches pattern: ExactText) -> Bool {
    if pattern.hasPrefix("*.") {
      return name.hasSuffix(pattern.dropFirst(1)) && name.octets.count > pattern.octets.count - 1
    }
    if pattern.hasPrefix(".") { return name.hasSuffix(pattern) || name == pattern.dropFirst(1) }
    return name == pattern
  }

  /// - Parameter address: its host in lower case.
  private static func email(_ address: ExactText, matches pattern: ExactText) -> Bool {
    guard let at = address.octets.lastIndex(of: UInt8(ascii: "@")) else { return false }
    if pattern.hasPrefix("@") { return address.dropFirst(at) == pattern.loweredASCII }
    return address == loweredHost(pattern)
  }

  private static func loweredHost(_ address: ExactText) -> ExactText {
    guard let at = address.octets.lastIndex(of: UInt8(ascii: "@")) else { return address }
    return address.loweredBehind(at)
  }
}
