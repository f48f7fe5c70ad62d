import ConfigSyntax

/// A whole configuration, read, checked and merged: every block holds its effective settings.
public struct Configuration: Sendable {
  public var main: MainSettings
  public var http: HTTPBlock?
  public init(main: MainSettings, http: HTTPBlock?) {
    self.main = main
    self.http = http
  }
}

public struct MainSettings: Sendable {
  public var daemon = true
  /// `nil`: `auto`, one event loop for each core.
  public var workerProcesses: Int? = 1
  /// Absolute; `nil` where none is wanted.
  public var pidFile: String?
  public var errorLogs: [ErrorLog] = []
  public var workerShutdownTimeout: Duration?
  /// `nil`: no core files.
  public var coreFileLimit: ByteCount?

  public init() {}
}

public struct HTTPBlock: Sendable {
  public var servers: [ServerBlock] = []
  public var upstreams: [UpstreamBlock] = []
  /// The http level's own settings.
  public var settings = LocationSettings()

  public init() {}
}

public struct ServerBlock: Sendable {
  public var listens: [ListenSetting] = []
  public var names: [ServerNamePattern] = []
  public var connection = ConnectionSettings()
  public var tls = TLSSettings()
  /// The server level's settings: where no location matches.
  public var settings = LocationSettings()
  public var locations: [LocationBlock] = []
  public var position: SourcePosition

  public init(position: SourcePosition) { self.position = position }
}

/// Settings of the connection, decided before a location is known (http and server contexts).
public struct ConnectionSettings: Sendable {
  @Inherited public var http2: Bool = false
  @Inherited public var clientHeaderTimeout: Duration = .seconds(60)
  @Inherited public var clientHeaderBufferSize: ByteCount = .kibibytes(1)
  @Inherited public var largeClientHeaderBuffers = BufferShape(count: 4, size: .kibibytes(8))
  @Inherited public var maxHeaders: Int = 1000
  @Inherited public var ignoreInvalidHeaders: Bool = true
  @Inherited public var underscoresInHeaders: Bool = false
  @Inherited public var mergeSlashes: Bool = true
  @Inherited public var http2MaxConcurrentStreams: Int = 128
  @Inherited public var http2BodyPrereadSize: ByteCount = .kibibytes(64)
  @Inherited public var http2ConnectionPrereadSize: ByteCount = .kibibytes(1024)

  public init() {}
}

public struct ListenSetting: Hashable, Sendable {
  public enum Address: Hashable, Sendable {
    /// A numeric IPv4 or IPv6 address (no brackets) and a port.
    case ip(host: String, port: Int)
    case unix(path: String)
  }

  public var address: Address
  public var isTLS = false
  /// The deprecated `http2` parameter.
  public var isHTTP2 = false
  public var isDefaultServer = false
  public var isProxyProtocol = false
  public var isIPv6Only = true
  public var reusePort = false
  /// nginx's default is 511.
  public var backlog: Int?
  /// `rcvbuf=`, `sndbuf=`, `so_keepalive=` and others that only this socket has: it is bound for itself.
  public var isBoundAlone = false
  public var receiveBuffer: ByteCount?
  public var sendBuffer: ByteCount?
  public var socketKeepalive: Bool?
  public var fastOpen: Int?
  public var isDeferred = false
  /// `host:port` for messages and `$server_addr`-less contexts.
  public var text: String
  public var position: SourcePosition
  public init(address: Address, text: String, position: SourcePosition) {
    self.address = address
    self.text = text
    self.position = position
  }
}

public enum ServerNamePattern: Hashable, Sendable {
  /// Lower case; `""` is the name of requests without a Host.
  case exact(String)
  /// `*.example.com`: the part after `*`, beginning with a dot.
  case leadingWildcard(suffix: String)
  /// `.example.com`: the name itself and everything below.
  case dotted(suffix: String)
  /// `www.example.*`: the part before `*`, ending with a dot.
  case trailingWildcard(prefix: String)
  case regex(RegexSource)
}

public struct LocationBlock: Sendable {
  public enum Match: Hashable, Sendable {
    case prefix(String)
    /// `^~`.
    case prefixWithoutRegex(String)
    case exact(String)
    case regex(RegexSource)
    case named(String)
  }

  public var match: Match
  public var settings = LocationSettings()
  public var locations: [LocationBlock] = []
  public var limitExcept: LimitExcept?
  public var position: SourcePosition
  public init(match: Match, position: SourcePosition) {
    self.match = match
    self.position = position
  }
}

/// `limit_except METHOD … { … }`: what applies to requests with other methods.
public struct LimitExcept: Sendable {
  /// Upper case; `HEAD` is there where `GET` is.
  public var methods: Set<String>
  /// Merged with the location's.
  public var settings: LocationSettings
  public init(methods: Set<String>, settings: LocationSettings) {
    self.methods = methods
    self.settings = settings
  }
}
