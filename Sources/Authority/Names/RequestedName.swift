import PKI

/// A subject alternative name as an operator writes it: `dns:`, `ip:`, `email:` or `uri:` and the value.
public enum RequestedName: Sendable, Hashable, CustomStringConvertible {
  case dns(String)
  case ip([UInt8])
  case email(String)
  case uri(String)

  /// `dns:a.example`, `ip:192.0.2.1`, `ip:2001:db8::1`, `email:a@example.com`, `uri:spiffe://example.com/a`; the
  /// prefix in any case.
  public init(_ text: String) throws(AuthorityError) {
    guard let colon = text.firstIndex(of: ":") else { throw Self.notUnderstood(text) }
    let value = String(text[text.index(after: colon)...])
    switch text[..<colon].lowercased() {
    case "dns": self = .dns(value)
    case "email": self = .email(value)
    case "uri": self = .uri(value)
    case "ip":
      guard let address = IPAddressText.octets(value) else { throw Self.notUnderstood(text) }
      self = .ip(address)
    default: throw Self.notUnderstood(text)
    }
    guard !value.isEmpty else { throw Self.notUnderstood(text) }
  }

  /// What a bare name of a certificate stands for; nil for a name that is none of the four, such as `alice`.
  ///
  /// - Parameter isServer: a server's bare name is a DNS name even without a dot (`localhost`).
  public static func guess(_ name: String, isServer: Bool) -> RequestedName? {
    if let address = IPAddressText.octets(name) { return .ip(address) }
    if name.contains("://") { return .uri(name) }
    if name.contains("@") { return .email(name) }
    return isServer ? .dns(name) : nil
  }

  /// Nil for the kinds of names that are not issued here.
  public init?(_ name: GeneralName) {
    switch name {
    case .dns(let text): self = .dns(text)
    case .email(let text): self = .email(text)
    case .uri(let text): self = .uri(text)
    case .ip(let bytes): self = .ip(bytes)
    default: return nil
    }
  }

  public var generalName: GeneralName {
    switch self {
    case .dns(let text): .dns(text)
    case .email(let text): .email(text)
    case .uri(let text): .uri(text)
    case .ip(let bytes): .ip(bytes)
    }
  }

  public var description: String {
    switch self {
    case .dns(let text): "dns:" + text
    case .email(let text): "email:" + text
    case .uri(let text): "uri:" + text
    case .ip(let bytes): "ip:" + IPAddressText.text(bytes)
    }
  }

  private static func notUnderstood(_ text: String) -> AuthorityError {
    .invalidValue(what: "name", value: text, accepted: "dns:NAME, ip:ADDRESS, email:ADDRESS or uri:URI")
  }
}
