/// An e-mail address split at its last at sign. Equal when the local parts are and the hosts are but for case
/// (RFC 5280 §7.5).
struct Mailbox: Equatable {
  let local: String
  /// Lower case.
  let host: String

  init?(_ text: String) {
    guard NameSyntax.isMailbox(text), let at = text.lastIndex(of: "@") else { return nil }
    local = String(text[..<at])
    host = text[text.index(after: at)...].lowercased()
  }
}

/// The authority of a URI (RFC 3986 §3.2).
enum URIAuthority {
  /// The host without user information and port; nil when there is no authority or it is empty.
  static func host(_ uri: String) -> String? {
    guard let slashes = uri.utf8.firstRange(of: "://".utf8) else { return nil }
    let ends: Set<UInt8> = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
    var authority = uri.utf8[slashes.upperBound...].prefix { !ends.contains($0) }
    if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
      authority = authority[authority.index(after: at)...]
    }
    if authority.first == UInt8(ascii: "[") { return String(decoding: authority, as: UTF8.self) }
    let host = authority.prefix { $0 != UInt8(ascii: ":") }
    return host.isEmpty ? nil : String(decoding: host, as: UTF8.self)
  }
}
