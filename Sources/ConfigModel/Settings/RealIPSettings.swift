import ConfigSyntax

/// `set_real_ip_from` and its like: whose word on the client's address is taken, and where it stands.
public struct RealIPSettings: Sendable {
  /// Trusted proxies; empty: none.
  @Inherited public var from: [AddressRange] = []
  @Inherited public var header: RealIPHeader = .realIP
  /// Whether trusted addresses are passed over, from the last of a list on.
  @Inherited public var isRecursive: Bool = false

  public init() {}
}

/// `real_ip_header`.
public enum RealIPHeader: Hashable, Sendable {
  case realIP
  case forwardedFor
  case proxyProtocol
  /// In lower case.
  case field(String)
}
