import ConfigModel
import ConfigSyntax
import ContentService

/// What making a configuration ready needs: the variables' names, the logs, the factory of proxy handlers.
///
/// Lives as long as the compiling, on one thread.
final class CompileContext {
  /// Makes the handler of a `content` setting, with the settings of its location.
  typealias ContentFactory = (
    _ content: ContentSetting, _ settings: LocationSettings, _ match: LocationRuntime.Match, _ compile: CompileContext
  ) throws(Diagnostic) -> any ContentHandler

  let configuration: Configuration
  let http: HTTPBlock
  let variables: VariableScope
  let logs: LogFiles
  let revocationFiles: RevocationFiles
  /// Towards upstreams, as they are made.
  var trustConsumers: [any TrustConsumer] = []
  let ruleAuthorities: RuleAuthorities
  /// The CAs on this machine that the configuration names.
  let authority: AuthorityBinding
  /// Absolute, with its final slash: relative paths of the configuration begin here.
  let prefix: String
  private let fallbackErrorLogs: [ErrorLog]
  private let contentFactory: ContentFactory
  /// The MIME types made last: neighbours mostly have the same.
  private var types: MIMETypes?
  /// Of the server that is being made ready.
  var locationTrust = LocationTrust.none
  /// Of that server too: what its upstreams take for the client's identity.
  var identityFields = ServerIdentityFields.none
  /// Rules by what they were made from: a client is judged once for all places that have the same.
  private var clientAccess: [[ClientRuleSetting]: ClientAccess] = [:]

  /// - Parameter fallbackErrorLogs: where errors go while no `error_log` is named.
  init(
    configuration: Configuration, logs: LogFiles, prefix: String, fallbackErrorLogs: [ErrorLog] = [],
    revocationFiles: RevocationFiles = RevocationFiles(), ruleAuthorities: RuleAuthorities = RuleAuthorities(),
    services: (any AuthorityServices)? = nil,
    contentFactory: @escaping ContentFactory
  ) {
    self.configuration = configuration
    http = configuration.http ?? HTTPBlock()
    variables = VariableScope(collecting: http)
    self.logs = logs
    self.revocationFiles = revocationFiles
    self.ruleAuthorities = ruleAuthorities
    authority = AuthorityBinding(services)
    self.prefix = prefix.hasSuffix("/") ? prefix : prefix + "/"
    self.fallbackErrorLogs = fallbackErrorLogs
    self.contentFactory = contentFactory
  }

  func template(_ template: Template) throws(Diagnostic) -> CompiledTemplate {
    try CompiledTemplate(template, variables: variables)
  }

  func templates(_ templates: [Template]) throws(Diagnostic) -> [CompiledTemplate] {
    var compiled: [CompiledTemplate] = []
    for template in templates { compiled.append(try self.template(template)) }
    return compiled
  }

  func pattern(_ source: RegexSource) throws(Diagnostic) -> CompiledPattern {
    try CompiledPattern(source, variables: variables)
  }

  /// A path of the configuration, against the prefix.
  func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : prefix + path }

  func types(_ core: CoreSettings) -> MIMETypes {
    if let types, types.isMade(from: core) { return types }
    let made = MIMETypes(core)
    types = made
    return made
  }

  /// `nil` where there are no rules.
  func clientAccess(_ rules: [ClientRuleSetting]) throws(Diagnostic) -> ClientAccess? {
    if rules.isEmpty { return nil }
    if let known = clientAccess[rules] { return known }
    let made = try ClientAccess(rules, authorities: ruleAuthorities)
    clientAccess[rules] = made
    return made
  }

  func handler(
    _ settings: LocationSettings, match: LocationRuntime.Match
  ) throws(Diagnostic) -> (any ContentHandler)? {
    guard let content = settings.content else { return nil }
    return try contentFactory(content, settings, match, self)
  }

  func locations(_ blocks: [LocationBlock]) throws(Diagnostic) -> [LocationRuntime] {
    var compiled: [LocationRuntime] = []
    for block in blocks { compiled.append(try location(block)) }
    return compiled
  }

  private func location(_ block: LocationBlock) throws(Diagnostic) -> LocationRuntime {
    let match = try match(block.match)
    try authority.check(block.settings.authority)
    return try LocationRuntime(
      match: match, settings: block.settings, children: try locations(block.locations),
      handler: try handler(block.settings, match: match), limitExcept: block.limitExcept, compile: self)
  }

  private func match(_ match: LocationBlock.Match) throws(Diagnostic) -> LocationRuntime.Match {
    switch match {
    case .prefix(let name): .prefix(Array(name.utf8), shutsOutPatterns: false)
    case .prefixWithoutRegex(let name): .prefix(Array(name.utf8), shutsOutPatterns: true)
    case .exact(let name): .exact(Array(name.utf8))
    case .regex(let source): .pattern(try pattern(source))
    case .named(let name): .named(name)
    }
  }

  /// The error log of a block; the main block's where it names none.
  func errorLog(_ settings: [ErrorLog]) throws(Diagnostic) -> ErrorLogRuntime {
    for candidate in [settings, configuration.main.errorLogs] where !candidate.isEmpty {
      return try ErrorLogRuntime(candidate, files: logs)
    }
    return try ErrorLogRuntime(fallbackErrorLogs, files: logs)
  }
}
