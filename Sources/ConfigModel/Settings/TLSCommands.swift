import ConfigSyntax

/// What `ssl_conf_command` and `proxy_ssl_conf_command` set that has no directive of its own.
public struct TLSCommands: Hashable, Sendable {
  /// TLS 1.3's suites, in OpenSSL's language; `nil`: all.
  public var ciphersuites: String?
  /// In OpenSSL's language; `nil`: as the library has it.
  public var signatureAlgorithms: String?
  public var clientSignatureAlgorithms: String?
  /// Only of proxies, which have no directive for it.
  public var groups: String?
  /// How many tickets a TLS 1.3 client gets.
  public var ticketCount: Int?
  /// Where the last command stands.
  public var position: SourcePosition?

  public init() {}
}
