/// `host`, `host:port`, `[v6]:port` or `unix:/path`, taken apart as nginx does.
public struct HostPort: Hashable, Sendable {
  public enum Failure: String, Error, Hashable, Sendable {
    case noHost = "no host"
    case invalidHost = "invalid host"
    case invalidPort = "invalid port"
    case invalidPortRange = "invalid port range"
    case invalidIPv6 = "invalid IPv6 address"
    case noPath = "no path in the unix domain socket"
    case longPath = "too long path in the unix domain socket"
    case notFound = "host not found"
  }

  /// Without brackets; the path of a unix socket.
  public var host: String
  public var port: Int
  public var isUnix = false
  public var hasPort = false

  public init(_ text: String, defaultPort: Int) throws(Failure) {
    port = defaultPort
    if let path = text.after("unix:") {
      guard !path.isEmpty else { throw .noPath }
      guard path.utf8.count < 108 else { throw .longPath }
      host = path
      isUnix = true
      return
    }
    let (hostText, portText) = try Self.split(text)
    guard !hostText.isEmpty else { throw .noHost }
    guard !hostText.contains("/") else { throw .invalidHost }
    host = hostText
    if let portText {
      guard let number = Int(configuration: portText.utf8), (1...65535).contains(number) else { throw .invalidPort }
      port = number
      hasPort = true
    }
  }

  /// The host without brackets and the port's text; IPv6 addresses are checked.
  static func split(_ text: String) throws(Failure) -> (host: String, port: String?) {
    guard text.hasPrefix("[") else {
      guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
      return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
    guard let bracket = text.firstIndex(of: "]") else { throw .invalidHost }
    let host = String(text[text.index(after: text.startIndex)..<bracket])
    guard IPAddress.isIPv6(host) else { throw host.isEmpty ? .noHost : .invalidIPv6 }
    let rest = text[text.index(after: bracket)...]
    guard !rest.isEmpty else { return (host, nil) }
    guard rest.first == ":" else { throw .invalidHost }
    return (host, String(rest.dropFirst()))
  }
}
