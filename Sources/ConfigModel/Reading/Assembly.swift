import ConfigSyntax

/// Makes the configuration of what was read: each block takes from the one around it what it did not name itself.
struct Assembly {
  let reading: Reading
  private let inheritances: [Inheritance]

  init(_ reading: Reading) {
    self.reading = reading
    inheritances = reading.table.inheritances(of: reading.namedDirectives.union(Self.withComputedDefaults))
  }

  func configuration() -> Configuration {
    guard let http = reading.httpScope else { return Configuration(main: reading.main, http: nil) }
    applyDefaults(to: http)
    var block = HTTPBlock()
    block.settings = http.settings.location
    block.upstreams = reading.upstreams
    block.servers = http.children.map { server($0, in: http) }
    ListenAssembly(reading).assemble(&block, drafts: http.children)
    check(block)
    return Configuration(main: reading.main, http: block)
  }

  private static let withComputedDefaults: Set<String> = ["root", "access_log"]

  /// Defaults that depend on where the prefix is.
  private func applyDefaults(to http: Scope) {
    let root = Template(literal: Array(reading.paths.underPrefix("html").utf8), at: http.position)
    http.settings.location.core.$root.setDefault(.root(root))
    let log = Template(literal: Array(reading.paths.underPrefix("logs/access.log").utf8), at: http.position)
    http.settings.location.log.$accessLogs.setDefault([AccessLog(path: log, format: .combined)])
  }

  private func inherit(_ child: Scope, from parent: Scope) {
    let outer = parent.settings
    var settings = child.settings
    settings.tls.beginClientTrust()
    for inheritance in inheritances { inheritance.merge(&settings, outer) }
    child.settings = settings
  }

  private func server(_ scope: Scope, in http: Scope) -> ServerBlock {
    inherit(scope, from: http)
    var block = ServerBlock(position: scope.position)
    block.names = scope.server.names.map(\.pattern)
    block.connection = scope.settings.connection
    block.tls = bound(terminated(scope.settings.tls), to: scope.settings.location.authority)
    block.settings = finished(scope)
    block.locations = locations(of: scope)
    return block
  }

  private func locations(of scope: Scope) -> [LocationBlock] {
    reportDuplicates(among: scope.children)
    return scope.children.map { child in
      inherit(child, from: scope)
      var block = LocationBlock(match: child.match ?? .prefix("/"), position: child.position)
      block.settings = finished(child)
      checkAuthority(block.settings)
      block.locations = locations(of: child)
      block.limitExcept = child.limitExcept.map { limit(from: $0, in: child) }
      return block
    }
  }

  private func limit(from draft: LimitExceptDraft, in location: Scope) -> LimitExcept {
    LimitExcept(methods: draft.methods, settings: inner(draft.scope, of: location))
  }

  /// The block's settings with its statements in place.
  private func finished(_ scope: Scope) -> LocationSettings {
    var settings = scope.settings.location
    settings.proxy = completed(settings.proxy)
    settings.clientTrust = scope.settings.tls.clientTrust
    settings.rewrite = scope.statements.map { statement in
      switch statement {
      case .done(let statement): statement
      case .if(let condition, let inside):
        .if(RewriteIf(condition: condition, settings: inner(inside, of: scope)))
      }
    }
    return settings
  }

  /// `if` and `limit_except` are the location itself under a condition: the content handler is inherited too.
  private func inner(_ scope: Scope, of location: Scope) -> LocationSettings {
    inherit(scope, from: location)
    var settings = finished(scope)
    if settings.content == nil { settings.content = location.settings.location.content }
    return settings
  }

  private func reportDuplicates(among locations: [Scope]) {
    var seen: Set<String> = []
    for scope in locations {
      guard let key = scope.match?.duplicateKey, !seen.insert(key).inserted else { continue }
      reading.report(Diagnostic("duplicate location \"\(key.dropFirst())\"", at: scope.position))
    }
  }
}

extension LocationBlock.Match {
  /// Two locations with one key cannot both be reached; regular expressions are tried in order instead.
  fileprivate var duplicateKey: String? {
    switch self {
    case .prefix(let name), .prefixWithoutRegex(let name): " " + name
    case .exact(let name): "=" + name
    case .regex, .named: nil
    }
  }
}
