import PKI

/// A subtree for a CA's name constraints (RFC 5280 §4.2.1.10).
public enum ConstrainedName: Sendable, Hashable {
  /// `dns:example.com` is that name and all below it.
  case dns(String)
  /// `email:example.com` is every mailbox of that host, `.example.com` of the hosts below, `a@example.com` that one.
  case email(String)
  /// `uri:example.com`, `uri:.example.com`: hosts.
  case uri(String)
  /// `ip:10.0.0.0/8`, address and mask.
  case ip([UInt8])
  /// `dn:/C=US/O=Example`: every name that begins so.
  case directory(DistinguishedName)

  public init(_ text: String) throws(AuthorityError) {
    guard let colon = text.firstIndex(of: ":"), text.index(after: colon) < text.endIndex else {
      throw Self.notUnderstood(text)
    }
    let value = String(text[text.index(after: colon)...])
    switch text[..<colon].lowercased() {
    case "dns": self = .dns(value.hasPrefix("*.") ? String(value.dropFirst(2)) : value)
    case "email": self = .email(value.hasPrefix("@") ? String(value.dropFirst()) : value)
    case "uri": self = .uri(value)
    case "ip":
      guard let network = NetworkText.octets(value) else { throw Self.notUnderstood(text) }
      self = .ip(network)
    case "dn":
      guard let name = try? DistinguishedName(parsing: value) else { throw Self.notUnderstood(text) }
      self = .directory(name)
    default: throw Self.notUnderstood(text)
    }
  }

  var generalName: GeneralName {
    switch self {
    case .dns(let text): .dns(text)
    case .email(let text): .email(text)
    case .uri(let text): .uri(text)
    case .ip(let bytes): .ip(bytes)
    case .directory(let name): .directory(name)
    }
  }

  private static func notUnderstood(_ text: String) -> AuthorityError {
    .invalidValue(
      what: "name constraint", value: text,
      accepted: "dns:example.com, email:example.com, uri:.example.com, ip:10.0.0.0/8 or dn:/C=US/O=Example")
  }
}
