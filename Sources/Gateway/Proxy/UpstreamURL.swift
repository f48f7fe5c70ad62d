/// What `proxy_pass` and `server` name: `host[:port][/uri]`, `[address]:port` or `unix:path[:uri]`, read as nginx reads it.
struct UpstreamURL: Equatable {
  /// As written: a name, an address (an IPv6 one in its brackets), or the path of a socket.
  var host: [UInt8]
  /// `nil` where none was given.
  var port: Int?
  var isUnix = false
  /// From the first `/` or `?` on; empty where there is none.
  var uri: [UInt8] = []

  /// nginx's words for what is wrong with a URL.
  enum Fault: String, Error {
    case noHost = "no host"
    case invalidHost = "invalid host"
    case invalidPort = "invalid port"
    case noUnixPath = "no path in the unix domain socket"
    case longUnixPath = "too long path in the unix domain socket"
  }

  init(_ text: some Sequence<UInt8>) throws(Fault) {
    let bytes = Array(text)
    if bytes.count >= 5, bytes[..<5].elementsEqual("unix:".utf8, by: { lowerCased($0) == $1 }) {
      try self.init(unix: bytes[5...])
    } else {
      try self.init(internet: bytes[...])
    }
  }

  private init(unix path: ArraySlice<UInt8>) throws(Fault) {
    let end = path.firstIndex(of: UInt8(ascii: ":")) ?? path.endIndex
    host = Array(path[..<end])
    uri = end < path.endIndex ? Array(path[(end + 1)...]) : []
    isUnix = true
    if host.isEmpty { throw .noUnixPath }
    if host.count >= 108 { throw .longUnixPath }
  }

  private init(internet text: ArraySlice<UInt8>) throws(Fault) {
    let end = text.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? text.endIndex
    uri = Array(text[end...])
    let authority = text[..<end]
    var colon = authority.firstIndex(of: UInt8(ascii: ":"))
    if authority.first == UInt8(ascii: "[") {
      guard let bracket = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .invalidHost }
      colon = bracket + 1 < authority.endIndex ? bracket + 1 : nil
      if let colon, authority[colon] != UInt8(ascii: ":") { throw .invalidPort }
    }
    host = Array(authority[..<(colon ?? authority.endIndex)])
    port = try colon.map { at throws(Fault) in try Self.port(authority[(at + 1)...]) }
    if host.isEmpty { throw .noHost }
  }

  private static func port(_ digits: ArraySlice<UInt8>) throws(Fault) -> Int {
    guard let number = decimalNumber(digits), (1...65535).contains(number) else { throw .invalidPort }
    return number
  }
}

extension UpstreamURL {
  /// `$proxy_host`: without the scheme's own port; `localhost` for a socket of this machine.
  func hostHeader(defaultPort: Int) -> [UInt8] {
    if isUnix { return Array("localhost".utf8) }
    guard let port, port != defaultPort else { return host }
    return host + Array(":\(port)".utf8)
  }

  /// `$proxy_port`.
  func portText(defaultPort: Int) -> [UInt8] { isUnix ? [] : Array("\(port ?? defaultPort)".utf8) }
}
