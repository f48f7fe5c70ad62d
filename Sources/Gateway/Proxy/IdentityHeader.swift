/// Header fields by which a TLS terminator tells a backend who the client is.
///
/// A client that could send them itself would choose its own identity, so they are dropped before a request is proxied
/// (`proxy_strip_identity_headers`). Backends fold the case of names and whatever is neither letter nor digit (CGI, WSGI,
/// Java's containers), hence so does this.
enum IdentityHeader {
  /// Whether a field of that name claims an identity, in any spelling.
  static func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first else { return false }
    return switch folded(first) {
    case UInt8(ascii: "x"):
      xFamilies.contains { hasPrefix(name, $0) } || clientFacts.contains { isOrBelow(name, $0) }
    case UInt8(ascii: "s"): hasPrefix(name, "ssl-") || hasPrefix(name, "sslclient")
    case UInt8(ascii: "c"):
      hasPrefix(name, "client-cert") || hasPrefix(name, "cf-client-cert") || hasPrefix(name, "cert-chain")
    case UInt8(ascii: "t"): hasPrefix(name, "tls-client")
    case UInt8(ascii: "w"): hasPrefix(name, "wl-proxy-client-cert")
    default: false
    }
  }

  /// Beginnings of names: nginx's guides, HAProxy and Apache (`X-SSL-*`), Envoy, Traefik, AWS and Azure.
  private static let xFamilies: [StaticString] = [
    "x-ssl", "x-tls-client", "x-mtls", "x-client-cert", "x-client-ssl", "x-client-tls", "x-forwarded-client-cert",
    "x-forwarded-tls", "x-forwarded-ssl-", "x-amzn-mtls", "x-amzn-tls-client", "x-arr-clientcert", "x-arr-ssl",
    "x-spiffe", "x-peer-cert",
  ]

  /// `X-Client-…` is a wide family: these members are about certificates, each alone or with more behind a `-`.
  private static let clientFacts: [StaticString] = [
    "x-client-dn", "x-client-s-dn", "x-client-i-dn", "x-client-cn", "x-client-common-name", "x-client-verify",
    "x-client-verified", "x-client-subject", "x-client-issuer", "x-client-serial", "x-client-san", "x-client-sans",
    "x-client-fingerprint", "x-client-sha1", "x-client-sha256", "x-client-spiffe", "x-client-uri-sans",
    "x-client-dns-sans",
  ]

  static func matches(_ name: [UInt8]) -> Bool { name.withUnsafeBytes { matches($0) } }

  /// Lower case, and `-` for whatever is neither letter nor digit.
  static func folded(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x41...0x5A: byte | 0x20
    case 0x61...0x7A, 0x30...0x39: byte
    default: UInt8(ascii: "-")
    }
  }

  private static func isOrBelow(_ name: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
    guard hasPrefix(name, prefix) else { return false }
    let length = prefix.utf8CodeUnitCount
    return name.count == length || folded(name[length]) == UInt8(ascii: "-")
  }

  private static func hasPrefix(_ name: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
    guard name.count >= prefix.utf8CodeUnitCount else { return false }
    for index in 0..<prefix.utf8CodeUnitCount where folded(name[index]) != prefix.utf8Start[index] { return false }
    return true
  }
}
