import ConfigModel
import ConfigSyntax
import HTTPWire

/// `proxy_pass`: hands requests of a location to an upstream and brings back its responses.
final class ProxyHandler: ContentHandler, SlashRedirecting {
  let settings: ProxySettings
  let target: ProxyTarget
  let headers: ProxyHeaderPlan
  let redirects: ProxyRedirectRewriter
  let cookies: ProxyCookieRewriter
  let method: CompiledTemplate?
  /// `proxy_set_body`.
  let body: CompiledTemplate?
  /// `proxy_bind`.
  let bind: CompiledTemplate?
  /// Response fields that stay behind.
  let hidden: FieldNameSet
  /// `proxy_ignore_headers`.
  let ignored: FieldNameSet
  let tls: UpstreamTLS?
  let nextUpstream: NextUpstreamRule
  let prefix: String

  private static let hiddenByDefault = [
    "Date", "Server", "X-Pad", "X-Accel-Expires", "X-Accel-Redirect", "X-Accel-Limit-Rate", "X-Accel-Buffering",
    "X-Accel-Charset",
  ]

  init(
    _ pass: ProxyPass, settings: ProxySettings, match: LocationRuntime.Match, registry: UpstreamRegistry,
    compile: CompileContext
  ) throws(Diagnostic) {
    self.settings = settings
    let name = match.prefix
    target = try ProxyTarget(pass, prefixLength: name.count, registry: registry, compile: compile)
    headers = try ProxyHeaderPlan(settings, compile: compile)
    redirects = try ProxyRedirectRewriter(settings.redirect, target: pass, locationName: name, compile: compile)
    cookies = try ProxyCookieRewriter(settings, compile: compile)
    method = try settings.method.map { value throws(Diagnostic) in try compile.template(value) }
    body = try settings.setBody.map { value throws(Diagnostic) in try compile.template(value) }
    bind = try settings.bind.map { value throws(Diagnostic) in try compile.template(value) }
    var hidden = FieldNameSet(Self.hiddenByDefault + settings.hideHeaders)
    for name in settings.passHeaders { hidden.remove(Array(name.utf8)) }
    self.hidden = hidden
    ignored = FieldNameSet(settings.ignoreHeaders)
    tls = pass.isTLS || pass.dynamicURL != nil ? try UpstreamTLS(settings.tls, compile: compile) : nil
    if let tls { compile.trustConsumers.append(tls) }
    nextUpstream = NextUpstreamRule(settings)
    prefix = compile.prefix
  }

  func handle(_ request: Request, _ admission: Admission) {
    ProxiedRequest(request, handler: self, admission).start()
  }
}

extension LocationRuntime.Match {
  /// What a URI part of `proxy_pass` replaces.
  fileprivate var prefix: [UInt8] {
    switch self {
    case .exact(let name), .prefix(let name, _): name
    case .server, .pattern, .named: []
    }
  }
}

extension UpstreamRegistry {
  /// Makes the handler of a `proxy_pass`.
  func proxyHandler(
    _ pass: ProxyPass, _ settings: LocationSettings, _ match: LocationRuntime.Match, _ compile: CompileContext
  ) throws(Diagnostic) -> ProxyHandler {
    try ProxyHandler(pass, settings: settings.proxy, match: match, registry: self, compile: compile)
  }
}
