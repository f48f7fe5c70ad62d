/// Where an OCSP responder is asked: `http://host[:port][/path]` (RFC 6960 appendix A; its answers are signed).
struct ResponderURL: Hashable, Sendable {
  /// Without the brackets of an IPv6 address.
  let host: String
  let port: Int
  /// Path and query, never empty.
  let target: String
  /// As `Host` has it.
  let authority: String

  /// `nil` for another scheme, user information, or anything that could break a request line.
  init?(_ text: String) {
    guard text.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      text.prefix(7).lowercased() == "http://"
    else { return nil }
    let rest = text.dropFirst(7).prefix { $0 != "#" }
    let place = rest.prefix { $0 != "/" && $0 != "?" }
    let path = rest.dropFirst(place.count)
    guard let (host, port) = Self.split(place) else { return nil }
    self.host = host
    self.port = port
    authority = String(place)
    target = path.hasPrefix("/") ? String(path) : "/" + path
  }

  private static func split(_ place: Substring) -> (String, Int)? {
    var name = place
    var port = 80
    if let colon = place.lastIndex(of: ":"), !place.hasSuffix("]") {
      guard let number = UInt16(place[place.index(after: colon)...]), number > 0 else { return nil }
      port = Int(number)
      name = place[..<colon]
    }
    if name.hasPrefix("["), name.hasSuffix("]") {
      let inside = name.dropFirst().dropLast()
      return inside.contains(":") && inside.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        ? (String(inside), port) : nil
    }
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else { return nil }
    return (String(name), port)
  }
}

extension ResponderURL: CustomStringConvertible {
  var description: String { "http://\(authority)\(target)" }
}
