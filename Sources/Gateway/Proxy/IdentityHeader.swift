/// Header fields by which a TLS terminator tells a backend who the client is.
///
/// A client that could send them itself would choose its own identity, so they are dropped before a request is proxied
/// (`proxy_strip_identity_headers`). Backends fold `_` and `-` and the case of names into one (CGI, WSGI), hence so does this.
enum IdentityHeader {
  /// Whether a field of that name claims an identity: `X-SSL-Client*`, `SSL-Client*`, `X-Forwarded-Client-Cert*` and
  /// `Client-Cert*` (RFC 9440) in any spelling.
  static func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first else { return false }
    return switch folded(first) {
    case UInt8(ascii: "x"): hasPrefix(name, "x-ssl-client") || hasPrefix(name, "x-forwarded-client-cert")
    case UInt8(ascii: "s"): hasPrefix(name, "ssl-client")
    case UInt8(ascii: "c"): hasPrefix(name, "client-cert")
    default: false
    }
  }

  static func matches(_ name: [UInt8]) -> Bool { name.withUnsafeBytes { matches($0) } }

  /// Lower case, with `-` for `_`.
  static func folded(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x41...0x5A: byte | 0x20
    case UInt8(ascii: "_"): UInt8(ascii: "-")
    default: byte
    }
  }

  private static func hasPrefix(_ name: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
    guard name.count >= prefix.utf8CodeUnitCount else { return false }
    for index in 0..<prefix.utf8CodeUnitCount where folded(name[index]) != prefix.utf8Start[index] { return false }
    return true
  }
}
