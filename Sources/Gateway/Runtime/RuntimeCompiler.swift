import ConfigModel
import ConfigSyntax
import ContentService

/// Makes servers and sockets of a configuration.
struct RuntimeCompiler {
  private let context: CompileContext
  private let configuration: Configuration
  private let shared: GatewayShared
  let upstreams: UpstreamRegistry

  init(_ configuration: Configuration, options: GatewayOptions, shared: GatewayShared) throws(Diagnostic) {
    self.configuration = configuration
    self.shared = shared
    upstreams = UpstreamRegistry(counters: shared.upstreamCounters)
    context = CompileContext(
      configuration: configuration, logs: shared.logs, prefix: options.absolutePrefix,
      fallbackErrorLogs: options.fallbackErrorLogs, revocationFiles: shared.tls.revocationFiles,
      ruleAuthorities: shared.tls.ruleAuthorities,
      services: shared.services, contentFactory: ContentHandlers(upstreams: upstreams, shared: shared).handler)
    try upstreams.define(configuration.http?.upstreams ?? [], compile: context)
  }

  /// The CA directories that the configuration names; complete once the servers are made.
  var authorityPlaces: Set<AuthorityPlace> { context.authority.places }

  /// Who speaks TLS to upstreams; complete once the servers are made.
  var upstreamConsumers: [any TrustConsumer] { context.trustConsumers }

  func servers() throws(Diagnostic) -> [ServerRuntime] {
    var servers: [ServerRuntime] = []
    for block in configuration.http?.servers ?? [] {
      try context.authority.check(block.settings.authority)
      servers.append(try ServerRuntime(block: block, tls: try tls(of: block), compile: context))
    }
    return servers
  }

  /// `nil` where no port of the server speaks TLS, or it has no certificate: another server of the port may have one.
  private func tls(of block: ServerBlock) throws(Diagnostic) -> ServerTLS? {
    guard block.listens.contains(where: \.isTLS) else { return nil }
    guard !block.tls.certificate.isEmpty || block.tls.rejectHandshake else { return nil }
    return try ServerTLS(
      ServerTLSBuilder(
        settings: try context.authority.resolved(block.tls), locationTrust: LocationTrust(block),
        ruleFiles: ClientRulePlaces(block).authorityFiles, name: ServerRuntime.name(of: block).asText,
        identity: block.names.map { "\($0)" },
        offersHTTP2: block.connection.http2 || block.listens.contains(where: \.isHTTP2), shared: shared.tls,
        statusService: try context.authority.statusService(block.tls)),
      certificates: try DynamicCertificates(block.tls, compile: context))
  }

  /// One socket for each address; an address below a wildcard of its port shares the wildcard's.
  func sockets(for servers: [ServerRuntime]) throws(Diagnostic) -> [SocketRuntime] {
    var listeners: [ListenerRuntime] = []
    var order: [ListenSetting.Address] = []
    var members: [ListenSetting.Address: [(setting: ListenSetting, server: ServerRuntime)]] = [:]
    for server in servers {
      for setting in server.block.listens {
        if members[setting.address] == nil { order.append(setting.address) }
        members[setting.address, default: []].append((setting, server))
      }
    }
    for address in order {
      listeners.append(try ListenerRuntime(members[address] ?? [], variables: context.variables))
    }
    return SocketRuntime.group(listeners)
  }
}
