import PKI

/// A SPIFFE ID as the standard defines it (SPIFFE-ID §2): `spiffe://trust-domain/path`.
struct SPIFFEID: Hashable, Sendable {
  let trustDomain: String
  /// Segments; empty for the trust domain itself.
  let path: [String]

  init?(_ uri: String) {
    guard Self.isClaimed(by: uri), uri.utf8.count <= 2048 else { return nil }
    self.init(afterScheme: uri.dropFirst("spiffe:".count))
  }

  /// Whether the URI has the scheme, in any case of its letters (RFC 3986 §3.1).
  static func isClaimed(by uri: String) -> Bool { ExactText(uri).loweredASCII.hasPrefix("spiffe:") }

  /// - Parameter text: from the `//` on.
  init?(afterScheme text: Substring) {
    // From here on all is ASCII, of which no two texts are equivalent.
    guard text.hasPrefix("//"), text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let parts = text.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let domain = parts.first, !domain.isEmpty, domain.utf8.count <= 255, domain.utf8.allSatisfy(Self.isNameByte),
      parts.dropFirst().allSatisfy(Self.isSegment)
    else { return nil }
    trustDomain = domain.lowercased()
    path = Array(parts.dropFirst())
  }

  private static func isSegment(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".." && text.utf8.allSatisfy(isNameByte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

/// One ID, everything below a path, or with the trust domain alone everything in it.
struct SPIFFEPattern: Hashable, Sendable {
  private let id: SPIFFEID
  private let isPrefix: Bool

  /// - Parameter text: from the `//` on.
  init?(_ text: String) {
    let hasStar = text.hasSuffix("/*")
    guard let id = SPIFFEID(afterScheme: hasStar ? text.dropLast(2) : text[...]) else { return nil }
    self.id = id
    isPrefix = hasStar || id.path.isEmpty
  }

  /// A certificate with more than one URI is no SVID (X509-SVID §2).
  func matches(_ uris: [String]) -> Bool {
    guard uris.count == 1, let presented = SPIFFEID(uris[0]), presented.trustDomain == id.trustDomain else {
      return false
    }
    return isPrefix ? presented.path.starts(with: id.path) && below(presented) : presented.path == id.path
  }

  private func below(_ presented: SPIFFEID) -> Bool { id.path.isEmpty || presented.path.count > id.path.count }
}
