import ConfigSyntax

/// What may differ from location to location; http and server blocks hold one too, to inherit from.
public struct LocationSettings: Sendable {
  public var core = CoreSettings()
  public var headers = HeaderSettings()
  public var proxy = ProxySettings()
  public var log = LogSettings()
  public var authority = AuthoritySettings()
  public var realIP = RealIPSettings()
  /// Who of the verified clients gets in; rules that allow and rules that deny are inherited together.
  @Inherited public var clientRules: [ClientRuleSetting] = []
  /// Who vouches for clients here; the server's where the location names nobody.
  public var clientTrust = ClientTrustSetting()
  /// Statements of the rewrite module in their order; never inherited.
  public var rewrite: [RewriteStatement] = []
  /// What answers here, where a directive names it (`proxy_pass`); static files otherwise. Never inherited.
  public var content: ContentSetting? = nil

  public init() {}
}

/// `root`, `client_*`, `keepalive_*` and what else nginx's core module knows.
public struct CoreSettings: Sendable {
  /// `root`, or `alias` of this very location.
  @Inherited public var root: RootSetting = .root(
    Template(pieces: [.literal(Array("html".utf8))], position: SourcePosition(file: "", line: 0)))
  /// With `alias`: the location's prefix that it replaces; `nil` in a regular expression's location, where it is the whole
  /// path.
  @Inherited public var aliasedPrefix: String? = nil
  @Inherited public var index: [Template] = [
    Template(pieces: [.literal(Array("index.html".utf8))], position: SourcePosition(file: "", line: 0))
  ]
  /// `nil`: not configured. Never inherited.
  public var tryFiles: TryFiles? = nil
  /// MIME type by lower-case extension.
  @Inherited public var types: [String: String] = ["html": "text/html", "gif": "image/gif", "jpg": "image/jpeg"]
  @Inherited public var defaultType: String = "text/plain"
  @Inherited public var errorPages: [ErrorPage] = []
  @Inherited public var clientMaxBodySize: ByteCount = .mebibytes(1)
  @Inherited public var clientBodyBufferSize: ByteCount = .kibibytes(16)
  @Inherited public var clientBodyTimeout: Duration = .seconds(60)
  @Inherited public var sendTimeout: Duration = .seconds(60)
  @Inherited public var keepaliveTimeout: Duration = .seconds(75)
  /// The `Keep-Alive: timeout=` header, where configured.
  @Inherited public var keepaliveHeaderTimeout: Duration? = nil
  @Inherited public var keepaliveRequests: Int = 1000
  @Inherited public var keepaliveTime: Duration = .seconds(3600)
  @Inherited public var serverTokens: ServerTokens = .on
  @Inherited public var etag: Bool = true
  @Inherited public var ifModifiedSince: IfModifiedSince = .exact
  @Inherited public var logNotFound: Bool = true
  @Inherited public var recursiveErrorPages: Bool = false
  @Inherited public var lingeringTimeout: Duration = .seconds(5)
  @Inherited public var portInRedirect: Bool = true
  @Inherited public var absoluteRedirect: Bool = true
  @Inherited public var serverNameInRedirect: Bool = false
  @Inherited public var isInternal: Bool = false
  @Inherited public var lingeringTime: Duration = .seconds(30)
  @Inherited public var lingeringClose: LingeringClose = .on
  @Inherited public var limitRate: Template? = nil
  @Inherited public var limitRateAfter: Template? = nil
  @Inherited public var clientBodyInFileOnly: BodyInFile = .off
  /// Absolute; where request bodies beyond the buffer are kept.
  @Inherited public var clientBodyTempPath: String? = nil
  @Inherited public var http2ChunkSize: ByteCount = .kibibytes(8)
  @Inherited public var chunkedTransferEncoding: Bool = true
  /// `nil`: unlimited; 0: byte ranges are off.
  @Inherited public var maxRanges: Int? = nil
  @Inherited public var resolver: ResolverSetting? = nil
  @Inherited public var resolverTimeout: Duration = .seconds(30)

  public init() {}
}

public enum RootSetting: Sendable {
  case root(Template)
  case alias(Template)
}

/// `try_files path … fallback`.
public struct TryFiles: Sendable {
  public enum Fallback: Sendable {
    case uri(Template)
    case named(String)
    case status(Int)
  }

