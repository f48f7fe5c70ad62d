import ConfigSyntax

/// `proxy_*`.
public struct ProxySettings: Sendable {
  @Inherited public var setHeaders: [ProxyHeader] = []
  @Inherited public var hideHeaders: [String] = []
  @Inherited public var passHeaders: [String] = []
  @Inherited public var passRequestHeaders: Bool = true
  @Inherited public var passRequestBody: Bool = true
  @Inherited public var method: Template? = nil
  @Inherited public var httpVersion: ProxyHTTPVersion = .http1_1
  @Inherited public var connectTimeout: Duration = .seconds(60)
  @Inherited public var sendTimeout: Duration = .seconds(60)
  @Inherited public var readTimeout: Duration = .seconds(60)
  @Inherited public var buffering: Bool = true
  @Inherited public var requestBuffering: Bool = true
  @Inherited public var bufferSize: ByteCount = .kibibytes(4)
  @Inherited public var buffers: BufferShape = BufferShape(count: 8, size: .kibibytes(4))
  @Inherited public var busyBuffersSize: ByteCount = .kibibytes(8)
  @Inherited public var maxTempFileSize: ByteCount = .mebibytes(1024)
  @Inherited public var redirect: [ProxyRedirect] = [.default]
  @Inherited public var nextUpstream: Set<NextUpstream> = [.error, .timeout]
  @Inherited public var nextUpstreamTries: Int = 0
  @Inherited public var nextUpstreamTimeout: Duration = .zero
  @Inherited public var interceptErrors: Bool = false
  @Inherited public var ignoreClientAbort: Bool = false
  @Inherited public var socketKeepalive: Bool = false
  @Inherited public var bind: Template? = nil
  @Inherited public var stripIdentityHeaders: Bool = true
  /// In lower case; empty: nothing is upgraded.
  @Inherited public var upgradeProtocols: [String] = ["websocket"]
  public var tls = ProxyTLSSettings()
  @Inherited public var setBody: Template? = nil
  @Inherited public var passTrailers: Bool = false
  @Inherited public var limitRate: Template? = nil
  /// Bytes; where responses beyond the buffers are kept.
  @Inherited public var tempFileWriteSize: ByteCount = .kibibytes(8)
  @Inherited public var ignoreHeaders: [String] = []
  @Inherited public var cookieDomain: [ProxyCookieRewrite] = []
  @Inherited public var cookiePath: [ProxyCookieRewrite] = []
  @Inherited public var cookieFlags: [ProxyCookieFlags] = []
  @Inherited public var forceRanges: Bool = false

  public init() {}
}

/// `proxy_ssl_*`.
public struct ProxyTLSSettings: Sendable {
  @Inherited public var certificate: PathReference? = nil
  @Inherited public var certificateKey: PathReference? = nil
  @Inherited public var certificateCache: CertificateCacheSetting? = nil
  @Inherited public var passwordFile: PathReference? = nil
  @Inherited public var trustedCertificate: PathReference? = nil
  @Inherited public var crl: PathReference? = nil
  @Inherited public var verify: Bool = false
  @Inherited public var verifyDepth: Int = 1
  @Inherited public var verifyProfile: VerifyProfile = .compatible
  @Inherited public var serverName: Bool = false
  @Inherited public var name: Template? = nil
  @Inherited public var protocols: Set<TLSProtocolName> = [.tls1_2, .tls1_3]
  @Inherited public var ciphers: String = "DEFAULT"
  @Inherited public var sessionReuse: Bool = true
  @Inherited public var keyLog: PathReference? = nil
  @Inherited public var confCommands: [TLSConfCommand] = []
  /// What those commands set beside the settings above.
  public var commands = TLSCommands()

  public init() {}

  /// Whether the certificate is chosen for each connection.
  public var choosesCertificate: Bool {
    certificate != nil && [certificate, certificateKey].contains { $0?.template != nil }
  }
}

public struct ProxyHeader: Sendable {
  public var name: String
  /// An empty result removes the header.
  public var value: Template
  public init(name: String, value: Template) {
    self.name = name
    self.value = value
  }
}

/// `proxy_cookie_domain` and `proxy_cookie_path`.
public enum ProxyCookieRewrite: Sendable {
  case off
  case replace(from: Template, to: Template)
  case regex(RegexSource, to: Template)
}

/// `proxy_cookie_flags cookie [flag …]`.
public enum ProxyCookieFlags: Sendable {
  case off
  case flags(cookie: Template, flags: [Template])
  case regex(RegexSource, flags: [Template])
}

public enum ProxyHTTPVersion: String, Hashable, Sendable, CaseIterable {
  case http1_0 = "1.0"
  case http1_1 = "1.1"
  case http2 = "2"
}

public enum ProxyRedirect: Sendable {
  case off
  case `default`
  case replace(from: Template, to: Template)
  case regex(pattern: String, caseInsensitive: Bool, to: Template)
}

public enum NextUpstream: String, Hashable, Sendable, CaseIterable {
  case error
  case timeout
  case invalidHeader = "invalid_header"
  case http500 = "http_500"
  case http502 = "http_502"
  case http503 = "http_503"
  case http504 = "http_504"
  case http403 = "http_403"
  case http404 = "http_404"
  case http429 = "http_429"
  case nonIdempotent = "non_idempotent"
  case off
}

/// `proxy_pass URL`: who answers a location.
public struct ProxyPass: Sendable {
  /// `http` or `https`.
  public var isTLS: Bool
  /// `host[:port]`, an upstream's name or `unix:/path`; may have variables.
  public var authority: Template
  /// The URI part where one is given: it replaces the location's prefix (or is the whole URI where it has variables).
  public var uri: Template?
  /// The whole URL where it has variables: then it is evaluated for each request, and `authority` and `uri` only tell what
  /// can be told beforehand.
  public var dynamicURL: Template?
  /// The whole URL as written, for `$proxy_host`-like variables and messages.
  public var text: String
  public var position: SourcePosition
  public init(isTLS: Bool, authority: Template, uri: Template?, text: String, position: SourcePosition) {
    self.isTLS = isTLS
    self.authority = authority
    self.uri = uri
    self.text = text
    self.position = position
  }
}

/// `upstream NAME { … }`.
public struct UpstreamBlock: Sendable {
  public enum Balancing: Hashable, Sendable {
    case roundRobin
    case leastConnections
    case ipHash
    case random(two: Bool)
    case hash(key: Template, consistent: Bool)
  }

  public struct Server: Sendable {
    /// `host`, `host:port` or `unix:/path` as written.
    public var address: String
    public var weight = 1
    public var maxFails = 1
    public var failTimeout: Duration = .seconds(10)
    public var maxConnections = 0
    public var isBackup = false
    public var isDown = false
    /// The name is resolved again while running.
    public var resolves = false
    public var position: SourcePosition
    public init(address: String, position: SourcePosition) {
      self.address = address
      self.position = position
    }
  }

  public var name: String
  public var servers: [Server] = []
  public var balancing: Balancing = .roundRobin
  /// Idle connections kept per event loop; 0: none.
  public var keepalive = 32
  public var keepaliveRequests = 1000
  public var keepaliveTime: Duration = .seconds(3600)
  public var keepaliveTimeout: Duration = .seconds(60)
  /// Whether the block names a `zone`.
  public var zone: String?
  public var resolver: ResolverSetting?
  public var resolverTimeout: Duration?
  public var position: SourcePosition
  public init(name: String, position: SourcePosition) {
    self.name = name
    self.position = position
  }
}
