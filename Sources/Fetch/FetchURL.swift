/// Where a request goes: `http://host[:port][/path]`, `https://…`, or `unix:/path/of/socket[:/path]`.
public struct FetchURL: Hashable, Sendable {
  public enum Scheme: String, Hashable, Sendable {
    case http
    case https
    /// HTTP over a socket of this machine.
    case unix

    var defaultPort: Int { self == .https ? 443 : 80 }
  }

  public let scheme: Scheme
  /// In lower case, without the brackets of an IPv6 address; a socket's path.
  public let host: String
  /// 0 for a socket.
  public let port: Int
  /// Path and query, never empty; a fragment is dropped (RFC 9110 §7.1).
  public let target: String
  /// As `Host` has it.
  public let authority: String

  static let longest = 4096

  /// `nil` for another scheme, user information, or anything that could break a request line.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
    guard let colon = text.firstIndex(of: ":"), let scheme = Scheme(rawValue: text[..<colon].lowercased()) else {
      return nil
    }
    let rest = text[text.index(after: colon)...]
    if scheme == .unix {
      self.init(socket: rest)
    } else {
      guard rest.hasPrefix("//") else { return nil }
      self.init(scheme, rest.dropFirst(2))
    }
  }

  private init?(_ scheme: Scheme, _ text: Substring) {
    let whole = text.prefix { $0 != "#" }
    let place = whole.prefix { $0 != "/" && $0 != "?" }
    let path = whole.dropFirst(place.count)
    guard let (host, port) = Self.split(place, scheme) else { return nil }
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port
    authority = String(place)
    target = path.hasPrefix("/") ? String(path) : "/" + path
  }

  private init?(socket text: Substring) {
    let path = text.prefix { $0 != ":" }
    let rest = text.dropFirst(path.count + 1).prefix { $0 != "#" }
    // As many bytes as a socket's address holds.
    guard path.hasPrefix("/"), path.utf8.count < 108, rest.isEmpty || rest.hasPrefix("/") else { return nil }
    scheme = .unix
    host = String(path)
    port = 0
    authority = "localhost"
    target = rest.isEmpty ? "/" : String(rest)
  }

  private static func split(_ place: Substring, _ scheme: Scheme) -> (String, Int)? {
    var name = place
    var port = scheme.defaultPort
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

  /// Whether another URL is the same server in the same tongue.
  public func sharesOrigin(with other: FetchURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }
}

extension FetchURL: CustomStringConvertible {
  public var description: String {
    scheme == .unix ? "unix:\(host):\(target)" : "\(scheme.rawValue)://\(authority)\(target)"
  }
}

extension FetchURL {
  /// The URL that `reference` means here (RFC 3986 §5.2); `nil` where it is none that can be fetched.
  func resolving(_ reference: String) -> FetchURL? {
    if Self.hasScheme(reference) { return FetchURL(reference) }
    let origin = scheme == .unix ? "unix:\(host):" : "\(scheme.rawValue)://\(authority)"
    if reference.hasPrefix("//") { return scheme == .unix ? nil : FetchURL("\(scheme.rawValue):\(reference)") }
    if reference.hasPrefix("/") { return FetchURL(origin + reference) }
    let path = target.prefix { $0 != "?" }
    if reference.hasPrefix("?") { return FetchURL(origin + path + reference) }
    let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
    return FetchURL(origin + Self.withoutDots(folder + reference))
  }

  private static func hasScheme(_ text: String) -> Bool {
    guard let end = text.firstIndex(where: { ":/?#".contains($0) }), text[end] == ":" else { return false }
    return end > text.startIndex && text[..<end].allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) }
  }

  /// RFC 3986 §5.2.4, for a path that begins with `/`; a query is left as it is.
  private static func withoutDots(_ text: Substring) -> String {
    let path = text.prefix { $0 != "?" && $0 != "#" }
    var kept: [Substring] = []
    let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      switch segment {
      case ".": if isLast { kept.append("") }
      case "..":
        if !kept.isEmpty { kept.removeLast() }
        if isLast { kept.append("") }
      default: kept.append(segment)
      }
    }
    return "/" + kept.joined(separator: "/") + text.dropFirst(path.count)
  }
}