  /// A trailing `/` asks for a directory.
  public var candidates: [Template]
  public var fallback: Fallback
  public init(candidates: [Template], fallback: Fallback) {
    self.candidates = candidates
    self.fallback = fallback
  }
}

/// `error_page code … [=[response]] uri`.
public struct ErrorPage: Sendable {
  public enum Response: Hashable, Sendable {
    case unchanged
    case status(Int)
    /// `=` alone: the status of the page itself.
    case fromPage
  }

  public var codes: Set<Int>
  public var response: Response
  /// A local URI, a `@named` location, or a URL to redirect to.
  public var target: Template
  public init(codes: Set<Int>, response: Response, target: Template) {
    self.codes = codes
    self.response = response
    self.target = target
  }
}

public enum ServerTokens: Hashable, Sendable {
  case on
  case off
  case build
  case text(Template)
}

public enum IfModifiedSince: String, Hashable, Sendable, CaseIterable {
  case off
  case exact
  case before
}

public enum LingeringClose: String, Hashable, Sendable, CaseIterable {
  case off
  case on
  case always
}

/// `client_body_in_file_only`.
public enum BodyInFile: String, Hashable, Sendable, CaseIterable {
  case off
  case on
  case clean
}

public enum Satisfy: String, Hashable, Sendable, CaseIterable {
  case all
  case any
}

/// `resolver address … [valid=time] [ipv4=on|off] [ipv6=on|off]`.
public struct ResolverSetting: Hashable, Sendable {
  /// `host` or `host:port` as written.
  public var servers: [String]
  public var valid: Duration?
  public var usesIPv4 = true
  public var usesIPv6 = true
  public init(servers: [String]) { self.servers = servers }
}

/// `add_header` and its kin.
public struct HeaderSettings: Sendable {
  @Inherited public var addHeaders: [AddHeader] = []
  @Inherited public var addTrailers: [AddHeader] = []
  @Inherited public var expires: Expires? = nil

  public init() {}
}

public struct AddHeader: Sendable {
  public var name: String
  public var value: Template
  public var always: Bool
  public init(name: String, value: Template, always: Bool) {
    self.name = name
    self.value = value
    self.always = always
  }
}

public enum Expires: Sendable {
  case off
  case epoch
  case max
  case after(Duration)
  case modified(Duration)
  /// `@15h30m`: that time of day.
  case daily(Duration)
  /// With variables: the value is read as the directive's argument at each response.
  case dynamic(Template, isModified: Bool)
}

/// `access_log` and `error_log` of a block.
public struct LogSettings: Sendable {
  /// Empty and set: `access_log off`.
  @Inherited public var accessLogs: [AccessLog] = []
  /// Empty: the main block's.
  @Inherited public var errorLogs: [ErrorLog] = []

  public init() {}
}

public struct AccessLog: Sendable {
  public var path: Template
  public var format: LogFormat
  public var bufferSize: ByteCount?
  public var flush: Duration?
  public var condition: Template?
  public init(
    path: Template, format: LogFormat, bufferSize: ByteCount? = nil, flush: Duration? = nil, condition: Template? = nil
  ) {
    self.path = path
    self.format = format
    self.bufferSize = bufferSize
    self.flush = flush
    self.condition = condition
  }
}

public struct LogFormat: Sendable {
  public enum Escape: String, Sendable, CaseIterable {
    case `default`
    case json
    case none
  }

  public var name: String
  public var escape: Escape
  public var template: Template
  public init(name: String, escape: Escape, template: Template) {
    self.name = name
    self.escape = escape
    self.template = template
  }
}

public struct ErrorLog: Hashable, Sendable {
  public enum Destination: Hashable, Sendable {
    case file(String)
    case stderr
    /// `syslog:…`, the parameters as written.
    case syslog(String)
  }

  public var destination: Destination
  public var level: LogLevel
  public init(destination: Destination, level: LogLevel) {
    self.destination = destination
    self.level = level
  }
}

/// nginx's levels, the most severe first.
public enum LogLevel: Int, Hashable, Sendable, Comparable, CaseIterable {
  case emerg = 1
  case alert, crit, error, warn, notice, info, debug
  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}
