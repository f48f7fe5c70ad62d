import NIOCore

/// One address of an upstream: where to connect, and how `$upstream_addr` and the log name it.
struct UpstreamAddress: Sendable, Hashable {
  let socketAddress: SocketAddress
  /// `127.0.0.1:8081`, `[::1]:8081` or `unix:/path`.
  let name: String

  /// The name says it all.
  static func == (a: UpstreamAddress, b: UpstreamAddress) -> Bool { a.name == b.name }
  func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// `nil` where the path is longer than a socket address holds.
  init?(unixPath: String) {
    guard let address = try? SocketAddress(unixDomainSocketPath: unixPath) else { return nil }
    socketAddress = address
    name = "unix:\(unixPath)"
  }

  /// `nil` where the text is no numeric address.
  init?(numericHost: String, port: Int) {
    let bare = numericHost.hasPrefix("[") ? String(numericHost.dropFirst().dropLast()) : numericHost
    guard let address = try? SocketAddress(ipAddress: bare, port: port) else { return nil }
    socketAddress = address
    name = bare.contains(":") ? "[\(bare)]:\(port)" : "\(bare):\(port)"
  }

  /// `nil` for anything but an Internet address.
  init?(_ address: SocketAddress) {
    guard let host = address.ipAddress, let port = address.port else { return nil }
    self.init(numericHost: host, port: port)
  }
}
