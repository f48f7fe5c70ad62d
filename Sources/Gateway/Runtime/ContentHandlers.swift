import ConfigModel
import ConfigSyntax

/// Makes the content handlers of a configuration: what a location's `content` setting names.
struct ContentHandlers {
  let upstreams: UpstreamRegistry
  let shared: GatewayShared

  func handler(
    _ content: ContentSetting, _ settings: LocationSettings, _ match: LocationRuntime.Match, _ compile: CompileContext
  ) throws(Diagnostic) -> any ContentHandler {
    switch content {
    case .proxyPass(let pass): try upstreams.proxyHandler(pass, settings, match, compile)
    case .metrics(let format): MetricsHandler(format: format, shared: shared)
    case .authority(let content): try compile.authority.handler(content, settings.authority, match: match)
    case .stubStatus: StubStatusHandler(counters: shared.counters)
    case .crlPush: CRLPushHandler(shared: shared)
    }
  }
}
