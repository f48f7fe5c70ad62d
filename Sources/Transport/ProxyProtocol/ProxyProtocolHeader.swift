/// What a proxy in front says of a connection (the PROXY protocol, HAProxy's proxy-protocol.txt, versions 1 and 2).
public struct ProxyProtocolHeader: Hashable, Sendable {
  /// Numeric addresses, without brackets.
  public var sourceAddress: String
  public var sourcePort: Int
  public var destinationAddress: String
  public var destinationPort: Int
  /// What follows the addresses in version 2, undivided; empty in version 1.
  public var extensions: ProxyProtocolExtensions

  public init(
    sourceAddress: String, sourcePort: Int, destinationAddress: String, destinationPort: Int,
    extensions: ProxyProtocolExtensions = ProxyProtocolExtensions([])
  ) {
    self.sourceAddress = sourceAddress
    self.sourcePort = sourcePort
    self.destinationAddress = destinationAddress
    self.destinationPort = destinationPort
    self.extensions = extensions
  }
}

/// Why a connection's first bytes are no header; the connection is closed.
public enum ProxyProtocolError: Error, Hashable, Sendable {
  /// Neither signature, or not what must follow it. What came, up to the end of its line.
  case malformed([UInt8])
  /// A version 2 signature with another version number.
  case unknownVersion(Int)
  /// Longer than `ProxyProtocolParser.maximumLength`.
  case tooLarge
}

extension ProxyProtocolError: CustomStringConvertible {
  /// In nginx's words.
  public var description: String {
    switch self {
    case .malformed(let line): "broken header: \"\(String(decoding: line, as: UTF8.self))\""
    case .unknownVersion(let version): "unknown PROXY protocol version: \(version)"
    case .tooLarge: "header is too large"
    }
  }
}
