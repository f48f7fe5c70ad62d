import ConfigModel
import PatternMatching

/// The fields by which one server tells its upstreams who the client is, wherever in it they are set.
///
/// `proxy_set_header` replaces the whole list that a block inherits: a location that names one field of its own would let
/// through the client's version of all others. Hence a field that any level of the server makes of the client's certificate
/// is dropped from what clients send, in all of its locations.
struct ServerIdentityFields {
  private(set) var names = FieldNameSet(spelling: .folded)

  /// Variables that hold something of the certificate, in whole or in part, or depend on it.
  private var derived: Set<String> = []
  /// A regular expression was matched with such a value: `$1` may be part of it.
  private var capturesAreDerived = false

  static let none = ServerIdentityFields()

  private init() {}

  /// - Parameter http: the level around the server, whose list its locations may have replaced.
  init(of server: ServerBlock, in http: HTTPBlock) {
    let blocks = [server.settings] + server.locations.flatMap(\.allSettings)
    var known = -1
    // An assignment may stand above the one that it takes its value from.
    while known != derived.count {
      known = derived.count
      for block in blocks { follow(block.rewrite, isGuarded: false) }
    }
    for block in [http.settings] + blocks {
      add(block.proxy.setHeaders, isGuarded: false)
      addConditional(block, isGuarded: false)
    }
  }

  private mutating func follow(_ statements: [RewriteStatement], isGuarded: Bool) {
    for statement in statements {
      switch statement {
      case .set(let name, let value): if isGuarded || isDerived(value) { derived.insert(name) }
      case .if(let block):
        let isAbout = isDerived(block.condition)
        if isAbout { followGroups(block.condition) }
        follow(block.settings.rewrite, isGuarded: isGuarded || isAbout)
      case .rewrite, .returnStatus, .breakPhase: continue
      }
    }
  }

  private mutating func followGroups(_ condition: RewriteIf.Condition) {
    guard case .matches(_, let source, _) = condition else { return }
    capturesAreDerived = true
    // One that does not compile is reported where it is used.
    guard let pattern = try? Pattern(source.pattern) else { return }
    derived.formUnion(pattern.groupNames.map { $0.name.lowercased() })
  }

  private func isDerived(_ condition: RewriteIf.Condition) -> Bool {
    switch condition {
    case .variable(let text), .matches(let text, _, _), .file(let text, _, _): isDerived(text)
    case .equals(let a, let b, _): isDerived(a) || isDerived(b)
    }
  }

  private func isDerived(_ template: Template) -> Bool {
    template.pieces.contains { piece in
      switch piece {
      case .literal: false
      case .capture: capturesAreDerived
      case .variable(let name): name.hasPrefix("ssl_client_") || derived.contains(name)
      }
    }
  }

  private mutating func add(_ headers: [ProxyHeader], isGuarded: Bool) {
    for header in headers where isGuarded || isDerived(header.value) { names.insert(Array(header.name.utf8)) }
  }

  /// What `if` blocks set; where the condition is about the client, that they set it tells something of it.
  private mutating func addConditional(_ outer: LocationSettings, isGuarded: Bool) {
    for case .if(let block) in outer.rewrite {
      let isAbout = isGuarded || isDerived(block.condition)
      let isInherited = block.settings.proxy.$setHeaders.position == outer.proxy.$setHeaders.position
      add(block.settings.proxy.setHeaders, isGuarded: isAbout && !isInherited)
      addConditional(block.settings, isGuarded: isAbout)
    }
  }
}

extension LocationBlock {
  /// The settings of the location, of what is in it and of its `limit_except`.
  fileprivate var allSettings: [LocationSettings] {
    [settings] + (limitExcept.map { [$0.settings] } ?? []) + locations.flatMap(\.allSettings)
  }
}
