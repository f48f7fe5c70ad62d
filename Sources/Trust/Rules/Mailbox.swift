import PKI

/// A mailbox of RFC 5321 §4.1.2: `Local-part@Domain`, the domain a DNS name or an address in brackets. Equal when the
/// local parts are and the domains are but for case (RFC 5280 §7.5).
struct Mailbox: Equatable {
  let local: ExactText
  /// Lower case, without the root's dot.
  let host: ExactText

  /// Nil for anything else: a display name, two at signs, spaces, a domain that is none.
  init?(_ text: String) {
    guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    self.init(local: text.utf8[..<at], host: text[text.utf8.index(after: at)...])
  }

  private init?(local: Substring.UTF8View, host: Substring) {
    let name = String(decoding: NameSyntax.lowered(host), as: UTF8.self)
    guard Self.isLocalPart(local), NameSyntax.isDNSName(String(host)) || Self.isAddressLiteral(name) else { return nil }
    self.local = ExactText(Substring(local))
    self.host = ExactText(name)
  }

  /// A quoted string, or a dot-string. Two dots in a row, which the grammar forbids, are in use.
  private static func isLocalPart(_ local: Substring.UTF8View) -> Bool {
    guard local.count <= 255, let first = local.first, let last = local.last else { return false }
    let quote = UInt8(ascii: "\"")
    if first == quote {
      return local.count >= 2 && last == quote && local.allSatisfy { (0x20..<0x7f).contains($0) }
    }
    return local.allSatisfy { (0x21..<0x7f).contains($0) && !"\"(),:;<>@[\\]".utf8.contains($0) }
  }

  private static func isAddressLiteral(_ host: String) -> Bool {
    host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
      && host.utf8.dropFirst().dropLast().allSatisfy {
        (0x30...0x3a).contains($0) || (0x61...0x7a).contains($0) || $0 == UInt8(ascii: ".")
      }
  }
}

/// The authority of a URI (RFC 3986 §3.2).
enum URIAuthority {
  /// The host without user information and port; nil when there is no authority or it is empty.
  static func host(_ uri: String) -> String? {
    // The authority follows the scheme at once; slashes further on are a path's.
    guard let colon = uri.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let rest = uri.utf8[uri.utf8.index(after: colon)...]
    guard rest.starts(with: "//".utf8) else { return nil }
    let ends: Set<UInt8> = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\")]
    var authority = rest.dropFirst(2).prefix { !ends.contains($0) }
    if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
      authority = authority[authority.index(after: at)...]
    }
    if authority.first == UInt8(ascii: "[") { return String(decoding: authority, as: UTF8.self) }
    let host = authority.prefix { $0 != UInt8(ascii: ":") }
    return host.isEmpty ? nil : String(decoding: host, as: UTF8.self)
  }
}
