import ConfigModel
import ConfigSyntax

/// A location made ready: its settings with templates resolved, its content handler, its children.
///
/// An `if` block that holds, and the server level itself, are locations too.
final class LocationRuntime: Sendable {
  enum Match: Sendable {
    /// The server's own settings, where no location matches.
    case server
    case exact([UInt8])
    /// `^~` shuts regular expressions out.
    case prefix([UInt8], shutsOutPatterns: Bool)
    case pattern(CompiledPattern)
    case named(String)
  }

  let match: Match
  let settings: LocationSettings
  let facts: LocationFacts
  let connectionFacts: ConnectionFacts
  let children: LocationTree
  /// `nil` where there is no statement of the rewrite module.
  let rewrite: RewriteProgram?
  let root: RootRuntime
  let index: [CompiledTemplate]
  let tryFiles: TryFilesRuntime?
  /// `nil`: static files.
  let handler: (any ContentHandler)?
  /// Checks of the access phase, in their order.
  let accessChecks: [any AccessCheck]
  /// The policy that judges clients here.
  let clientTrust: PolicyID
  /// `nil`: whoever passed verification gets in.
  let clientAccess: ClientAccess?
  /// `nil` where clients are who is connected.
  let realIP: RealIPRuntime?
  let errorPages: ErrorPages
  let types: MIMETypes
  let headers: HeaderRuntime
  let rateLimit: RateLimit
  /// `limit_except`: what applies to methods that it does not name.
  let limitExcept: (methods: Set<[UInt8]>, location: LocationRuntime)?
  let accessLogs: [AccessLogRuntime]
  let errorLog: ErrorLogRuntime
  /// Whether `errorLog` takes `debug`.
  let isTraced: Bool

  init(
    match: Match, settings: LocationSettings, children: [LocationRuntime] = [], handler: (any ContentHandler)?,
    limitExcept limit: LimitExcept? = nil, accessChecks: [any AccessCheck] = [], compile: CompileContext
  ) throws(Diagnostic) {
    self.match = match
    self.settings = settings
    facts = LocationFacts(settings.core)
    connectionFacts = ConnectionFacts(settings.core)
    self.children = LocationTree(children)
    self.handler = handler
    self.accessChecks = accessChecks
    clientTrust = compile.locationTrust.policy(of: settings.clientTrust)
    clientAccess = try compile.clientAccess(settings.clientRules)
    realIP = RealIPRuntime(settings.realIP)
    root = try RootRuntime(settings.core, compile: compile)
    index = try compile.templates(settings.core.index)
    tryFiles = try settings.core.tryFiles.map { setting throws(Diagnostic) in
      try TryFilesRuntime(setting, compile: compile)
    }
    errorPages = try ErrorPages(settings.core.errorPages, compile: compile)
    types = compile.types(settings.core)
    rateLimit = try RateLimit(settings.core, compile: compile)
    headers = try HeaderRuntime(settings, compile: compile)
    limitExcept = try Self.limitExcept(limit, in: settings, match: match, handler: handler, compile: compile)
    accessLogs = try AccessLogRuntime.all(settings.log.accessLogs, compile: compile)
    errorLog = try compile.errorLog(settings.log.errorLogs)
    isTraced = errorLog.accepts(.debug)
    rewrite = try RewriteProgram(settings.rewrite, in: settings, match: match, handler: handler, compile: compile)
  }

  private static func limitExcept(
    _ limit: LimitExcept?, in settings: LocationSettings, match: Match, handler: (any ContentHandler)?,
    compile: CompileContext
  ) throws(Diagnostic) -> (methods: Set<[UInt8]>, location: LocationRuntime)? {
    guard let limit else { return nil }
    var inner = limit.settings
    if inner.content == nil { inner.content = settings.content }
    let own = try compile.handler(inner, match: match)
    let location = try LocationRuntime(match: match, settings: inner, handler: own ?? handler, compile: compile)
    return (Set(limit.methods.map { Array($0.utf8) }), location)
  }

  /// How messages name the location.
  var name: [UInt8] {
    switch match {
    case .server: []
    case .exact(let name), .prefix(let name, _): name
    case .pattern(let pattern): Array(pattern.pattern.text.utf8)
    case .named(let name): Array(name.utf8)
    }
  }

  /// The name where a URI without its final slash is to be redirected here.
  var redirectName: [UInt8]? {
    guard handler is any SlashRedirecting else { return nil }
    switch match {
    case .prefix(let name, _), .exact(let name): return name.last == UInt8(ascii: "/") ? name : nil
    case .server, .pattern, .named: return nil
    }
  }
}

/// A handler whose location `/dir/` redirects requests for `/dir`, as `proxy_pass` does.
protocol SlashRedirecting: ContentHandler {}
